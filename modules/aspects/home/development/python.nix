# Python for notebooks and scripts; projects bring their own environments.
{
  flake.modules.homeManager.python =
    { pkgs, ... }:
    {
      home.packages = [
        pkgs.micromamba
        pkgs.python3Packages.ipython
        pkgs.ruff
        pkgs.uv
      ];
      home.file.".condarc".text = ''
        channels:
          - conda-forge
        channel_priority: strict
        auto_activate_base: false
      '';
      home.sessionVariables.PYTHONDONTWRITEBYTECODE = "1";
    };
}
