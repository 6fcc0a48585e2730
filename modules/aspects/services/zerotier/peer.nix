# A member of the overlay network. On Linux the daemon is a service; on a Mac it is an
# application that Homebrew carries.
{
  flake.modules.nixos."services/zerotier/peer" =
    {
      instance,
      settings,
      roles,
      machine,
    }:
    { lib, ... }:
    {
      services.zerotierone.enable = true;
      services.zerotierone.joinNetworks = settings.networks or [ ];
      services.zerotierone.port = settings.port or 9993;
      networking.firewall.trustedInterfaces = lib.mkIf (settings.trusted or false) [ "zt+" ];
      environment.etc."zerotier/${instance}-role.txt".text = ''
        ${machine.name}: peer of ${instance}
      '';
    };

  flake.modules.darwin."services/zerotier/peer" =
    {
      instance,
      settings,
      roles,
      machine,
    }:
    {
      homebrew.casks = [ "zerotier-one" ];
      environment.etc."zerotier/${instance}-role.txt".text = ''
        ${machine.name}: peer of ${instance}
      '';
    };
}
