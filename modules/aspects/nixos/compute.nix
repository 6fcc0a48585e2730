# Aggregate: batch work on a GPU, in containers.
{ config, ... }:
let
  nixos = config.flake.modules.nixos;
in
{
  flake.modules.nixos.compute =
    { lib, ... }:
    {
      imports = [
        nixos.nvidia
        nixos.podman
      ];
      # Builds may take all cores but must not starve what runs.
      nix.daemonCPUSchedPolicy = "batch";
      nix.settings.max-jobs = 4;
      boot.kernel.sysctl."vm.overcommit_memory" = lib.mkDefault 1;
    };
}
