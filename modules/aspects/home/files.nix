# Small files that programs read wherever they run. Part of `core`, so that a home is
# useful on a machine where nothing else has been installed yet.
{
  flake.modules.homeManager.core = {
    home.file.".editorconfig".text = ''
      root = true

      [*]
      charset = utf-8
      end_of_line = lf
      indent_style = space
      indent_size = 2
      insert_final_newline = true
      trim_trailing_whitespace = true

      [{Makefile,*.go}]
      indent_style = tab
    '';
    home.file.".hushlogin".text = "";
    xdg.configFile."fd/ignore".text = ''
      .git/
      .direnv/
      node_modules/
      result
    '';
  };
}
