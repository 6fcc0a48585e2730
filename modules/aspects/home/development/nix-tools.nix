# Working on Nix itself: formatting, searching, comparing what was built.
{
  flake.modules.homeManager.nix-tools =
    { pkgs, ... }:
    {
      home.packages = with pkgs; [
        nix-diff
        nix-output-monitor
        nix-tree
        nixfmt
        nvd
        statix
      ];
      programs.nix-index.enable = true;
      xdg.configFile."nixpkgs/config.nix".text = ''
        { allowUnfree = false; }
      '';
    };
}
