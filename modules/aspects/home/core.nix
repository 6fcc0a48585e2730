# What every home has.
{
  flake.modules.homeManager.core =
    { lib, pkgs, ... }:
    {
      home.stateVersion = lib.mkDefault "25.05";
      programs.home-manager.enable = true;
      xdg.enable = true;
      home.packages = with pkgs; [
        duf
        fd
        tldr
      ];
      home.sessionVariables = {
        EDITOR = lib.mkDefault "vim";
        LESS = "-FRX";
        PAGER = "less";
      };
    };
}
