# fish: abbreviations rather than aliases, so that history shows what really ran.
{
  flake.modules.homeManager.fish =
    { lib, ... }:
    {
      programs.fish = {
        enable = true;
        interactiveShellInit = lib.mkBefore ''
          set -g fish_greeting
          fish_vi_key_bindings
        '';
        shellAbbrs = {
          g = "git";
          gd = "git diff";
          gs = "git status --short";
          nfu = "nix flake update";
        };
        functions.mkcd = {
          description = "Make a directory and go there";
          body = "mkdir -p $argv[1]; and cd $argv[1]";
        };
      };
    };
}
