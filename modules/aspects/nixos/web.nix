# Aggregate: nginx with certificates, and tools to look at both.
{ config, ... }:
{
  flake.modules.nixos.web =
    { pkgs, ... }:
    {
      imports = [
        config.flake.modules.nixos.acme
        config.flake.modules.nixos.nginx
      ];
      environment.systemPackages = [
        pkgs.goaccess
        pkgs.openssl
      ];
    };
}
