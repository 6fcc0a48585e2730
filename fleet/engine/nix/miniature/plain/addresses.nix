# An option that says where a machine is, under the name that clan has for it. The
# addresses are in addresses.json, where there is one.
{ config, lib, ... }:
{
  options.clan.core.networking.targetHost = lib.mkOption {
    type = lib.types.nullOr lib.types.str;
    default = null;
  };
  config = lib.mkIf (builtins.pathExists ./addresses.json) {
    clan.core.networking.targetHost = (lib.importJSON ./addresses.json).${config.networking.hostName} or null;
  };
}
