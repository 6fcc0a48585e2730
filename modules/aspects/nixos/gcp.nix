# A virtual machine at Google. The provider's module knows its disks, its console and
# its metadata server; here is only what this fleet wants otherwise.
{
  flake.modules.nixos.gcp =
    { lib, modulesPath, ... }:
    {
      imports = [ "${modulesPath}/virtualisation/google-compute-config.nix" ];

      # Accounts come from this repository, not from the project's metadata.
      security.googleOsLogin.enable = lib.mkForce false;
      boot.kernel.sysctl."net.ipv4.tcp_congestion_control" = "bbr";
    };
}
