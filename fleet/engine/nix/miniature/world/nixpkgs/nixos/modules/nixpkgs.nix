# The package set of the machine.
{ config, lib, ... }:
let
  cfg = config.nixpkgs;
in
{
  options.nixpkgs = {
    pkgs = lib.mkOption {
      type = lib.types.raw;
      default = import ../.. {
        inherit (cfg) config overlays;
        system = cfg.hostPlatform.system;
      };
    };
    overlays = lib.mkOption {
      type = lib.types.listOf lib.types.raw;
      default = [ ];
    };
    config = lib.mkOption {
      type = lib.types.attrsOf lib.types.anything;
      default = { };
    };
    system = lib.mkOption { type = lib.types.str; };
    hostPlatform = lib.mkOption {
      type = lib.types.either lib.types.str lib.types.attrs;
      default = cfg.system;
      apply = p: if lib.isAttrs p then p else lib.systems.elaborate p;
    };
  };
  config._module.args.pkgs = cfg.pkgs;
}
