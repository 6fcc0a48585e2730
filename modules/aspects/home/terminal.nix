# Aggregate: the terminal window itself and what lives in it.
{ inputs, ... }:
{
  flake.modules.homeManager.terminal = {
    imports = [
      inputs.self.modules.homeManager.readline
      inputs.self.modules.homeManager.tmux
    ];
    # The application comes from Homebrew on a Mac; its settings come from here.
    xdg.configFile."ghostty/config".text = ''
      font-family = JetBrains Mono
      font-size = 13
      theme = light:Builtin Solarized Light,dark:Builtin Solarized Dark
      window-padding-x = 6
      mouse-hide-while-typing = true
      clipboard-paste-protection = true
      shell-integration = detect
    '';
  };
}
