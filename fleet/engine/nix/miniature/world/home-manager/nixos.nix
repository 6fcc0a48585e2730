# A unit per user, which links the home's files. Where the home does not exist, as on a
# host that has no such user, systemd leaves the unit out.
{ config, lib, ... }:
{
  _class = "nixos";
  imports = [ ./common.nix ];
  systemd.services = lib.mapAttrs' (
    name: home:
    lib.nameValuePair "home-manager-${name}" {
      description = "Home Manager environment for ${name}";
      wantedBy = [ "multi-user.target" ];
      unitConfig.ConditionPathIsDirectory = home.home.homeDirectory;
      stopIfChanged = false;
      serviceConfig = {
        Type = "oneshot";
        RemainAfterExit = "yes";
        User = home.home.username;
        ExecStart = "${home.home.activationPackage}/activate";
      };
    }
  ) config.home-manager.users;
}
