# The second tier of secrets: files encrypted for people and machines, kept in the
# repository. The machine's own SSH host key opens them, so nothing more is installed.
{ inputs, ... }:
{
  flake.modules.nixos.secrets =
    { pkgs, ... }:
    {
      imports = [ inputs.sops-nix.nixosModules.sops ];
      environment.systemPackages = [
        pkgs.age
        pkgs.sops
        pkgs.ssh-to-age
      ];
    };

  flake.modules.darwin.secrets =
    { pkgs, ... }:
    {
      imports = [ inputs.sops-nix.darwinModules.sops ];
      environment.systemPackages = [
        pkgs.age
        pkgs.sops
        pkgs.ssh-to-age
      ];
    };
}
