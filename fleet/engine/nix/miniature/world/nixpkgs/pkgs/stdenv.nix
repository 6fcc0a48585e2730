# mkDerivation over /bin/sh: phases with hooks, overrideAttrs, finalAttrs.
{ lib, system }:
let
  hostPlatform = lib.systems.elaborate system;

  # Attributes that say how to build, but are not the builder's environment.
  silent = [ "meta" "passthru" "pos" "nativeBuildInputs" "buildInputs" "propagatedBuildInputs" "nativeCheckInputs" ];
  inputs = [ "nativeBuildInputs" "buildInputs" "propagatedBuildInputs" ];

  make = attrsOf:
    let
      attrs = attrsOf final;
      where = builtins.unsafeGetAttrPos (if attrs ? pname then "pname" else "name") attrs;
      name = attrs.name or "${attrs.pname}-${attrs.version}";
      environment = removeAttrs attrs (silent ++ [ "env" ]) // attrs.env or { };
      drv = derivation (
        {
          inherit name system;
          builder = "/bin/sh";
          args = [ "-e" ./setup.sh ];
          PATH = lib.concatMapStrings (p: "${p}/bin:") (lib.concatMap (n: lib.filter (p: p != null) (attrs.${n} or [ ])) inputs) + "/usr/bin:/bin";
        }
        // lib.filterAttrs (_: v: v != null) environment
      );
      final = attrs // { finalPackage = result; };
      result =
        drv
        // attrs.passthru or { }
        // builtins.intersectAttrs { pname = 1; version = 1; src = 1; } attrs
        // {
          inherit system;
          passthru = attrs.passthru or { };
          meta = { inherit name; position = "${where.file}:${toString where.line}"; } // attrs.meta or { };
          overrideAttrs = f: make (self: let old = attrsOf self; in old // apply f self old);
        };
    in
    result;
  apply = f: self: old:
    if !lib.isFunction f then f else let g = f self; in if lib.isFunction g then g old else f old;
in
{
  inherit system hostPlatform;
  buildPlatform = hostPlatform;
  targetPlatform = hostPlatform;
  inherit (hostPlatform) isLinux isDarwin;
  name = "stdenv";
  mkDerivation = attrs: make (lib.toFunction attrs);
}
