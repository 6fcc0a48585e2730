# Files below /etc, all in one derivation. A file whose mode is not "symlink" has its
# mode beside it, as <file>.mode, and is copied.
{ config, lib, pkgs, ... }:
let
  t = lib.types;
  entries = lib.filter (e: e.enable) (lib.attrValues config.environment.etc);
  place = e: ''
    ${
      if e.source != null then
        "ln -s ${e.source} \"$out/${e.target}\""
      else
        "printf %s ${lib.escapeShellArg e.text} > \"$out/${e.target}\""
    }
    ${lib.optionalString (e.mode != "symlink") "echo ${e.mode} > \"$out/${e.target}.mode\""}
  '';
in
{
  options.environment.etc = lib.mkOption {
    default = { };
    type = t.attrsOf (
      t.submodule ({ name, ... }: {
        options = {
          enable = lib.mkOption { type = t.bool; default = true; };
          target = lib.mkOption { type = t.str; default = name; };
          text = lib.mkOption { type = t.nullOr t.lines; default = null; };
          source = lib.mkOption { type = t.nullOr t.path; default = null; };
          mode = lib.mkOption { type = t.str; default = "symlink"; };
          uid = lib.mkOption { type = t.int; default = 0; };
          gid = lib.mkOption { type = t.int; default = 0; };
          user = lib.mkOption { type = t.str; default = "root"; };
          group = lib.mkOption { type = t.str; default = "root"; };
        };
      })
    );
  };
  options.system.build = lib.mkOption {
    type = t.lazyAttrsOf t.unspecified;
    default = { };
  };
  config.system.build.etc = pkgs.runCommand "etc" { } (
    "mkdir -p $out ${toString (lib.unique (map (e: "\"$out/${dirOf e.target}\"") entries))}\n" + lib.concatMapStrings place entries
  );
}
