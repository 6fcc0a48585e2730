# What assay's engine asks Nix about packages, asked of many stacks: of the first system
# for each, one machine per stack.
{ assay, supply, directory, cases, systems, names, channels }:
let
  lib = import (directory + "/nixpkgs/lib");
  inputs = lib.genAttrs [ "main" "linux-stable" "darwin-stable" "old" ] (file: toString (directory + "/${file}.nix")) // {
    one.overlays.default = final: _: lib.genAttrs own (anew final "one");
    two.overlays.default = final: prev: lib.genAttrs own (n: changed "two" (prev.${n} or (anew final "two" n)));
  };
  own = [ "a" "b" "c" "d" "mine" "s" ];
  anew = final: mark: n: if n == "s" then { x = final.anew "x" mark; } else final.anew n mark;
  changed = mark: p: if p ? overrideAttrs then p.overrideAttrs (old: { ${mark} = "1"; }) else lib.mapAttrs (_: changed mark) p;
  machine = system: case:
    let module = assay { inherit inputs lib; self = { }; config.flake.modules = { }; fleetText = case.text; }; in
    { pkgs = import inputs.main { inherit system; overlays = [ module.flake.overlay ]; }; };
  name = system: i: "${system}-${toString i}";
  machines = lib.concatMap (system: lib.genList (i: lib.nameValuePair (name system i) (machine system (builtins.elemAt cases i))) (builtins.length cases)) systems;
in
import supply {
  nonce = "said ";
  skip = [ ];
  failed = [ ];
  asked = map (m: {
    machine = m.name;
    packages = map (lib.splitString ".") names;
    layers = true;
    channels = channels.${lib.head (builtins.match "(.*)-[0-9]+" m.name)};
  }) machines;
} (lib.listToAttrs machines)
