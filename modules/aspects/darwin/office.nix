# Aggregate of its own: what those need who write letters, not programs.
{
  flake.modules.darwin.office = {
    homebrew.casks = [
      "libreoffice"
      "signal"
    ];
    homebrew.masApps.Pages = 409201541;
    system.defaults.dock.show-process-indicators = true;
  };
}
