{ config, inputs, ... }:
{
  flake.modules.nixos.server = {
    imports = [
      config.flake.modules.nixos.base
      inputs.sops-nix.nixosModules.sops
    ];
    documentation.enable = false;
  };
}
