# Says so in the journal before the disk is full, so that it can still be acted on.
{
  flake.modules.nixos.disk-alert =
    { lib, pkgs, ... }:
    {
      systemd.services.disk-alert = {
        description = "Warn when the root file system is nearly full";
        startAt = "hourly";
        serviceConfig = {
          Type = "oneshot";
          DynamicUser = true;
          ExecStart = "${lib.getExe pkgs.duf} -only local /";
        };
      };
      environment.etc."fleet/disk-alert.conf".text = ''
        # percent of the root file system in use
        warn=80
        fail=95
      '';
      # Left to real Nix: the path of a package is not known before it is evaluated.
      environment.etc."fleet/disk-alert.command".text = ''
        ${pkgs.duf}/bin/duf -only local /
      '';
    };
}
