{
  meta.name = "example";
  meta.domain = "example.org";
  inventory.machines = {
    web.deploy.targetHost = "root@web.example.org";
    web.tags = [ "server" "nixos" ];
    mac.machineClass = "darwin";
    mac.tags = [ "laptop" ];
  };
  inventory.tags = { config, machines, ... }: {
    backed = builtins.filter (name: name != "disk") config.all;
    safe = builtins.filter (name: name != "mac") config.backed;
    reachable = builtins.filter (name: machines.${name}.deploy.targetHost != null) (builtins.attrNames machines);
  };
  machines.module = { };
  machines.web = { imports = [ ./web.nix ]; };
}
