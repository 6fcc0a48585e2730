# Reading changes: a pager for diffs, a client for the forge, a second look at history.
{
  flake.modules = {
    homeManager.delta = {
      programs.delta.enable = true;
      programs.delta.enableGitIntegration = true;
      programs.delta.options = {
        navigate = true;
        line-numbers = true;
      };
    };

    homeManager.gh = {
      programs.gh.enable = true;
      programs.gh.settings.git_protocol = "ssh";
      programs.gh.settings.aliases.co = "pr checkout";
    };

    homeManager.jujutsu = {
      programs.jujutsu.enable = true;
      programs.jujutsu.settings.ui.default-command = "log";
      programs.jujutsu.settings.ui.diff-editor = ":builtin";
    };
  };
}
