# The options of a flake: flake, systems, perSystem, and what moves between them.
{ config, inputs, lib, self, ... }:
let
  t = lib.types;
  perSystemOutputs = [ "apps" "checks" "devShells" "legacyPackages" "packages" ];
  lazy = type: lib.mkOption { type = t.lazyAttrsOf type; default = { }; };

  # A flake's outputs for one system: inputs.x.packages.<system>.y is inputs'.x.packages.y.
  select = system: builtins.mapAttrs (_: out: if lib.isAttrs out && out ? ${system} then out.${system} else out);

  evalSystem = system: (lib.evalModules {
    class = "perSystem";
    specialArgs = {
      inherit system;
      inputs' = builtins.mapAttrs (_: select system) (removeAttrs inputs [ "self" ]);
      self' = select system self;
    };
    modules = [
      {
        _file = ./core.nix;
        options = lib.genAttrs perSystemOutputs (_: lazy t.raw) // {
          formatter = lib.mkOption { type = t.nullOr t.package; default = null; };
        };
        config._module.args.pkgs = lib.mkOptionDefault (inputs.nixpkgs.legacyPackages.${system});
      }
      config.perSystem
    ];
  }).config;
in
{
  options = {
    systems = lib.mkOption { type = t.listOf t.str; };
    perSystem = lib.mkOption {
      type = t.deferredModule;
      default = { };
    };
    allSystems = lib.mkOption { type = t.lazyAttrsOf t.raw; };
    debug = lib.mkOption { type = t.bool; default = false; };
    flake = lib.mkOption {
      default = { };
      type = t.submoduleWith {
        modules = [
          {
            freeformType = t.lazyAttrsOf (t.unique { message = ""; } t.raw);
            options = {
              nixosConfigurations = lazy t.raw;
              nixosModules = lazy t.deferredModule;
              overlays = lazy (t.uniq (t.functionTo (t.functionTo (t.lazyAttrsOf t.unspecified)))) // {
                apply = lib.mapAttrs (_: f: final: prev: f final prev); # nix flake check wants these names
              };
            } // lib.genAttrs perSystemOutputs (_: lazy (t.lazyAttrsOf t.raw)) // { formatter = lazy t.raw; };
          }
        ];
      };
    };
  };
  config = {
    allSystems = lib.genAttrs config.systems evalSystem;
    _module.args = {
      getSystem = system: config.allSystems.${system} or (evalSystem system);
      withSystem = system: f: let c = config.allSystems.${system} or (evalSystem system); in f {
        inherit system;
        config = c;
        inputs' = builtins.mapAttrs (_: select system) (removeAttrs inputs [ "self" ]);
        self' = select system self;
        pkgs = inputs.nixpkgs.legacyPackages.${system};
      };
    };
    flake = lib.genAttrs perSystemOutputs (name: lib.mapAttrs (_: c: c.${name}) config.allSystems) // {
      formatter = lib.mapAttrs (_: c: c.formatter) (lib.filterAttrs (_: c: c.formatter != null) config.allSystems);
    };
  };
}
