# The layers of a fleet over stand-ins for packages: each says from which channel it
# comes, and every way to change it keeps that. The case is what overlay's test writes.
{ file }:
let
  case = builtins.fromJSON (builtins.readFile file);

  package =
    channel: trail:
    let
      changed = _: package channel trail;
    in
    {
      inherit channel trail;
      override = changed;
      overrideAttrs = changed;
    };

  # A channel has every package that the case names.
  channel =
    name:
    builtins.listToAttrs (
      map (p: {
        name = p;
        value = package name "";
      }) case.names
    );

  entries =
    es: value:
    builtins.listToAttrs (
      map (e: {
        name = e.package;
        value = value e;
      }) es
    );

  mark = layer: p: package p.channel (p.trail + layer);

  layers = {
    inputs = _: _: builtins.mapAttrs (_: channel) case.aliases;
    hotfixes = final: _: entries case.hotfixes (e: mark "<hotfixes>" final.${e.channel}.${e.package});
    packages = _: _: entries case.packages (_: package "" "<packages>");
    overrides = final: prev: entries case.overrides (e: mark "<overrides>" (import e.file { inherit final prev; }));
    flake-inputs = _: _: entries case.provides (_: package "" "<flake-inputs>");
  };

  base = channel case.default;
  join =
    final: set: name:
    set // layers.${name} final (if case.composition == "merge" then base else set);
  final = builtins.foldl' (join final) base case.order;
in
builtins.listToAttrs (
  map (p: {
    name = p;
    value = { inherit (final.${p}) channel trail; };
  }) case.names
)
