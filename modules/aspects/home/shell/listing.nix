# Three aspects in one file, in the nested form: looking at files and jumping to them.
{
  flake.modules.homeManager = {
    bat = {
      programs.bat.enable = true;
      programs.bat.config = {
        theme = "ansi";
        style = "numbers,changes";
      };
    };

    eza = {
      programs.eza.enable = true;
      programs.eza.git = true;
      programs.eza.icons = "auto";
      programs.eza.extraOptions = [ "--group-directories-first" ];
    };

    zoxide = {
      programs.zoxide.enable = true;
      programs.zoxide.options = [ "--cmd j" ];
    };
  };
}
