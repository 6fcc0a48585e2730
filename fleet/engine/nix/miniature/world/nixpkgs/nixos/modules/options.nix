# Options that are declared with nixpkgs' types. What some of them do is in the other
# modules; most are only part of the value.
{ lib, ... }:
let
  t = lib.types;
  settingsOf = options: t.submodule {
    freeformType = t.attrsOf t.anything;
    inherit options;
  };
  settings = settingsOf { };
  option = type: default: lib.mkOption { inherit type default; };
  of = table: t.attrsOf (t.submodule (lib.declare table));
in
lib.declare {
  "assertions" = t.listOf t.unspecified;
  "warnings" = t.listOf t.str;
  "boot.initrd.availableKernelModules" = t.listOf t.str;
  "boot.kernel.sysctl" = t.attrsOf t.anything;
  "boot.kernelModules" = t.listOf t.str;
  "boot.kernelPackages" = t.raw;
  "boot.kernelParams" = t.listOf t.str;
  "boot.loader.efi.canTouchEfiVariables" = t.bool;
  "boot.loader.grub.device" = option t.str "";
  "boot.loader.grub.enable" = t.bool;
  "boot.loader.systemd-boot.enable" = t.bool;
  "boot.tmp.cleanOnBoot" = t.bool;
  "boot.isContainer" = t.bool;
  "console.keyMap" = option t.str "us";
  "documentation.nixos.enable" = t.bool;
  "environment.shells" = t.listOf t.package;
  "environment.systemPackages" = t.listOf t.package;
  "environment.variables" = t.attrsOf t.anything;
  "fileSystems" = of {
    "device" = t.nullOr t.str;
    "fsType" = option t.str "auto";
    "label" = t.nullOr t.str;
    "options" = option (t.listOf t.str) [ "defaults" ];
  };
  "hardware.graphics.enable" = t.bool;
  "hardware.nvidia-container-toolkit.enable" = t.bool;
  "hardware.nvidia.branch" = option (t.enum [ "beta" "production" "stable" ]) "stable";
  "hardware.nvidia.modesetting.enable" = t.bool;
  "hardware.nvidia.nvidiaPersistenced" = t.bool;
  "hardware.nvidia.open" = t.nullOr t.bool;
  "i18n.defaultLocale" = option t.str "en_US.UTF-8";
  "networking.domain" = t.nullOr t.str;
  "networking.firewall.allowPing" = option t.bool true;
  "networking.firewall.allowedTCPPorts" = t.listOf t.port;
  "networking.firewall.allowedUDPPorts" = t.listOf t.port;
  "networking.firewall.enable" = option t.bool true;
  "networking.firewall.interfaces" = of {
    "allowedTCPPorts" = t.listOf t.port;
    "allowedUDPPorts" = t.listOf t.port;
  };
  "networking.firewall.logRefusedConnections" = option t.bool true;
  "networking.firewall.rejectPackets" = t.bool;
  "networking.firewall.trustedInterfaces" = t.listOf t.str;
  "networking.hostName" = option t.str "nixos";
  "networking.interfaces" = of {
    "ipv4.addresses" = t.listOf t.attrs;
    "ipv6.addresses" = t.listOf (t.submodule (lib.declare { "address" = t.str; "prefixLength" = t.int; }));
    "useDHCP" = t.nullOr t.bool;
  };
  "networking.useDHCP" = option t.bool true;
  "nix.channel.enable" = option t.bool true;
  "nix.daemonCPUSchedPolicy" = option (t.enum [ "other" "batch" "idle" ]) "other";
  "nix.gc.automatic" = t.bool;
  "nix.gc.dates" = option (t.coercedTo t.str lib.singleton (t.listOf t.str)) [ "03:15" ];
  "nix.gc.options" = option t.str "";
  "nix.package" = t.raw;
  "nix.settings" = settingsOf {
    auto-optimise-store = option t.bool false;
    max-jobs = option (t.either t.int (t.enum [ "auto" ])) "auto";
    trusted-users = lib.mkOption { type = t.listOf t.str; };
  };
  "programs.fish.enable" = t.bool;
  "programs.ssh.extraConfig" = t.lines;
  "programs.ssh.knownHosts" = of {
    "hostNames" = t.listOf t.str;
    "publicKey" = t.nullOr t.str;
  };
  "programs.tmux.clock24" = t.bool;
  "programs.tmux.enable" = t.bool;
  "programs.tmux.extraConfig" = t.lines;
  "programs.zsh.enable" = t.bool;
  "security.acme.acceptTerms" = t.bool;
  "security.acme.defaults.email" = t.nullOr t.str;
  "security.googleOsLogin.enable" = t.bool;
  "security.protectKernelImage" = t.bool;
  "security.sudo.wheelNeedsPassword" = option t.bool true;
  "services.caddy.email" = t.nullOr t.str;
  "services.caddy.enable" = t.bool;
  "services.caddy.virtualHosts" = of { "extraConfig" = t.lines; };
  "services.fail2ban.bantime" = t.nullOr t.str;
  "services.fail2ban.bantime-increment.enable" = t.bool;
  "services.fail2ban.bantime-increment.maxtime" = t.nullOr t.str;
  "services.fail2ban.enable" = t.bool;
  "services.fail2ban.ignoreIP" = t.listOf t.str;
  "services.fail2ban.maxretry" = option t.int 3;
  "services.journald.extraConfig" = t.lines;
  "services.journald.rateLimitBurst" = option t.int 10000;
  "services.nginx.enable" = t.bool;
  "services.nginx.recommendedGzipSettings" = t.bool;
  "services.nginx.recommendedOptimisation" = t.bool;
  "services.nginx.recommendedProxySettings" = t.bool;
  "services.nginx.recommendedTlsSettings" = t.bool;
  "services.nginx.virtualHosts" = of {
    "enableACME" = t.bool;
    "forceSSL" = t.bool;
    "locations" = of { "proxyPass" = t.nullOr t.str; };
  };
  "services.openssh.enable" = t.bool;
  "services.openssh.extraConfig" = t.lines;
  "services.openssh.hostKeys" = t.listOf t.attrs;
  "services.openssh.openFirewall" = option t.bool true;
  "services.openssh.ports" = option (t.listOf t.port) [ 22 ];
  "services.openssh.settings" = settingsOf {
    KbdInteractiveAuthentication = option (t.nullOr t.bool) true;
    PasswordAuthentication = option (t.nullOr t.bool) true;
    PermitRootLogin = option (t.nullOr (t.enum [ "yes" "without-password" "prohibit-password" "forced-commands-only" "no" ])) "prohibit-password";
    X11Forwarding = option (t.nullOr t.bool) false;
  };
  "services.postgresql.enable" = t.bool;
  "services.postgresql.ensureDatabases" = t.listOf t.str;
  "services.postgresql.ensureUsers" = t.listOf (t.submodule (lib.declare { "name" = t.str; "ensureDBOwnership" = t.bool; }));
  "services.postgresql.package" = t.package;
  "services.postgresql.settings" = settings;
  "services.postgresqlBackup.enable" = t.bool;
  "services.postgresqlBackup.startAt" = option (t.either (t.listOf t.str) t.str) "*-*-* 01:15:00";
  "services.prometheus.enable" = t.bool;
  "services.prometheus.exporters.node.enable" = t.bool;
  "services.prometheus.exporters.node.enabledCollectors" = t.listOf t.str;
  "services.prometheus.exporters.node.port" = option t.port 9100;
  "services.prometheus.listenAddress" = option t.str "0.0.0.0";
  "services.prometheus.port" = option t.port 9090;
  "services.prometheus.retentionTime" = t.nullOr t.str;
  "services.prometheus.scrapeConfigs" = t.listOf settings;
  "services.qemuGuest.enable" = t.bool;
  "services.xserver.videoDrivers" = t.listOf t.str;
  "services.zerotierone.enable" = t.bool;
  "services.zerotierone.joinNetworks" = t.listOf t.str;
  "services.zerotierone.localConf" = settings;
  "services.zerotierone.port" = option t.port 9993;
  "swapDevices" = t.listOf t.attrs;
  "system.configurationRevision" = t.nullOr t.str;
  "system.stateVersion" = option t.str (import ../../channel.nix).release;
  "time.timeZone" = t.nullOr t.str;
  "users.groups" = of { "gid" = t.nullOr t.int; };
  "users.motd" = t.lines;
  "users.mutableUsers" = option t.bool true;
  "users.users" = t.attrsOf (
    t.submodule ({ name, config, ... }: {
      imports = [
        (lib.declare {
          "description" = option t.str "";
          "extraGroups" = t.listOf t.str;
          "group" = option t.str "";
          "hashedPassword" = t.nullOr t.str;
          "home" = option t.str (if config.isNormalUser then "/home/${name}" else if name == "root" then "/root" else "/var/empty");
          "isNormalUser" = t.bool;
          "isSystemUser" = t.bool;
          "name" = option t.str name;
          "openssh.authorizedKeys.keys" = t.listOf t.str;
          "packages" = t.listOf t.package;
          "shell" = t.nullOr (t.either t.package t.path);
          "uid" = t.nullOr t.int;
        })
      ];
    })
  );
  "virtualisation.podman.autoPrune.dates" = option t.str "weekly";
  "virtualisation.podman.autoPrune.enable" = t.bool;
  "virtualisation.podman.autoPrune.flags" = t.listOf t.str;
  "virtualisation.podman.defaultNetwork.settings" = settings;
  "virtualisation.podman.dockerCompat" = t.bool;
  "virtualisation.podman.enable" = t.bool;
  "zramSwap.algorithm" = option t.str "zstd";
  "zramSwap.enable" = t.bool;
  "zramSwap.memoryPercent" = option t.int 50;
}
