# Sessions that outlive a connection.
{
  flake.modules.homeManager.tmux =
    { pkgs, ... }:
    {
      programs.tmux = {
        enable = true;
        baseIndex = 1;
        clock24 = true;
        escapeTime = 10;
        historyLimit = 50000;
        keyMode = "vi";
        mouse = true;
        prefix = "C-a";
        terminal = "tmux-256color";
        extraConfig = ''
          set -g renumber-windows on
          set -g focus-events on
          bind | split-window -h
          bind - split-window -v
        '';
      };
      # The path of fish is only known to real Nix.
      xdg.configFile."tmux/shell.conf".text = ''
        set -g default-command ${pkgs.fish}/bin/fish
      '';
      xdg.configFile."tmux/keys.txt".text = ''
        C-a |   split left and right
        C-a -   split above and below
        C-a d   leave, the session stays
      '';
    };
}
