# scheelite: the GPU.
{
  flake.modules.nixos."machines/nixos/scheelite" =
    { lib, ... }:
    {
      networking.hostName = "scheelite";
      networking.domain = "zt";
      system.stateVersion = "25.05";

      environment.etc."fleet/machine.txt".text = ''
        name: scheelite
        owner: cameron
        role: batch work on a GPU
      '';

      # Driver generations are large.
      nix.gc.options = "--delete-older-than 7d";
      # Training jobs fill the memory on purpose.
      boot.kernel.sysctl."vm.overcommit_memory" = 2;
      services.journald.rateLimitBurst = lib.mkForce 20000;
    };
}
