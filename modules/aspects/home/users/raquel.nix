# raquel writes and draws.
{
  flake.modules.homeManager."users/raquel" =
    { pkgs, ... }:
    {
      programs.git.settings.user.name = "raquel";
      programs.git.settings.user.email = "raquel@vanadinite.example";
      home.packages = [
        pkgs.imagemagick
        pkgs.typst
      ];
      xdg.configFile."typst/defaults.txt".text = ''
        paper: a4
        lang: en
      '';
    };
}
