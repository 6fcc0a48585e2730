{
  inputs.nixpkgs.url = "github:NixOS/nixpkgs";
  inputs.old.url = "github:NixOS/nixpkgs";
  inputs.tools.url = "github:nobody/tools";
  outputs =
    inputs@{ self, nixpkgs, ... }:
    let
      machine =
        system:
        nixpkgs.lib.nixosSystem {
          inherit system;
          modules = [
            { nixpkgs.overlays = [ self.overlays.default ]; }
            { nixpkgs.overlays = nixpkgs.lib.mkAfter [ (import ./overlays/last.nix) ]; }
          ];
        };
    in
    {
      overlays.default = nixpkgs.lib.composeManyExtensions [
        (import ./overlays/channels.nix inputs)
        (import ./overlays/joined.nix inputs)
        inputs.tools.overlays.default
        (import ./overlays/changes.nix)
      ];
      overlays.spare = final: prev: { spare = prev.hello; };
      nixosConfigurations.anvil = machine "x86_64-linux";
      nixosConfigurations.bellows = machine "aarch64-linux";
    };
}
