# Old generations go once a week. Machines with small disks shorten the time.
let
  keep = "30d";
in
{
  flake.modules.nixos.base =
    { lib, ... }:
    {
      nix.gc.automatic = true;
      nix.gc.dates = "Sun 03:15";
      nix.gc.options = lib.mkDefault "--delete-older-than ${keep}";
    };

  flake.modules.darwin.base =
    { lib, ... }:
    {
      nix.gc.automatic = true;
      nix.gc.interval = [
        {
          Weekday = 7;
          Hour = 3;
          Minute = 15;
        }
      ];
      nix.gc.options = lib.mkDefault "--delete-older-than ${keep}";
    };
}
