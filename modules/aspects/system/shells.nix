# Login shells that any user may choose.
{
  flake.modules.nixos.shells =
    { pkgs, ... }:
    {
      programs.fish.enable = true;
      programs.zsh.enable = true;
      environment.shells = [
        pkgs.fish
        pkgs.zsh
      ];
    };

  flake.modules.darwin.shells =
    { pkgs, lib, ... }:
    {
      programs.fish.enable = true;
      programs.zsh.enable = true;
      environment.shells = [
        pkgs.fish
        pkgs.zsh
      ];
      # Homebrew's programs come after Nix's, never before.
      programs.fish.interactiveShellInit = lib.mkAfter ''
        fish_add_path --append /opt/homebrew/bin
      '';
    };
}
