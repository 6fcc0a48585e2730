# Homes of a system's users, whichever system it is.
{ config, lib, pkgs, ... }:
let
  t = lib.types;
  cfg = config.home-manager;
in
{
  options.home-manager = {
    useGlobalPkgs = lib.mkOption { type = t.bool; default = false; };
    useUserPackages = lib.mkOption { type = t.bool; default = false; };
    backupFileExtension = lib.mkOption { type = t.nullOr t.str; default = null; };
    verbose = lib.mkOption { type = t.bool; default = false; };
    extraSpecialArgs = lib.mkOption { type = t.attrs; default = { }; };
    sharedModules = lib.mkOption { type = t.listOf t.raw; default = [ ]; };
    users = lib.mkOption {
      default = { };
      type = t.attrsOf (
        t.submoduleWith {
          class = "homeManager";
          specialArgs = { osConfig = config; } // cfg.extraSpecialArgs;
          modules = import ./modules ++ [
            ({ name, ... }: {
              _file = ./common.nix;
              home.username = lib.mkDefault name;
              home.homeDirectory = lib.mkIf (config.users.users ? ${name}) (lib.mkDefault config.users.users.${name}.home);
              home.backupFileExtension = cfg.backupFileExtension;
              _module.args.pkgs = lib.mkDefault pkgs;
            })
          ] ++ cfg.sharedModules;
        }
      );
    };
  };
  config.users.users = lib.mkIf cfg.useUserPackages (lib.mapAttrs (_: home: { packages = [ home.home.path ]; }) cfg.users);
}
