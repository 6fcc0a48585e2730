# Aggregate: a Mac with somebody in front of it.
{ inputs, ... }:
{
  flake.modules.darwin.desktop = {
    imports = with inputs.self.modules.darwin; [
      dock
      finder
      fonts
      keyboard
      screen
      trackpad
    ];
    system.defaults.NSGlobalDomain.NSNavPanelExpandedStateForSaveMode = true;
    system.defaults.menuExtraClock.Show24Hour = true;
  };
}
