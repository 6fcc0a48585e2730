# Stand-ins for daemons: a unit that runs the tiny program once and stays "active", and
# changes when the service's settings do. Nothing here touches the host's own sshd,
# network, users or Nix.
{ config, lib, pkgs, ... }:
let
  cfg = config.services;
  stand = package: what: {
    description = "stand-in for ${lib.getName package}";
    wantedBy = [ "multi-user.target" ];
    restartTriggers = [ (builtins.hashString "sha256" (builtins.toJSON what)) ];
    serviceConfig = {
      Type = "oneshot";
      RemainAfterExit = true;
      ExecStart = lib.getExe package;
    };
  };
  json = lib.mapAttrs (_: v: if lib.isDerivation v then v.name else v);
in
{
  systemd.services = lib.mkMerge [
    {
      # On a host that another system boots: at its start, what the boot loader's entry
      # says is started, before other units are.
      miniature-boot = {
        description = "Start the default boot entry's system";
        wantedBy = [ "sysinit.target" ];
        after = [ "local-fs.target" ];
        before = [ "sysinit.target" "basic.target" ];
        restartIfChanged = false;
        unitConfig.DefaultDependencies = false;
        unitConfig.ConditionPathExists = [ "!/run/booted-system" "/boot/loader/loader.conf" ];
        serviceConfig = {
          Type = "oneshot";
          RemainAfterExit = true;
          ExecStart = "/bin/sh /etc/miniature/boot.sh";
        };
      };
    }
    (lib.mkIf cfg.nginx.enable { nginx = stand pkgs.nginx cfg.nginx; })
    (lib.mkIf cfg.caddy.enable { caddy = stand pkgs.caddy cfg.caddy; })
    (lib.mkIf cfg.fail2ban.enable { fail2ban = stand pkgs.fail2ban cfg.fail2ban; })
    (lib.mkIf cfg.postgresql.enable { postgresql = stand cfg.postgresql.package (json cfg.postgresql); })
    (lib.mkIf cfg.prometheus.enable { prometheus = stand pkgs.prometheus cfg.prometheus; })
    (lib.mkIf cfg.prometheus.exporters.node.enable { prometheus-node-exporter = stand pkgs.prometheus-node-exporter cfg.prometheus.exporters.node; })
    (lib.mkIf cfg.zerotierone.enable { zerotierone = stand pkgs.zerotierone cfg.zerotierone; })
  ];
  services.postgresql.package = lib.mkDefault pkgs.postgresql_17;
  boot.kernelPackages = lib.mkDefault pkgs.linuxPackages;
  nix.package = lib.mkDefault pkgs.nix;

  environment.etc = {
    "miniature/boot.sh".source = ./boot.sh;
    "hostname".text = config.networking.hostName + "\n";
    "motd".text = config.users.motd;
    "sysctl.d/60-nixos.conf".text = lib.generators.toKeyValue { } config.boot.kernel.sysctl;
    # Not where Nix and ssh look for them: the hosts of a test need their own.
    "miniature/nix.conf".text = lib.generators.toKeyValue { } config.nix.settings;
    "miniature/ssh_config".text = config.programs.ssh.extraConfig;
    "miniature/sshd_config".text = lib.optionalString cfg.openssh.enable (
      lib.generators.toKeyValue { } (lib.filterAttrs (_: v: v != null) cfg.openssh.settings) + cfg.openssh.extraConfig
    );
    "miniature/firewall.json".text = builtins.toJSON config.networking.firewall;
    "miniature/users.json".text = builtins.toJSON (lib.mapAttrs (_: u: { inherit (u) description extraGroups home isNormalUser; keys = u.openssh.authorizedKeys.keys; shell = if u.shell == null then null else "${u.shell}"; }) config.users.users);
  };
}
