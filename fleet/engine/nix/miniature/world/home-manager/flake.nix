{
  description = "a miniature home-manager: homes as part of a NixOS or nix-darwin system";

  inputs.nixpkgs.url = "github:NixOS/nixpkgs/nixpkgs-unstable";

  outputs =
    { self, nixpkgs }:
    {
      nixosModules.home-manager = ./nixos.nix;
      nixosModules.default = ./nixos.nix;
      darwinModules.home-manager = ./darwin.nix;
      darwinModules.default = ./darwin.nix;
      lib.homeManagerConfiguration =
        {
          pkgs,
          modules,
          extraSpecialArgs ? { },
        }:
        let
          evaluated = nixpkgs.lib.evalModules {
            class = "homeManager";
            specialArgs = extraSpecialArgs;
            modules = import ./modules ++ [ { _module.args.pkgs = pkgs; } ] ++ modules;
          };
        in
        evaluated // { activationPackage = evaluated.config.home.activationPackage; };
    };
}
