# janettesmith analyses data and keeps a library of papers.
{
  flake.modules.homeManager."users/janettesmith" =
    { pkgs, ... }:
    {
      programs.git.settings.user.name = "janettesmith";
      programs.git.settings.user.email = "janettesmith@vanadinite.example";
      home.packages = [
        pkgs.duckdb
        pkgs.pandoc
      ];
      home.file.".duckdbrc".text = ''
        .mode duckbox
        .maxrows 40
      '';
    };
}
