# Clusters, for the few who have to do with them.
{
  flake.modules.homeManager.kubernetes =
    { pkgs, ... }:
    {
      home.packages = with pkgs; [
        kubectl
        kubectx
        kubernetes-helm
        stern
      ];
      programs.k9s.enable = true;
      programs.k9s.settings.k9s.ui.logoless = true;
      programs.fish.shellAbbrs.k = "kubectl";
    };
}
