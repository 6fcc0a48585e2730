# The system: what nixos-rebuild would build, with the same names inside.
{ config, lib, pkgs, ... }:
let
  t = lib.types;
  cfg = config.system;
  channel = import ../../channel.nix;
  failed = lib.filter (a: !a.assertion) config.assertions;
  script = file: lib.replaceStrings [ "@systemd@" ] [ "${config.systemd.package}" ] (builtins.readFile file);

  sw = pkgs.buildEnv {
    name = "system-path";
    paths = config.environment.systemPackages ++ [ nixosVersion ];
  };
  nixosVersion = pkgs.writeShellScriptBin "nixos-version" ''
    case "''${1-}" in
    --json) echo '${builtins.toJSON (lib.filterAttrs (_: v: v != null) { inherit (cfg) configurationRevision; nixosVersion = cfg.nixos.label; })}' ;;
    --configuration-revision) echo '${toString cfg.configurationRevision}' ;;
    *) echo '${cfg.nixos.label}' ;;
    esac
  '';
in
{
  options.system = {
    nixos.release = lib.mkOption { type = t.str; default = channel.release; };
    nixos.revision = lib.mkOption { type = t.nullOr t.str; default = null; };
    nixos.label = lib.mkOption { type = t.str; default = "${channel.release}${channel.suffix}"; };
    extraDependencies = lib.mkOption { type = t.listOf t.path; default = [ ]; };
    systemBuilderCommands = lib.mkOption { type = t.lines; default = ""; };
    activationScripts = lib.mkOption {
      type = t.attrsOf (t.coercedTo t.str (text: { inherit text; }) (t.submodule { options.text = lib.mkOption { type = t.lines; }; }));
      default = { };
    };
    switch.inhibitors = lib.mkOption { type = t.attrsOf t.str; default = { }; };
    # Miniature's own: exactly what a generation's initrd is made of.
    initrdText = lib.mkOption { type = t.lines; default = "initrd\n"; };
  };
  config = {
    system.switch.inhibitors = {
      kernel = "${config.boot.kernelPackages.kernel}";
      systemd = "${config.systemd.package}";
    };
    system.build = {
      inherit sw;
      kernel = config.boot.kernelPackages.kernel;
      toplevel =
        if failed != [ ] then
          throw "\nFailed assertions:\n${lib.concatMapStringsSep "\n" (a: "- ${a.message}") failed}"
        else
          lib.showWarnings config.warnings (pkgs.runCommand "nixos-system-${config.networking.hostName}-${cfg.nixos.label}" {
            inherit sw;
            inherit (cfg.build) etc kernel;
            systemd = config.systemd.package;
            label = cfg.nixos.label;
            extraDependencies = map (p: "${p}") cfg.extraDependencies;
            hostPlatform = config.nixpkgs.hostPlatform.system;
            interfaceVersion = toString (config.systemd.package.interfaceVersion or 2);
            kernelParams = toString config.boot.kernelParams;
            initrd = pkgs.writeText "initrd" cfg.initrdText;
            modules = pkgs.runCommand "kernel-modules" { } "mkdir $out";
            inhibitors = builtins.toJSON cfg.switch.inhibitors;
            more = lib.concatStrings (lib.mapAttrsToList (name: a: "\n# ${name}\n${a.text}\n") cfg.activationScripts);
            switch = script ./switch-to-configuration.sh;
            activate = script ./activate.sh;
            init = script ./init.sh;
            inherit (cfg) systemBuilderCommands;
            passAsFile = [ "more" "switch" "activate" "init" ];
          } (builtins.readFile ./toplevel.sh));
    };
  };
}
