# Compressed memory instead of a swap file on a rented disk.
{
  flake.modules.nixos.zram =
    { lib, ... }:
    {
      zramSwap.enable = true;
      zramSwap.algorithm = "zstd";
      zramSwap.memoryPercent = lib.mkDefault 50;
      # With swap in memory, swapping early is cheap; see also kernel-hardening.
      boot.kernel.sysctl."vm.swappiness" = lib.mkForce 150;
    };
}
