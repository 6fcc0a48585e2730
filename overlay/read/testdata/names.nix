# What real Nix says: the names of each overlay on a package set that is a stub.
{ system }:
let
  isAarch64 = system == "aarch64-linux";
  lib = {
    optionalAttrs = c: s: if c then s else { };
    mergeAttrsList = builtins.foldl' (a: b: a // b) { };
    genAttrs = names: f: builtins.listToAttrs (map (name: { inherit name; value = f name; }) names);
  };
  prev = { inherit lib; stdenv.hostPlatform = { inherit system isAarch64; }; };
  inputs = { };
  names = overlay: builtins.attrNames (overlay prev prev);
in
{
  channels = names (import ./flake/overlays/channels.nix inputs);
  fixes = names (import ./flake/overlays/fixes.nix);
  own = names (import ./flake/overlays/own.nix inputs);
  joined = names (import ./flake/overlays/joined.nix inputs);
  changes = names (import ./flake/overlays/changes.nix);
  last = names (import ./flake/overlays/last.nix);
}
