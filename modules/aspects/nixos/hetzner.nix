# A virtual machine at Hetzner. `install` lays down the disk and gives the file systems
# the labels that are mounted here.
{ inputs, ... }:
{
  flake.modules.nixos.hetzner =
    { lib, modulesPath, ... }:
    {
      imports = [
        inputs.disko.nixosModules.disko
        "${modulesPath}/profiles/qemu-guest.nix"
      ];

      boot.loader.grub.enable = true;
      boot.loader.grub.device = "/dev/sda";
      fileSystems."/" = {
        device = "/dev/disk/by-label/nixos";
        fsType = "ext4";
        options = [ "noatime" ];
      };

      services.qemuGuest.enable = true;

      # IPv4 comes by DHCP, IPv6 is a fixed /64 that the machine's own file names.
      networking.useDHCP = lib.mkForce false;
      networking.interfaces.enp1s0.useDHCP = true;
    };
}
