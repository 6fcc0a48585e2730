# Sleep on battery, stay reachable on the desk.
{
  flake.modules.darwin.power = {
    power.sleep.display = 10;
    power.sleep.computer = 30;
    networking.wakeOnLan.enable = true;
  };
}
