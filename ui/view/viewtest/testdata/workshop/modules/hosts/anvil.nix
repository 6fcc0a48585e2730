{ config, ... }:
{
  flake.modules.nixos."hosts/anvil" = {
    imports = with config.flake.modules.nixos; [
      server
      web
      sam
      ../../hardware/anvil.nix
    ];
    services.nginx.recommendedProxySettings = false;
  };
}
