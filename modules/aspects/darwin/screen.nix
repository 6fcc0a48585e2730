# The screen locks at once, and screenshots have a folder of their own.
{
  flake.modules.darwin.screen = {
    system.defaults.screensaver.askForPassword = true;
    system.defaults.screensaver.askForPasswordDelay = 0;
    system.defaults.screencapture.location = "~/Pictures/Screenshots";
    system.defaults.screencapture.type = "png";
  };
}
