{
  flake.modules.homeManager.desk = {
    programs.firefox.enable = true;
  };

  # Nobody plays at work.
  flake.modules.homeManager.games =
    { pkgs, ... }:
    {
      home.packages = [ pkgs.nethack ];
    };
}
