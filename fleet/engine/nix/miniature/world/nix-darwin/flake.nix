{
  description = "a miniature nix-darwin: systems of aarch64-darwin that a Nix with extra-platforms can realise";

  inputs.nixpkgs.url = "github:NixOS/nixpkgs/nixpkgs-unstable";

  outputs =
    { self, nixpkgs }:
    {
      lib.darwinSystem =
        {
          modules,
          system ? null,
          specialArgs ? { },
          lib ? nixpkgs.lib,
          inputs ? { },
          ...
        }:
        let
          evaluated = lib.evalModules {
            class = "darwin";
            specialArgs = specialArgs // { modulesPath = toString ./modules; };
            modules = [
              "${nixpkgs}/nixos/modules/nixpkgs.nix"
              "${nixpkgs}/nixos/modules/etc.nix"
              ./modules/options.nix
              ./modules/launchd.nix
              ./modules/system.nix
              { nixpkgs.system = lib.mkIf (system != null) (lib.mkDefault system); }
            ] ++ modules;
          };
        in
        evaluated // {
          pkgs = evaluated._module.args.pkgs;
          system = evaluated.config.system.build.toplevel;
        };
    };
}
