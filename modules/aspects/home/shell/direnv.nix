# A project's tools appear on entering its directory.
{
  flake.modules.homeManager.direnv = {
    programs.direnv.enable = true;
    programs.direnv.nix-direnv.enable = true;
    programs.direnv.config.global.warn_timeout = "30s";
    xdg.configFile."direnv/lib/layout-uv.sh".text = ''
      layout_uv() {
        [ -d .venv ] || uv venv
        VIRTUAL_ENV="$PWD/.venv"
        PATH_add "$VIRTUAL_ENV/bin"
        export VIRTUAL_ENV
      }
    '';
  };
}
