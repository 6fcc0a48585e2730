# The controller hands out addresses of the overlay network and admits its members.
# It is a peer as well; the role `peer` says what that takes.
{
  flake.modules.nixos."services/zerotier/controller" =
    {
      instance,
      settings,
      roles,
      machine,
    }:
    { pkgs, lib, ... }:
    {
      services.zerotierone.enable = true;
      services.zerotierone.localConf.settings = {
        # The controller's own API stays on this machine.
        portMappingEnabled = false;
        primaryPort = settings.port or 9993;
      };
      environment.systemPackages = [
        pkgs.curl
        pkgs.jq
      ];
      environment.etc."zerotier/${instance}-members.txt".text =
        lib.concatStringsSep "\n" (builtins.attrNames (roles.peer.machines or { })) + "\n";
      users.motd = ''
        ${machine.name} is the controller of the network ${instance}.
      '';
    };
}
