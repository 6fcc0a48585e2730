# lib.nixosSystem: the modules of this directory and the user's.
{
  lib,
  system ? null,
  modules ? [ ],
  specialArgs ? { },
  baseModules ? import ./modules/module-list.nix,
  ...
}:
let
  evaluated = lib.evalModules {
    class = "nixos";
    specialArgs = { modulesPath = toString ./modules; } // specialArgs;
    modules = baseModules ++ [
      {
        _file = ./eval-config.nix;
        nixpkgs.system = lib.mkIf (system != null) (lib.mkDefault system);
      }
    ] ++ modules;
  };
in
evaluated // { pkgs = evaluated._module.args.pkgs; inherit lib; }
