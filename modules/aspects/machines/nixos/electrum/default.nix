# electrum: the notes application and its database.
{
  flake.modules.nixos."machines/nixos/electrum" =
    { config, lib, ... }:
    {
      networking.hostName = "electrum";
      networking.domain = "zt";
      system.stateVersion = "25.05";

      environment.etc."fleet/machine.txt".text = ''
        name: electrum
        owner: cameron
        role: notes, database
      '';

      networking.interfaces.enp1s0.ipv6.addresses = [
        {
          address = "2001:db8:2f:2::1";
          prefixLength = 64;
        }
      ];
      services.postgresql.settings.shared_buffers = "512MB";
      # nginx must be able to read the certificates that other services ordered.
      users.users.nginx = lib.mkIf config.services.nginx.enable {
        extraGroups = [ "acme" ];
      };
    };
}
