# Compares the running system with the profile's newest generation, package by package.
{ writeShellApplication, nvd }:
writeShellApplication {
  name = "generation-diff";
  runtimeInputs = [ nvd ];
  text = ''
    profile=''${1:-/nix/var/nix/profiles/system}
    exec nvd diff /run/current-system "$profile"
  '';
}
