# Clocks run in UTC unless the machine knows better; messages are English.
{
  flake.modules.nixos.base =
    { lib, ... }:
    {
      time.timeZone = lib.mkDefault "Etc/UTC";
      i18n.defaultLocale = "en_US.UTF-8";
      console.keyMap = lib.mkDefault "us";
    };

  flake.modules.darwin.base =
    { lib, ... }:
    {
      time.timeZone = lib.mkDefault "America/New_York";
    };
}
