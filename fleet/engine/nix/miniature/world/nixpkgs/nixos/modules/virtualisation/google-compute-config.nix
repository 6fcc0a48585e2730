# A guest of Google: its disk, as the real module has it by default.
{ lib, ... }:
{
  fileSystems."/".device = lib.mkDefault "/dev/disk/by-label/nixos";
  security.googleOsLogin.enable = lib.mkDefault true;
}
