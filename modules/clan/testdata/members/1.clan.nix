# Members by name, by tag, by computed tag, by several ways.
{ lib, ... }:
{
  meta.name = "members";
  inventory.machines = {
    alpha.tags = [ "server" "edge" ];
    beta.tags = [ "server" ];
    gamma = { machineClass = "darwin"; tags = [ "laptop" ]; };
    delta = { };
  };
  inventory.tags.quiet = [ "delta" "gamma" ];
  inventory.instances = {
    emergency-access.roles.default.tags.all = { };
    users-root = {
      module.name = "users";
      module.input = null;
      roles.default.tags.quiet = { };
      roles.default.tags.server = { };
      roles.default.machines.delta.settings.groups = [ "audio" ];
      roles.default.tags.edge.settings.groups = [ "edge" ];
      roles.default.settings = { user = "root"; prompt = lib.mkDefault true; };
    };
    zt = {
      module.name = "zerotier";
      roles.controller.machines.alpha = { };
      roles.controller.machines.beta = { };
      roles.peer.tags.nixos = { };
      roles.moon.machines.absent.settings.stableEndpoints = [ "192.0.2.1" ];
    };
  };
}
