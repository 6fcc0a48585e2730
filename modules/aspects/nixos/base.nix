# What makes a NixOS machine of this fleet, whatever it is for.
{
  flake.modules.nixos.base =
    { lib, ... }:
    {
      # Operators log in with keys; asking for a password they do not have is no safer.
      security.sudo.wheelNeedsPassword = false;

      # Weak: an aspect that knows better wins without force.
      networking.firewall.enable = lib.mkDefault true;
      networking.useDHCP = lib.mkDefault true;
      documentation.nixos.enable = lib.mkDefault true;
      boot.tmp.cleanOnBoot = true;

      services.openssh.settings.PermitRootLogin = lib.mkDefault "no";
      services.journald.extraConfig = lib.mkBefore ''
        Compress=yes
      '';
    };
}
