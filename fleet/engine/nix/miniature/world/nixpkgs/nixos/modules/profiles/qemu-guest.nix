# A guest of QEMU.
{
  boot.initrd.availableKernelModules = [ "virtio_pci" ];
}
