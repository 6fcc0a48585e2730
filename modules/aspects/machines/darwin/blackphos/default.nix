# blackphos: raquel's laptop.
{
  flake.modules.darwin."machines/darwin/blackphos" =
    { lib, ... }:
    {
      networking.hostName = "blackphos";
      networking.computerName = "blackphos";
      system.primaryUser = "raquel";

      environment.etc."fleet/machine.txt".text = ''
        name: blackphos
        owner: raquel
        role: laptop
      '';

      system.defaults.dock.autohide = lib.mkForce false;
      system.defaults.dock.orientation = "left";
    };
}
