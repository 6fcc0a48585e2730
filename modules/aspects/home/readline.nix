# The same completion habits in every program that reads lines.
{
  flake.modules.homeManager.readline = {
    programs.readline.enable = true;
    programs.readline.variables = {
      completion-ignore-case = true;
      show-all-if-ambiguous = true;
      colored-stats = true;
    };
  };
}
