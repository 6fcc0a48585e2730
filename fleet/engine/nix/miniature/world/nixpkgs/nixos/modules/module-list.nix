[
  ./nixpkgs.nix
  ./options.nix
  ./etc.nix
  ./systemd.nix
  ./services.nix
  ./toplevel.nix
]
