# A tap is a click.
{
  flake.modules.darwin.trackpad = {
    system.defaults.trackpad.Clicking = true;
    system.defaults.trackpad.TrackpadThreeFingerDrag = true;
    system.defaults.NSGlobalDomain."com.apple.swipescrolldirection" = true;
  };
}
