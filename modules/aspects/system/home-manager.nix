# home-manager as part of the system: one activation switches the machine and the homes
# of its users. Which aspects a home has is fleet.toml, [machines.<name>.home].
{ inputs, ... }:
let
  settings = {
    # Homes use the system's package set, overlays and all.
    useGlobalPkgs = true;
    useUserPackages = true;
    # A file that stands in the way is kept beside the new link.
    backupFileExtension = "before-home-manager";
  };
in
{
  flake.modules.nixos.home-manager = {
    imports = [ inputs.home-manager.nixosModules.home-manager ];
    home-manager = settings;
  };

  flake.modules.darwin.home-manager = {
    imports = [ inputs.home-manager.darwinModules.home-manager ];
    home-manager = settings;
  };
}
