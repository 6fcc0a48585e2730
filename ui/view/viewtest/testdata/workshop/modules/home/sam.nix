{ config, inputs, ... }:
let
  inherit (config.flake.modules) homeManager;
in
{
  flake.modules.nixos.sam = {
    imports = [ inputs.home-manager.nixosModules.home-manager ];
    users.users.sam.isNormalUser = true;
    home-manager.users.sam.imports = [ homeManager.shell ];
  };

  flake.modules.darwin.turner = {
    imports = [ inputs.home-manager.darwinModules.home-manager ];
    system.primaryUser = "turner";
    home-manager.users.turner.imports = [ homeManager.shell homeManager.desk ];
  };
}
