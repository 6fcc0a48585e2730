# The greeting. Other files of `base` add lines of their own.
{
  flake.modules.nixos.base =
    { lib, ... }:
    {
      users.motd = lib.mkBefore ''
        This machine is managed: see /etc/fleet/handbook.txt
      '';
    };
}
