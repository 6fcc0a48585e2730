# flake.modules.<class>.<name>: modules that other configurations import. Contributions
# of several files to one name become one module, which says of which class it is.
{ lib, moduleLocation, ... }:
let
  t = lib.types;
  named = class: name: module:
    if class == "generic" then
      module
    else
      { ... }: {
        _class = class;
        _file = "${toString moduleLocation}#modules.${lib.escapeNixIdentifier class}.${lib.escapeNixIdentifier name}";
        imports = [ module ];
      };
in
{
  options.flake = lib.mkOption {
    type = t.submoduleWith {
      modules = [
        {
          options.modules = lib.mkOption {
            type = t.lazyAttrsOf (t.lazyAttrsOf t.deferredModule);
            default = { };
            apply = lib.mapAttrs (class: lib.mapAttrs (named class));
          };
        }
      ];
    };
  };
}
