# What clan makes of an inventory. clan is a checkout of clan-core, lib one of
# nixpkgs' lib, dir the clan's directory, files are definitions of clan.
{ clan, lib, dir, files }:
let
  lib' = import lib;
  core = {
    clanLib = import (clan + "/lib") { lib = lib'; };
    packages = { };
    nixosModules = { };
    darwinModules = { };
    clan.modules = lib'.genAttrs (builtins.attrNames (builtins.readDir (clan + "/clanServices"))) (
      name: clan + "/clanServices/${name}/default.nix"
    );
  };
  # Answers whatever is asked of an input.
  nothing = { outPath = "/nothing"; __functor = _: _: nothing; lib = lib'; };
  c = (lib'.evalModules {
    class = "clan";
    specialArgs = { self.inputs = inputs; self.outPath = dir; nixpkgs = nothing; nix-darwin = nothing; inputs = nothing; };
    modules = [ (import (clan + "/modules/clan") { clan-core = core; }) {
      directory = dir;
      modules = lib'.mapAttrs (_: lib'.mkDefault) (stubs.self or { });
    } ] ++ files;
  }).config;
  # Services of inputs that are not here take any settings, for the roles that
  # are asked for.
  stubs = lib'.zipAttrsWith (_: lib'.foldl' lib'.recursiveUpdate { }) (map (i: {
    ${if i.module.input == null then "" else i.module.input}.${i.module.name} = {
      _class = "clan.service";
      manifest.name = i.module.name;
      roles = lib'.mapAttrs (_: _: { interface.freeformType = lib'.types.anything; perInstance = _: { }; }) i.roles;
    };
  }) (builtins.attrValues c.inventory.instances));
  inputs = lib'.mapAttrs (_: modules: { clan = { inherit modules; }; }) (stubs // { clan-core = core.clan.modules; });
  try = x: let y = builtins.tryEval (builtins.deepSeq x x); in if y.success then y.value else { failed = true; };
in
{
  machines = lib'.mapAttrs (_: m: {
    inherit (m) machineClass tags;
    inherit (m.deploy) targetHost buildHost;
  }) c.inventory.machines;
  instances = lib'.concatMapAttrs (_: service:
    lib'.mapAttrs (_: i: lib'.mapAttrs (_: role: {
      members = lib'.mapAttrs (_: m: try m.finalSettings.config) role.machines;
      extra = builtins.length role.extraModules;
    }) i.roles) service.instances
  ) c._services.allServices;
  checks = map (x: x.message) c.clanInternals.cliChecks;
}
