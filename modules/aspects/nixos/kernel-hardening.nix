# Kernel parameters that cost a server nothing.
{
  flake.modules.nixos.kernel-hardening =
    { lib, ... }:
    {
      boot.kernel.sysctl = {
        "kernel.dmesg_restrict" = 1;
        # A little stronger than plain, so that only a force can weaken it.
        "kernel.kptr_restrict" = lib.mkOverride 90 2;
        "kernel.unprivileged_bpf_disabled" = 1;
        "net.ipv4.conf.all.accept_redirects" = 0;
        "net.ipv6.conf.all.accept_redirects" = 0;
        "net.ipv4.tcp_syncookies" = 1;
        "vm.swappiness" = lib.mkDefault 10;
      };
      security.protectKernelImage = true;
    };
}
