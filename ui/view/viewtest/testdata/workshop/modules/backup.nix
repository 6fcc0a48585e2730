{
  flake.modules.nixos.backup =
    { config, lib, ... }:
    {
      services.restic.server.enable = true;
      networking.firewall.enable = lib.mkIf config.services.nginx.enable true;
    };
}
