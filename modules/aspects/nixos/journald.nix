# Logs survive a reboot and never fill the disk.
{
  flake.modules.nixos.journald =
    { lib, ... }:
    {
      services.journald.extraConfig = lib.mkAfter ''
        SystemMaxUse=1G
        MaxRetentionSec=1month
      '';
      services.journald.rateLimitBurst = 5000;
    };
}
