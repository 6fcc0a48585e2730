# Options that are declared with home-manager's types.
{ lib, ... }:
let
  t = lib.types;
  settings = t.submodule { freeformType = t.attrsOf t.anything; };
  option = type: default: lib.mkOption { inherit type default; };
  enable = names: lib.listToAttrs (map (n: lib.nameValuePair "programs.${n}.enable" t.bool) names);
in
lib.declare (
  enable [
    "bat" "delta" "direnv" "eza" "fish" "fzf" "gh" "git" "gpg" "home-manager" "jujutsu" "k9s" "neovim" "nix-index"
    "readline" "ssh" "starship" "tmux" "zoxide" "zsh"
  ]
  // {
    "home.backupFileExtension" = t.nullOr t.str;
    "home.homeDirectory" = t.path;
    "home.packages" = t.listOf t.package;
    "home.sessionVariables" = option (t.lazyAttrsOf t.anything) { };
    "home.shellAliases" = t.attrsOf t.str;
    "home.stateVersion" = t.enum [ "24.05" "24.11" "25.05" "25.11" "26.05" ];
    "home.username" = t.str;
    "programs.bat.config" = settings;
    "programs.delta.enableGitIntegration" = t.bool;
    "programs.delta.options" = settings;
    "programs.direnv.config" = settings;
    "programs.direnv.nix-direnv.enable" = t.bool;
    "programs.eza.extraOptions" = t.listOf t.str;
    "programs.eza.git" = t.bool;
    "programs.eza.icons" = t.nullOr (t.enum [ "always" "auto" "never" ]);
    "programs.fish.functions" = t.attrsOf (t.submodule (lib.declare { "body" = t.lines; "description" = t.nullOr t.str; }));
    "programs.fish.interactiveShellInit" = t.lines;
    "programs.fish.shellAbbrs" = t.attrsOf t.anything;
    "programs.fzf.defaultCommand" = t.nullOr t.str;
    "programs.fzf.defaultOptions" = t.listOf t.str;
    "programs.gh.settings" = option (t.submodule {
      freeformType = t.attrsOf t.anything;
      options.aliases = option (t.attrsOf t.str) { };
      options.git_protocol = option t.str "https";
    }) { };
    "programs.git.ignores" = t.listOf t.str;
    "programs.git.lfs.enable" = t.bool;
    "programs.git.settings" = settings;
    "programs.gpg.settings" = settings;
    "programs.jujutsu.settings" = settings;
    "programs.k9s.settings" = settings;
    "programs.neovim.plugins" = t.listOf t.anything;
    "programs.neovim.viAlias" = t.bool;
    "programs.neovim.vimAlias" = t.bool;
    "programs.readline.variables" = t.attrsOf t.anything;
    "programs.ssh.enableDefaultConfig" = option t.bool true;
    "programs.ssh.extraConfig" = t.lines;
    "programs.ssh.settings" = settings;
    "programs.starship.settings" = settings;
    "programs.tmux.baseIndex" = option t.int 0;
    "programs.tmux.clock24" = t.bool;
    "programs.tmux.escapeTime" = option t.int 500;
    "programs.tmux.extraConfig" = t.lines;
    "programs.tmux.historyLimit" = option t.int 2000;
    "programs.tmux.keyMode" = option (t.enum [ "emacs" "vi" ]) "emacs";
    "programs.tmux.mouse" = t.bool;
    "programs.tmux.prefix" = t.nullOr t.str;
    "programs.tmux.terminal" = option t.str "screen";
    "programs.zoxide.options" = t.listOf t.str;
    "programs.zsh.autosuggestion.enable" = t.bool;
    "programs.zsh.defaultKeymap" = t.nullOr (t.enum [ "emacs" "vicmd" "viins" ]);
    "programs.zsh.enableCompletion" = option t.bool true;
    "programs.zsh.history.ignoreDups" = option t.bool true;
    "programs.zsh.history.size" = option t.int 10000;
    "programs.zsh.initContent" = t.lines;
    "programs.zsh.shellAliases" = t.attrsOf t.str;
    "programs.zsh.syntaxHighlighting.enable" = t.bool;
    "services.gpg-agent.defaultCacheTtl" = t.nullOr t.int;
    "services.gpg-agent.enable" = t.bool;
    "services.gpg-agent.maxCacheTtl" = t.nullOr t.int;
    "services.gpg-agent.pinentry.package" = t.nullOr t.package;
    "systemd.user.startServices" = option (t.either t.bool (t.enum [ "suggest" "sd-switch" ])) true;
    "xdg.enable" = t.bool;
  }
)
