# Aggregate: a comfortable command line around fish.
{ config, ... }:
{
  flake.modules.homeManager.shell =
    { pkgs, ... }:
    {
      imports = with config.flake.modules.homeManager; [
        bat
        direnv
        eza
        fish
        fzf
        starship
        zoxide
      ];
      home.packages = [
        pkgs.dust
        pkgs.sd
      ];
    };
}
