{
  description = "seven servers and a laptop, as many people write their first flake";

  inputs.nixpkgs.url = "@nixpkgs@";
  inputs.nix-darwin.url = "@nix-darwin@";
  inputs.nix-darwin.inputs.nixpkgs.follows = "nixpkgs";

  outputs =
    {
      self,
      nixpkgs,
      nix-darwin,
    }:
    let
      # A file with a machine's name below knobs/ is a module more for it.
      knob = name: nixpkgs.lib.optional (builtins.pathExists (./knobs + "/${name}.nix")) (./knobs + "/${name}.nix");
      server =
        name:
        nixpkgs.lib.nixosSystem {
          system = "x86_64-linux";
          modules = [
            ./common.nix
            ./addresses.nix
            (./machines + "/${name}.nix")
            {
              networking.hostName = name;
              system.configurationRevision = self.rev or self.dirtyRev or null;
            }
          ] ++ knob name;
        };
    in
    {
      nixosConfigurations = {
        anvil = server "anvil";
        bellows = server "bellows";
        chisel = server "chisel";
        drill = server "drill";
        file = server "file";
        gauge = server "gauge";
        hammer = server "hammer";
      };

      darwinConfigurations.lathe = nix-darwin.lib.darwinSystem {
        system = "aarch64-darwin";
        modules = [
          ./machines/lathe.nix
          ./addresses.nix
          {
            networking.hostName = "lathe";
            system.configurationRevision = self.rev or self.dirtyRev or null;
          }
        ] ++ knob "lathe";
      };
    };
}
