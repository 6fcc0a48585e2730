# Settings of three levels against interfaces of the flake's own service.
{ lib, ... }:
{
  meta.name = "settings";
  inventory.machines = {
    a.tags = [ "x" "y" ];
    b.tags = [ "x" ];
    c = { };
  };
  modules.kinds = {
    _class = "clan.service";
    manifest.name = "kinds";
    roles.default.interface = { lib, ... }: {
      freeformType = lib.types.attrsOf (lib.types.listOf lib.types.str);
      options = {
        text = lib.mkOption { type = lib.types.str; default = "none"; };
        many = lib.mkOption { type = lib.types.listOf lib.types.int; default = [ ]; };
        script = lib.mkOption { type = lib.types.lines; default = ""; };
        path = lib.mkOption { type = lib.types.separatedString ":"; default = ""; };
        maybe = lib.mkOption { type = lib.types.nullOr lib.types.int; default = null; };
        on = lib.mkEnableOption "it";
        deep.er.text = lib.mkOption { type = lib.types.enum [ "p" "q" ]; default = "p"; };
        users = lib.mkOption {
          default = { };
          type = lib.types.attrsOf (lib.types.submodule {
            options.groups = lib.mkOption { type = lib.types.listOf lib.types.str; default = [ ]; };
            options.admin = lib.mkOption { type = lib.types.bool; default = false; };
          });
        };
      };
    };
    roles.default.perInstance = { ... }: { nixosModule = { }; };
  };
  inventory.instances.one = {
    module = { name = "kinds"; input = "self"; };
    roles.default = {
      machines.a.settings = {
        text = lib.mkForce "machine"; many = [ 1 ]; script = "machine"; maybe = 3; users.u.groups = [ "m" ];
        extra = [ "m" ];
      };
      machines.c.settings = { text = "same"; deep.er.text = "q"; on = true; path = lib.mkBefore "c"; };
      tags.x.settings = { many = [ 2 ]; script = lib.mkBefore "x"; path = "x"; users.u.admin = true; extra = [ "x" ]; };
      tags.y.settings = { many = lib.mkAfter [ 3 ]; script = "y"; path = "y"; };
      settings = {
        text = "same"; many = [ 0 ]; script = "role"; path = "role"; maybe = lib.mkDefault null; deep.er.text = lib.mkOverride 900 "p";
        users.u.groups = [ "r" ]; users.v = { };
      };
      extraModules = [ { } ];
    };
  };
}
