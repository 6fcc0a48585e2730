# tmux for whoever has to log in as an administrator: the same keys on every system.
let
  config = ''
    set -g mouse on
    set -g history-limit 20000
    set -g status-right "#H %H:%M"
  '';
in
{
  flake.modules.nixos.tmux = {
    programs.tmux.enable = true;
    programs.tmux.clock24 = true;
    programs.tmux.extraConfig = config;
  };

  flake.modules.darwin.tmux = {
    programs.tmux.enable = true;
    programs.tmux.extraConfig = config;
  };
}
