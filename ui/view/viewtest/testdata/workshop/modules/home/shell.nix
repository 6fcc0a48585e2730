{
  flake.modules.homeManager.shell =
    { pkgs, ... }:
    {
      programs.git.enable = true;
      home.packages = [ pkgs.ripgrep ];
    };
}
