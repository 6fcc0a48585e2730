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
      services.zerotierone.port = settings.port or 9993;
      # A fixed address needs no help from a home router.
      services.zerotierone.localConf.settings.portMappingEnabled = false;
      environment.systemPackages = [ pkgs.tcpdump ];
      environment.etc."zerotier/${instance}-members.txt".text =
        lib.concatStringsSep "\n" (builtins.attrNames (roles.peer.machines or { })) + "\n";
      users.motd = ''
        ${machine.name} is the controller of the network ${instance}.
      '';
    };
}
