{
  description = "a miniature sops-nix: its options, and what they name below /run/secrets";

  inputs.nixpkgs.url = "github:NixOS/nixpkgs/nixpkgs-unstable";

  outputs =
    { self, nixpkgs }:
    {
      nixosModules.sops = ./module.nix;
      nixosModules.default = ./module.nix;
      darwinModules.sops = ./module.nix;
      darwinModules.default = ./module.nix;
    };
}
