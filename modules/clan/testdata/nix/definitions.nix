# The definitions of clan in files: modules of a flake with an option clan, or
# functions whose result is one, or an inventory, or the argument of lib.clan.
{ clan, lib, files }:
let
  lib' = import lib;
  input = { outPath = "/nothing"; lib = lib' // { clan = x: x; }; inputs = { }; };
  self = input // { inputs = { clan-core = input; nixpkgs = input; }; nixosModules = { }; packages.x86_64-linux = images; };
  # What settings take from the flake's packages; only the text of them counts.
  images = lib'.genAttrs [ "incus-nixos-unstable-cloud-init" ] (name: "/nothing/${name}");
  arguments = {
    inherit self;
    lib = lib';
    inputs = self.inputs // { private-infra = input; vars-helper = input; };
    config.flake = { };
  };
  load = file:
    let
      f = import file;
      formals = builtins.functionArgs f;
      v = if !builtins.isFunction f then f else if formals == { } then f (arguments // self) else f (builtins.intersectAttrs formals arguments);
    in
    v.clan or v.flake.clan or (if v ? instances then { inventory = v; } else if v ? inventory then removeAttrs v [ "self" "pkgsForSystem" ] else { });
in
map (file: lib'.setDefaultModuleLocation file (removeAttrs (load file) [ "self" ])) files
