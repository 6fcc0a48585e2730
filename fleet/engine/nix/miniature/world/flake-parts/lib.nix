{ lib }:
rec {
  evalFlakeModule =
    {
      inputs,
      self ? inputs.self,
      specialArgs ? { },
      moduleLocation ? "${self.outPath}/flake.nix",
    }:
    module:
    lib.evalModules {
      class = "flake";
      specialArgs = {
        inherit self inputs moduleLocation;
        flake-parts-lib = import ./lib.nix { inherit lib; };
      } // specialArgs;
      modules = [
        ./core.nix
        (lib.setDefaultModuleLocation moduleLocation module)
      ];
    };

  mkFlake =
    args: module:
    if !(args ? inputs) || !(args ? self || args.inputs ? self) then
      throw "flake-parts.lib.mkFlake: pass the flake's inputs, with self: outputs = inputs: flake-parts.lib.mkFlake { inherit inputs; } …"
    else
      (evalFlakeModule args module).config.flake;

  mkPerSystemOption = module: lib.mkOption { type = lib.types.deferredModuleWith { staticModules = [ module ]; }; };
  importApply = path: args: lib.setDefaultModuleLocation path (import path args);
}
