{ config, inputs, lib, ... }:
{
  inventory.machines = {
    a.tags = [ "web" ] ++ config.more;
    b.machineClass = inputs.settings.class;
    c.deploy.targetHost = "root@${config.domain}";
    d = lib.mkIf config.services.d.enable { };
    e.tags = lib.mkIf config.tagged [ "web" ];
  };
  inventory.tags = { config, ... }: { loop = config.loop; };
  inventory.instances.one = {
    roles.r.tags.web = { };
    roles.r.machines.a.settings = { port = config.port; plain = "yes"; };
    roles.s.tags.nixos.settings.x = 1;
    roles.s.machines = inputs.settings.machines;
    roles.s.extraModules = inputs.settings.modules;
  };
}
