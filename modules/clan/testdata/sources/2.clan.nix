{ lib, ... }:
{
  inventory.machines.web = {
    tags = [ "late" "server" ];
    deploy.buildHost = lib.mkDefault "localhost";
  };
  inventory.tags.static = [ "web" "mac" ];
  inventory.tags.darwin = lib.mkForce [ "web" ];
}
