# Applications that nixpkgs does not carry for the Mac. What is not listed by some
# aspect is removed at the next activation, so the list is the truth.
{
  flake.modules.darwin.homebrew =
    { lib, ... }:
    {
      homebrew = {
        enable = true;
        onActivation.autoUpdate = false;
        onActivation.cleanup = lib.mkDefault "uninstall";
        global.autoUpdate = false;
        casks = [
          "firefox"
          "ghostty"
        ];
      };
    };
}
