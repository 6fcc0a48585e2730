# Options that are declared with nix-darwin's types.
{ lib, ... }:
let
  t = lib.types;
  settings = t.submodule {
    freeformType = t.attrsOf t.anything;
  };
  option = type: default: lib.mkOption { inherit type default; };
  bool = t.nullOr t.bool;
  below = prefix: lib.mapAttrs' (name: lib.nameValuePair "${prefix}.${name}");
in
{
  imports = [
    (lib.declare (below "system.defaults" {
      "CustomUserPreferences" = settings;
      "SoftwareUpdate.AutomaticallyInstallMacOSUpdates" = bool;
      "dock.autohide" = bool;
      "dock.mru-spaces" = bool;
      "dock.orientation" = t.nullOr (t.enum [ "bottom" "left" "right" ]);
      "dock.show-process-indicators" = bool;
      "dock.show-recents" = bool;
      "dock.tilesize" = t.nullOr t.int;
      "finder.AppleShowAllExtensions" = bool;
      "finder.FXEnableExtensionChangeWarning" = bool;
      "finder.FXPreferredViewStyle" = t.nullOr t.str;
      "finder.ShowPathbar" = bool;
      "finder.ShowStatusBar" = bool;
      "loginwindow.GuestEnabled" = bool;
      "menuExtraClock.Show24Hour" = bool;
      "screencapture.location" = t.nullOr t.str;
      "screencapture.type" = t.nullOr t.str;
      "screensaver.askForPassword" = bool;
      "screensaver.askForPasswordDelay" = t.nullOr t.int;
      "trackpad.Clicking" = bool;
      "trackpad.TrackpadThreeFingerDrag" = bool;
    }))
    # One of these names has a dot in it.
    { options.system.defaults.NSGlobalDomain."com.apple.swipescrolldirection" = option bool null; }
    (lib.declare (below "system.defaults.NSGlobalDomain" {
      "AppleInterfaceStyle" = t.nullOr (t.enum [ "Dark" ]);
      "AppleInterfaceStyleSwitchesAutomatically" = bool;
      "ApplePressAndHoldEnabled" = bool;
      "AppleShowAllExtensions" = bool;
      "AppleShowAllFiles" = bool;
      "InitialKeyRepeat" = t.nullOr t.int;
      "KeyRepeat" = t.nullOr t.int;
      "NSAutomaticQuoteSubstitutionEnabled" = bool;
      "NSAutomaticSpellingCorrectionEnabled" = bool;
      "NSDocumentSaveNewDocumentsToCloud" = bool;
      "NSNavPanelExpandedStateForSaveMode" = bool;
    }))
    (lib.declare {
      "assertions" = t.listOf t.unspecified;
      "warnings" = t.listOf t.str;
      "documentation.doc.enable" = option t.bool true;
      "environment.shells" = t.listOf t.package;
      "environment.systemPackages" = t.listOf t.package;
      "environment.variables" = t.attrsOf t.anything;
      "fonts.packages" = t.listOf t.path;
      "homebrew.casks" = t.listOf (t.coercedTo t.str (name: { inherit name; }) settings);
      "homebrew.enable" = t.bool;
      "homebrew.global.autoUpdate" = option t.bool true;
      "homebrew.masApps" = t.attrsOf t.ints.positive;
      "homebrew.onActivation.autoUpdate" = t.bool;
      "homebrew.onActivation.cleanup" = option (t.enum [ "none" "check" "uninstall" "zap" ]) "none";
      "networking.applicationFirewall.enable" = bool;
      "networking.applicationFirewall.enableStealthMode" = bool;
      "networking.computerName" = t.nullOr t.str;
      "networking.hostName" = t.nullOr t.str;
      "networking.wakeOnLan.enable" = bool;
      "nix.channel.enable" = option t.bool true;
      "nix.gc.automatic" = t.bool;
      "nix.gc.interval" = t.listOf t.attrs;
      "nix.gc.options" = option t.str "";
      "nix.linux-builder.enable" = t.bool;
      "nix.linux-builder.ephemeral" = t.bool;
      "nix.linux-builder.maxJobs" = option t.int 1;
      "nix.optimise.automatic" = t.bool;
      "power.sleep.computer" = t.nullOr (t.either t.int (t.enum [ "never" ]));
      "power.sleep.display" = t.nullOr (t.either t.int (t.enum [ "never" ]));
      "programs.fish.enable" = t.bool;
      "programs.fish.interactiveShellInit" = t.lines;
      "programs.ssh.extraConfig" = t.lines;
      "programs.tmux.enable" = t.bool;
      "programs.tmux.extraConfig" = t.lines;
      "programs.zsh.enable" = t.bool;
      "security.pam.services.sudo_local.reattach" = t.bool;
      "security.pam.services.sudo_local.touchIdAuth" = t.bool;
      "services.openssh.enable" = bool;
      "services.openssh.extraConfig" = t.lines;
      "system.configurationRevision" = t.nullOr t.str;
      "system.keyboard.enableKeyMapping" = t.bool;
      "system.keyboard.remapCapsLockToControl" = t.bool;
      "system.keyboard.remapCapsLockToEscape" = t.bool;
      "system.primaryUser" = t.nullOr t.str;
      "system.stateVersion" = option t.int 6;
      "time.timeZone" = t.nullOr t.str;
      "users.users" = t.attrsOf (t.submodule (lib.declare {
        "home" = t.nullOr t.path;
        "packages" = t.listOf t.package;
        "shell" = t.nullOr (t.either t.package t.path);
      }));
    })
  ];
  options.nix.settings = option (t.submodule {
    freeformType = t.attrsOf t.anything;
    options = {
      max-jobs = option (t.either t.int (t.enum [ "auto" ])) "auto";
      trusted-users = lib.mkOption { type = t.listOf t.str; default = [ ]; };
    };
  }) { };
}
