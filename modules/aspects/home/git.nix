# git for everyone. Who one is comes from users/<name>.nix.
{
  flake.modules.homeManager.git =
    { lib, ... }:
    {
      programs.git = {
        enable = true;
        lfs.enable = true;
        ignores = [
          ".DS_Store"
          ".direnv/"
          "result"
          "result-*"
        ];
        settings = {
          init.defaultBranch = lib.mkDefault "main";
          pull.rebase = true;
          push.autoSetupRemote = true;
          rerere.enabled = true;
          diff.algorithm = "histogram";
        };
      };
      xdg.configFile."git/message".text = ''
        area: why

        # What it changes for whom, and what was tried instead.
      '';
    };
}
