# What Nix makes of many stacks: for each of the cases, { text = fleet.toml; }, and each
# system, the layers that assay.nix builds, over the miniature channels. A shadowed entry
# is dead when no package changes without it.
{ lib, assay, directory, cases, systems, names }:
let
  channel = file: toString (directory + "/${file}.nix");
  inputs = lib.genAttrs [ "main" "linux-stable" "darwin-stable" "old" ] channel // {
    # Its overlay starts anew; which other names it has is asked of final.
    one.overlays.default = final: _: lib.genAttrs ownNames (own final "one") // lib.optionalAttrs (final ? a) { junk = throw "a name that fleet.toml does not say"; };
    # This one builds on prev where it can.
    two.overlays.default = final: prev: lib.genAttrs ownNames (n: changed "two" (prev.${n} or (own final "two" n)));
  };
  ownNames = [ "a" "b" "c" "d" "mine" "s" ];
  own = final: mark: n: if n == "s" then { x = final.anew "x" mark; } else final.anew n mark;
  changed = mark: p: if p ? overrideAttrs then p.overrideAttrs (old: { ${mark} = "1"; }) else lib.mapAttrs (_: changed mark) p;

  identity = p: if p ? drvPath then p.drvPath else lib.mapAttrs (_: identity) p;
  about = p: {
    channel = p.channel or (if p ? x then p.x.channel else null);
    version = p.version or null;
  };
  get = pkgs: name: lib.attrByPath (lib.splitString "." name) null pkgs;

  answers =
    case:
    let
      module = assay { inherit inputs lib; self = { }; config.flake.modules = { }; fleetText = case.text; };
    in
    lib.genAttrs systems (answer case module);
  answer =
    case: module: system:
    let
      over = overlay: import inputs.main { inherit system; overlays = [ overlay ]; };
      final = over module.flake.overlays.fleet;
      fleet = builtins.fromTOML case.text;
      order = fleet.overlay.order;
      merge = fleet.overlay.composition == "merge";

      # The same from single layers, of which one lacks a name.
      layer = base: without: name: final: prev: removeAttrs (module.flake.layer.${name} base final prev) (without.${name} or [ ]);
      lacking = without: over (
        final: base:
        let overlays = map (layer base without) order; in
        if merge then lib.mergeAttrsList (map (o: o final base) overlays) else lib.composeManyExtensions overlays final base
      );
      # Names alone do not depend on what prev holds.
      defined = lib.genAttrs order (name: module.flake.layer.${name} (import inputs.main { inherit system; }) final final);
      definers = p: builtins.filter (name: defined.${name} ? ${p}) order;

      touched = builtins.filter (n: final ? ${n}) ownNames;
      identities = pkgs: map (n: identity pkgs.${n}) touched;
      whole = identities final;
      # By package and layer, since parts of a set ask for the set.
      dead = lib.genAttrs ownNames (p: lib.genAttrs (definers p) (name: identities (lacking { ${name} = [ p ]; }) == whole));
      package =
        name:
        let
          p = get final name;
          top = builtins.head (lib.splitString "." name);
          layers = definers top;
        in
        if p == null then null else about p // {
          layer = if layers == [ ] then "" else lib.last layers;
          shadowed = map (l: { layer = l; dead = dead.${top}.${l}; }) (if layers == [ ] then [ ] else lib.init layers);
        };
    in
    {
      packages = lib.genAttrs names package;
      same = identities (lacking { }) == whole;
    };
in
map answers cases
