{
  description = "a miniature nixpkgs: a lib, a hundred tiny packages, and NixOS systems that build with /bin/sh alone";

  outputs =
    { self }:
    let
      lib = import ./lib // {
        nixosSystem = args: import ./nixos/eval-config.nix ({ inherit lib; } // args);
      };
    in
    {
      inherit lib;
      legacyPackages = lib.genAttrs lib.systems.flakeExposed (system: import ./. { inherit system; });
    };
}
