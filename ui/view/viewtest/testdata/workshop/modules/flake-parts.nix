{ inputs, lib, ... }:
{
  imports = [ inputs.flake-parts.flakeModules.modules ];

  config.systems = [ "x86_64-linux" "aarch64-darwin" ];

  # What a machine is there for.
  options.workshop.trades = lib.mkOption {
    type = lib.types.lazyAttrsOf lib.types.deferredModule;
    default = { };
  };
}
