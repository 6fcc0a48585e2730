# stibnite: crs58's laptop, and the place the fleet is deployed from.
{
  flake.modules.darwin."machines/darwin/stibnite" =
    { lib, ... }:
    {
      networking.hostName = "stibnite";
      networking.computerName = "stibnite";
      system.primaryUser = "crs58";

      environment.etc."fleet/machine.txt".text = ''
        name: stibnite
        owner: crs58
        role: workstation, deploys the fleet
      '';

      # Escape, not control: an editor's preference.
      system.keyboard.remapCapsLockToControl = lib.mkForce false;
      system.keyboard.remapCapsLockToEscape = true;
      nix.gc.options = "--delete-older-than 14d";
    };
}
