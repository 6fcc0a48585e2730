# Fast repeat, and caps lock put to use.
{
  flake.modules.darwin.keyboard =
    { lib, ... }:
    {
      system.keyboard.enableKeyMapping = true;
      system.keyboard.remapCapsLockToControl = lib.mkDefault true;
      system.defaults.NSGlobalDomain = {
        ApplePressAndHoldEnabled = false;
        InitialKeyRepeat = 15;
        KeyRepeat = 2;
        NSAutomaticQuoteSubstitutionEnabled = false;
        NSAutomaticSpellingCorrectionEnabled = false;
      };
    };
}
