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

      systemd.network.networks."10-uplink".address = [ "2001:db8:2f:2::1/64" ];
      services.postgresql.settings.shared_buffers = "512MB";
      # nginx must be able to read the certificates, wherever it runs.
      users.users.nginx.extraGroups = lib.mkIf config.services.nginx.enable [ "acme" ];
    };
}
