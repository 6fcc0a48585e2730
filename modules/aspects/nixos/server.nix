# Aggregate: a machine that nobody sits at. Everything a server has in common, and
# nothing that depends on where it stands or what it serves.
{ config, ... }:
{
  flake.modules.nixos.server =
    { lib, ... }:
    {
      imports = with config.flake.modules.nixos; [
        fail2ban
        firewall
        journald
        kernel-hardening
        shells
        ssh-hardening
        zram
      ];

      documentation.nixos.enable = lib.mkForce false;
      users.motd = lib.mkAfter ''
        Servers are changed from the repository, not by hand.
      '';
    };
}
