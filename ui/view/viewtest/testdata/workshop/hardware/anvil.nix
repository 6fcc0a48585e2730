{ modulesPath, ... }:
{
  imports = [ (modulesPath + "/installer/scan/not-detected.nix") ];
  boot.loader.systemd-boot.enable = true;
  swapDevices = [ { device = "/dev/disk/by-label/swap"; } ];
}
