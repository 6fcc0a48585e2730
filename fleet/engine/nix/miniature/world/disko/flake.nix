{
  description = "a miniature disko: its option, without a disk";

  inputs.nixpkgs.url = "github:NixOS/nixpkgs/nixpkgs-unstable";

  outputs =
    { self, nixpkgs }:
    let
      module = { lib, ... }: {
        _file = ./flake.nix;
        options.disko.devices = lib.mkOption {
          type = lib.types.attrsOf lib.types.anything;
          default = { };
        };
      };
    in
    {
      nixosModules.disko = module;
      nixosModules.default = module;
    };
}
