{ config, inputs, lib, ... }:
let
  linux = name: inputs.nixpkgs.lib.nixosSystem {
    modules = [
      config.flake.modules.nixos."hosts/${name}"
      {
        networking.hostName = name;
        nixpkgs.hostPlatform = "x86_64-linux";
      }
    ];
  };
in
{
  flake.nixosConfigurations = lib.genAttrs [ "anvil" "bellows" "chisel" "drill" "hammer" ] linux;

  flake.darwinConfigurations.lathe = inputs.nix-darwin.lib.darwinSystem {
    system = "aarch64-darwin";
    modules = with config.flake.modules.darwin; [ base turner ];
  };
}
