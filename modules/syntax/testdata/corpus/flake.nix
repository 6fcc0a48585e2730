{
  description = "a flake in the shape that everyone has";
  inputs.nixpkgs.url = "github:NixOS/nixpkgs/nixos-unstable";
  inputs.parts = { url = "github:hercules-ci/flake-parts"; inputs.nixpkgs-lib.follows = "nixpkgs"; };
  outputs = inputs@{ self, nixpkgs, parts, ... }:
    parts.lib.mkFlake { inherit inputs; } {
      systems = [ "x86_64-linux" "aarch64-darwin" ];
      imports = [ (inputs.import-tree ./modules) ];
      perSystem = { pkgs, system, self', ... }: { packages.default = pkgs.callPackage ./package.nix { }; };
    };
}
