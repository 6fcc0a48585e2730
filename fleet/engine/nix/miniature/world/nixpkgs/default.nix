# import nixpkgs { system; config; overlays; } -> the package set.
{
  system ? builtins.currentSystem,
  localSystem ? system,
  config ? { },
  overlays ? [ ],
  ...
}:
let
  lib = import ./lib;
  platform = localSystem.system or localSystem;
  base = final: import ./pkgs { inherit lib config final overlays; system = platform; };
in
lib.fix (lib.foldl' (lib.flip lib.extends) base overlays)
