# A module of the fleet's flake that answers the questions in questions.json:
# what options come to, which aspects are reached, where packages come from.
{ config, inputs, lib, ... }:
let
  questions = builtins.fromJSON (builtins.readFile ./questions.json);
  inherit (config) flake;

  # A value as data: packages are their derivations.
  plain =
    v:
    if lib.isDerivation v then
      { derivation = builtins.unsafeDiscardStringContext v.drvPath; }
    else if builtins.isList v then
      map plain v
    else if builtins.isAttrs v then
      builtins.mapAttrs (_: plain) v
    else if builtins.isPath v then
      { path = toString v; }
    else
      v;
  ask =
    config: path:
    let
      value = builtins.tryEval (let v = plain (lib.getAttrFromPath path config); in builtins.deepSeq v v);
    in
    { ok = value.success; value = if value.success then value.value else null; };

  # Aspects in the order in which modules are reached: breadth first.
  breadth = nodes: if nodes == [ ] then [ ] else nodes ++ breadth (lib.concatMap (n: n.imports) nodes);
  aspects = class: nodes: lib.concatMap (
    n: let m = builtins.match ".*#modules\\.${class}\\.\"?([^\"]*)\"?" (toString n.file); in lib.optionals (m != null && n.named) m
  ) (breadth (map (mark true) nodes));
  # What an aspect imports has its file's name as long as it has none of its own.
  mark = named: n: { inherit named; inherit (n) file; imports = map (i: mark (i.file != n.file) i) n.imports; };

  machine = name: q:
    let
      m = flake.nixosConfigurations.${name} or flake.darwinConfigurations.${name};
      get = pkgs: path: lib.attrByPath (lib.splitString "." path) null pkgs;
      of = pkgs: path: let p = get pkgs path; in if p == null then null else {
        derivation = builtins.unsafeDiscardStringContext p.drvPath;
        version = p.version or "";
      };
    in
    {
      options = map (ask m.config) q.options;
      homes = builtins.mapAttrs (user: map (ask m.config.home-manager.users.${user})) q.homes;
      aspects = aspects q.class m.graph;
      packages = lib.genAttrs (lib.attrNames q.packages) (path: {
        used = of m.pkgs path;
        channel = let alias = q.packages.${path}; in if alias == "" then null else of m.pkgs.${alias} path;
        default = of m.pkgs.${q.default} path;
      });
      overlays = builtins.length m.config.nixpkgs.overlays;
      revision = m.config.system.configurationRevision;
    };
in
{
  flake.answers = builtins.mapAttrs machine questions;
}
