# The editor. EDITOR is set weakly in core and for good here.
{
  flake.modules.homeManager.neovim =
    { pkgs, ... }:
    {
      programs.neovim = {
        enable = true;
        viAlias = true;
        vimAlias = true;
        plugins = with pkgs.vimPlugins; [
          gitsigns-nvim
          nvim-lspconfig
          telescope-nvim
        ];
      };
      home.sessionVariables.EDITOR = "nvim";
      xdg.configFile."nvim/after/ftplugin/nix.lua".text = ''
        vim.opt_local.shiftwidth = 2
        vim.opt_local.expandtab = true
        vim.opt_local.commentstring = "# %s"
      '';
    };
}
