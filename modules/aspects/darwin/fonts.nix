# Fonts for editors and terminals.
{
  flake.modules.darwin.fonts =
    { pkgs, ... }:
    {
      fonts.packages = [
        pkgs.inter
        pkgs.jetbrains-mono
        pkgs.nerd-fonts.symbols-only
      ];
    };
}
