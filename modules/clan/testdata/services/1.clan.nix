{ lib, ... }:
{
  modules.backup = {
    _class = "clan.service";
    manifest.name = "backup";
    manifest.constraints.maxInstances = 1;
    manifest.constraints.roles.server = { minMachines = 1; maxMachines = 1; };
    roles.server = {
      interface = { lib, ... }: {
        options.directory = lib.mkOption { type = lib.types.str; default = "/backup"; };
        options.net.ports = lib.mkOption { type = lib.types.listOf lib.types.port; default = [ ]; };
        options.rules = lib.mkOption { type = lib.types.lines; default = ""; };
        options.users = lib.mkOption {
          type = lib.types.attrsOf (lib.types.submodule { options.admin = lib.mkEnableOption "it"; });
        };
      };
      perInstance = { settings, ... }: { nixosModule = { }; };
    };
    roles.client.perInstance = { ... }: { nixosModule = { }; darwinModule = { }; };
  };
  inventory.machines = {
    a = { };
    b = { };
    m.machineClass = "darwin";
  };
  inventory.instances = {
    main = {
      module = { name = "backup"; input = "self"; };
      roles.server.machines.a.settings = { net.ports = [ 2 ]; rules = "machine"; users.x.admin = true; };
      roles.server.tags.nixos.settings = { net.ports = [ 3 ]; rules = "tag"; typo = 1; users.y.root = true; };
      roles.server.settings = { net.ports = [ 1 ]; rules = "role"; directory = "/srv"; };
      roles.server.machines.m = { };
      roles.server.machines.gone = { };
      roles.client.tags = [ "all" "nobody" ];
      roles.client.settings.free = true;
      roles.operator.tags.all = { };
    };
    other = {
      module = { name = "backup"; input = "self"; };
      roles.server.machines.b.settings.directory = "/b";
      roles.server.settings.directory = "/role";
    };
    third.module.input = "self";
    strong = {
      roles.peer = {
        machines.a.settings.controller = lib.mkForce "b";
        machines.b.settings.port = 1;
        settings = { controller = "a"; port = 2; list = [ "role" ]; };
        tags.all.settings.list = [ "tag" ];
        extraModules = [ ./extra.nix ({ ... }: { }) ];
      };
    };
  };
}
