[
  ./options.nix
  ./files.nix
]
