# A Mac to develop on: tools for the whole system and a nightly tidy-up.
{
  flake.modules.darwin.developer =
    { pkgs, ... }:
    {
      environment.systemPackages = with pkgs; [
        flake-age
        hydra-link
        mactop
        micromamba
        nuenv
      ];
      homebrew.casks = [ "utm" ];
      launchd.user.agents.tidy-downloads = {
        command = "/usr/bin/find \"$HOME/Downloads\" -name '*.dmg' -mtime +30 -delete";
        serviceConfig.StartCalendarInterval = [
          {
            Hour = 12;
            Minute = 30;
          }
        ];
      };
      system.defaults.NSGlobalDomain.AppleShowAllFiles = true;
    };
}
