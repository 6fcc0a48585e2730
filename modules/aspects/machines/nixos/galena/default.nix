# galena: containers, at Google.
{
  flake.modules.nixos."machines/nixos/galena" = {
    networking.hostName = "galena";
    networking.domain = "zt";
    system.stateVersion = "25.05";

    environment.etc."fleet/machine.txt".text = ''
      name: galena
      owner: cameron
      role: containers
    '';

    virtualisation.podman.autoPrune.flags = [ "--all" ];
    zramSwap.memoryPercent = 25;
  };
}
