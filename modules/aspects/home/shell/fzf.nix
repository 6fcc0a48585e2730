# Fuzzy search in history and files.
{
  flake.modules.homeManager.fzf = {
    programs.fzf = {
      enable = true;
      defaultCommand = "fd --type f --hidden --exclude .git";
      defaultOptions = [
        "--height 40%"
        "--layout reverse"
        "--border"
      ];
    };
  };
}
