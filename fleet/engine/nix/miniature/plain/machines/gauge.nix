{ lib, ... }:
{
  services.prometheus.exporters.node.enable = true;
  boot.kernel.sysctl."vm.swappiness" = lib.mkForce 10;
}
