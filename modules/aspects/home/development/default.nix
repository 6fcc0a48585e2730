# Aggregate: for those who write programs, this fleet among them.
{ config, ... }:
let
  aspects = config.flake.modules.homeManager;
in
{
  flake.modules.homeManager.development =
    { pkgs, ... }:
    {
      imports = [
        aspects.delta
        aspects.gh
        aspects.git
        aspects.jujutsu
        aspects.neovim
        aspects.nix-tools
      ];
      home.packages = with pkgs; [
        gnumake
        hyperfine
        just
        tokei
      ];
    };
}
