{
  description = "a miniature flake-parts: mkFlake, perSystem and the module flakeModules.modules";

  inputs.nixpkgs-lib.url = "github:nix-community/nixpkgs.lib";

  outputs =
    { self, nixpkgs-lib, ... }:
    let
      lib = nixpkgs-lib.lib;
      flake-parts-lib = import ./lib.nix { inherit lib; };
    in
    {
      lib = flake-parts-lib;
      flakeModules.modules = ./modules.nix;
    };
}
