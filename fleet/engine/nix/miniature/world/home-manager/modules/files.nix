# What a home is made of: its files, its packages, and the script that links them.
{ config, lib, pkgs, ... }:
let
  t = lib.types;
  cfg = config.home;
  file = t.attrsOf (
    t.submodule ({ name, ... }: {
      options = {
        enable = lib.mkOption { type = t.bool; default = true; };
        target = lib.mkOption { type = t.str; default = name; };
        text = lib.mkOption { type = t.nullOr t.lines; default = null; };
        source = lib.mkOption { type = t.nullOr t.path; default = null; };
        executable = lib.mkOption { type = t.nullOr t.bool; default = null; };
        recursive = lib.mkOption { type = t.bool; default = false; };
        onChange = lib.mkOption { type = t.lines; default = ""; };
      };
    })
  );
  place = prefix: f: let to = "$out/home-files/${prefix}${f.target}"; in ''
    ${if f.source != null then "ln -s ${f.source} \"${to}\"" else "printf %s ${lib.escapeShellArg f.text} > \"${to}\""}
    ${lib.optionalString (f.executable == true) "chmod +x \"${to}\""}
  '';
  placeAll = prefix: files:
    let
      enabled = lib.filter (f: f.enable) (lib.attrValues files);
    in
    "mkdir -p $out/home-files ${toString (lib.unique (map (f: "\"$out/home-files/${dirOf "${prefix}${f.target}"}\"") enabled))}\n" + lib.concatMapStrings (place prefix) enabled;
  # A program that is enabled comes with its package, where there is one of that name.
  programs = lib.concatLists (lib.mapAttrsToList (name: p: lib.optional (p.enable or false && pkgs ? ${name}) pkgs.${name}) config.programs);
  variables = lib.concatStrings (lib.mapAttrsToList (n: v: "export ${n}=${lib.escapeShellArg (toString v)}\n") cfg.sessionVariables);
in
{
  options = {
    home.file = lib.mkOption { type = file; default = { }; };
    xdg.configFile = lib.mkOption { type = file; default = { }; };
    home.path = lib.mkOption { type = t.package; };
    home.activationPackage = lib.mkOption { type = t.package; };
  };
  config.home.path = pkgs.buildEnv {
    name = "home-manager-path";
    paths = cfg.packages ++ programs;
  };
  config.home.activationPackage = pkgs.runCommand "home-manager-generation" {
    path = cfg.path;
    inherit variables;
    settings = builtins.toJSON { programs = removeAttrs config.programs [ "neovim" ]; aliases = cfg.shellAliases; };
    activate = builtins.readFile ./activate.sh;
    backup = lib.optionalString (cfg.backupFileExtension != null) ".${cfg.backupFileExtension}";
    files = placeAll "" cfg.file + placeAll ".config/" config.xdg.configFile;
    passAsFile = [ "activate" "files" ];
  } ''
    mkdir -p $out/home-files
    . "$filesPath"
    ln -s $path $out/home-path
    printf %s "$variables" > $out/hm-session-vars.sh
    printf %s "$settings" > $out/miniature.json
    sed "s|@out@|$out|g; s|@backup@|$backup|g" < "$activatePath" > $out/activate
    chmod 555 $out/activate
  '';
}
