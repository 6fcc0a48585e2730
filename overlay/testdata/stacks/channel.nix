# A miniature channel: a few packages that say from which channel they come, one that
# depends on another, and a set.
{ lib, name, version }:
{ localSystem ? { }, system ? localSystem.system, config ? { }, overlays ? [ ] }:
let
  make =
    attrs:
    let
      self = derivation ({ inherit system; builder = "/bin/sh"; name = "${attrs.pname}-${attrs.version}"; } // attrs) // {
        inherit (attrs) version channel;
        override = new: make (attrs // new);
        overrideAttrs = f: make (attrs // (if lib.isFunction f then f attrs else f));
      };
    in
    self;
  base = final: {
    inherit lib config system overlays;
    path = ../. + "/${name}.nix";
    stdenv = { hostPlatform = { inherit system; }; buildPlatform = { inherit system; }; };
    callPackage = lib.callPackageWith final;
    # What no channel has a part in.
    anew = pname: mark: make { inherit pname mark; version = "7.0"; channel = ""; };
    fetchpatch = _: throw "a patch was fetched";
    applyPatches = _: throw "a patched tree was asked for";
    a = make { pname = "a"; inherit version; channel = name; };
    b = make { pname = "b"; inherit version; channel = name; };
    c = make { pname = "c"; inherit version; channel = name; };
    d = make { pname = "d"; inherit version; channel = name; dependency = final.a; };
    s = {
      x = make { pname = "x"; inherit version; channel = name; };
      y = make { pname = "y"; inherit version; channel = name; dependency = final.b; };
    };
  };
in
lib.fix (lib.foldl' (lib.flip lib.extends) base overlays)
