# The system: what darwin-rebuild would build.
{ config, lib, pkgs, ... }:
let
  t = lib.types;
  cfg = config.system;
  failed = lib.filter (a: !a.assertion) config.assertions;
  label = "${lib.trivial.release}+${toString cfg.stateVersion}";
  versions = builtins.toJSON (lib.filterAttrs (_: v: v != null) { inherit (cfg) configurationRevision; darwinVersion = label; });
  rebuild = pkgs.writeShellScriptBin "darwin-rebuild" ''
    # darwin-rebuild activate: what the last step of a switch does.
    case "''${1-}" in
    activate) exec "''${systemConfig:-$(dirname "$(dirname "$(dirname "$(readlink -f "$0")")")")}/activate" ;;
    *) echo "darwin-rebuild: only activate, here" >&2; exit 1 ;;
    esac
  '';
  darwinVersion = pkgs.writeShellScriptBin "darwin-version" ''
    case "''${1-}" in
    --json) echo '${versions}' ;;
    --configuration-revision) echo '${toString cfg.configurationRevision}' ;;
    *) echo '${label}' ;;
    esac
  '';
  sw = pkgs.buildEnv {
    name = "system-path";
    paths = config.environment.systemPackages ++ [ darwinVersion ];
  };
in
{
  options.system = {
    checks.text = lib.mkOption { type = t.lines; default = ""; };
    activationScripts = lib.mkOption {
      type = t.attrsOf (t.submodule { options.text = lib.mkOption { type = t.lines; default = ""; }; });
      default = { };
    };
  };
  config = {
    environment.etc = {
      "miniature/defaults.json".text = builtins.toJSON cfg.defaults;
      "miniature/Brewfile".text = lib.optionalString config.homebrew.enable (
        lib.concatMapStrings (c: "cask \"${c.name}\"\n") config.homebrew.casks
        + lib.concatStrings (lib.mapAttrsToList (n: id: "mas \"${n}\", id: ${toString id}\n") config.homebrew.masApps)
      );
      "miniature/nix.conf".text = lib.generators.toKeyValue { } config.nix.settings;
      "miniature/ssh_config".text = config.programs.ssh.extraConfig;
    };
    system.build.toplevel =
      if failed != [ ] then
        throw "\nFailed assertions:\n${lib.concatMapStringsSep "\n" (a: "- ${a.message}") failed}"
      else
        lib.showWarnings config.warnings (pkgs.runCommand "darwin-system-${label}" {
          inherit sw label versions;
          inherit (cfg.build) etc;
          inherit rebuild;
          hostPlatform = config.nixpkgs.hostPlatform.system;
          user = toString cfg.primaryUser;
          plists = lib.concatStrings (lib.mapAttrsToList (name: text: ''
            mkdir -p "$out/${dirOf name}"
            printf %s ${lib.escapeShellArg text} > "$out/${name}"
          '') cfg.build.launchd);
          more = lib.concatStrings (lib.mapAttrsToList (name: a: "\n# ${name}\n${a.text}\n") cfg.activationScripts);
          activate = builtins.readFile ./activate.sh;
          fonts = map (p: "${p}") config.fonts.packages;
          passAsFile = [ "plists" "more" "activate" ];
        } (builtins.readFile ./toplevel.sh));
  };
}
