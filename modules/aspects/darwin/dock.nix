# A dock that keeps out of the way. Its owner may want it back: hence the weak ones.
{
  flake.modules.darwin.dock =
    { lib, ... }:
    {
      system.defaults.dock = {
        autohide = lib.mkDefault true;
        mru-spaces = false;
        orientation = lib.mkDefault "bottom";
        show-recents = false;
        tilesize = 48;
      };
    };
}
