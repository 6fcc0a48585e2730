# zsh, for those whose fingers know it.
{
  flake.modules.homeManager.zsh =
    { lib, ... }:
    {
      programs.zsh = {
        enable = true;
        enableCompletion = true;
        autosuggestion.enable = true;
        syntaxHighlighting.enable = true;
        defaultKeymap = "emacs";
        history.size = 50000;
        history.ignoreDups = true;
        shellAliases = {
          gs = "git status --short";
          ".." = "cd ..";
        };
        initContent = lib.mkAfter ''
          setopt interactive_comments
        '';
      };
    };
}
