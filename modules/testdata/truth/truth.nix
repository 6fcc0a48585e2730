# What Nix makes of the flake in repo: real flake-parts, import-tree, den and
# nixpkgs' lib from inputsDir, stubs for everything else. names are all
# attribute names that the flake's files ask for; a stub has every one of them.
# extra declares flake.modules, unchecked drops what modules that are not here
# would declare instead of taking it as it is, real gives inputs a directory that is there.
# registries are paths with "*" for a chosen name; members, as paths, are opened.
{ inputsDir, repo, registries, members, hosts, extra, real, unchecked, ... }@asked:
let
  names = lib.unique (asked.names ++ [ "lib" "default" "legacyPackages" "packages" ] ++ builtins.attrNames systems);
  nixLib = import (inputsDir + "/nixpkgs/lib");
  systemOf = kind: args: { __host = args; inherit kind; config = any; options = any; pkgs = any; };
  systems = { nixosSystem = systemOf "nixos"; darwinSystem = systemOf "darwin"; homeManagerConfiguration = systemOf "homeManager"; };
  lib = nixLib.extend (_: _: { inherit (systems) nixosSystem; });
  inherit (builtins) concatMap elem filter head isAttrs isFunction isPath isString length match pathExists;

  # Where an input is: some flakes look for files there, some want it in the store.
  nowhere = if real then toString ./stub else "/nix/store/00000000000000000000000000000000-stub";

  # Stubs: one for what is asked of a machine, one that knows its path.
  any = lib.genAttrs names (_: any) // { __stub = "any"; __functor = _: _: any; outPath = nowhere; };
  stub = path: lib.genAttrs names (name:
    if name == "flakeModule" || lib.last path == "flakeModules" || lib.hasSuffix "modules.flake" (lib.concatStringsSep "." path)
    then flakeModule path
    else systems.${name} or (stub (path ++ [ name ]))
  ) // { __stub = lib.concatStringsSep "." path; __functor = _: _: stub (path ++ [ "()" ]); outPath = nowhere; };

  # What home-manager and nix-darwin declare for a flake.
  modulesOf = name: class: lib.mkOption {
    default = { };
    type = lib.types.lazyAttrsOf lib.types.deferredModule;
    apply = lib.mapAttrs (n: m: { _class = class; _file = "flake.nix#${name}.${lib.strings.escapeNixIdentifier n}"; imports = [ m ]; });
  };
  anything = lib.mkOption { default = { }; type = lib.types.lazyAttrsOf lib.types.raw; };
  flakeModule = path: {
    home-manager = { key = "hm"; options.flake = { homeConfigurations = anything; homeModules = modulesOf "homeModules" "homeManager"; }; };
    nix-darwin = { key = "darwin"; options.flake = { darwinConfigurations = anything; darwinModules = modulesOf "darwinModules" "darwin"; }; };
    darwin = { key = "darwin"; options.flake = { darwinConfigurations = anything; darwinModules = modulesOf "darwinModules" "darwin"; }; };
  }.${builtins.elemAt path 1} or { key = lib.concatStringsSep "." path; };

  parts = (import (inputsDir + "/flake-parts/flake.nix")).outputs { self = { outPath = inputsDir + "/flake-parts"; }; nixpkgs-lib = { inherit lib; }; };
  wrapped = parts // {
    lib = parts.lib // {
      mkFlake = args: module:
        let eval = parts.lib.evalFlakeModule args { imports = [ module base ] ++ lib.optional extra parts.flakeModules.modules; };
        in eval.config.processedFlake // { __eval = eval; };
    };
  };
  base = { _file = "truth"; config._module = if unchecked then { check = false; } else { freeformType = lib.types.lazyAttrsOf lib.types.anything; }; };

  clan = inputsDir + "/clan-core";
  clanLib = import (clan + "/lib") { inherit lib; };
  ofClanCore = import (clan + "/lib/clan") { inherit lib; clan-core = core // { inputs = { nixpkgs = input "nixpkgs"; nix-darwin = input "nix-darwin"; }; }; };
  core = stub [ "inputs" "clan-core" ] // {
    inherit clanLib;
    clan.modules = lib.mapAttrs (_: _: { }) (builtins.readDir (clan + "/clanServices"));
    flakeModules.default = import (clan + "/flakeModules/clan.nix") {
      flake-parts-lib = parts.lib;
      inherit clanLib;
      coreModules = core.modules;
      coreInputs = { nixpkgs = input "nixpkgs"; nix-darwin = input "nix-darwin"; };
    };
    flakeModule = core.flakeModules.default;
    modules.clan.default = import (clan + "/modules/clan") { clan-core = core; };
    lib = stub [ "inputs" "clan-core" "lib" ] // { clan = ofClanCore; buildClan = m: (ofClanCore m).config; };
  };
  given = {
    flake-parts = wrapped;
    import-tree = (import (inputsDir + "/import-tree/flake.nix")).outputs { } // { outPath = inputsDir + "/import-tree"; };
    den = (import (inputsDir + "/den/flake.nix")).outputs { };
    clan-core = core;
    systems.outPath = ./systems;
  };
  input = name:
    if given ? ${name} && (name == "systems" || pathExists (inputsDir + "/${name}")) then given.${name}
    else if lib.hasPrefix "nixpkgs" name then stub [ "inputs" name ] // { inherit lib; outPath = if real then inputsDir + "/nixpkgs" else nowhere; }
    else stub [ "inputs" name ];

  flake = import (repo + "/flake.nix");
  inputNames = filter (n: n != "self") (builtins.attrNames ((flake.inputs or { }) // builtins.functionArgs flake.outputs));
  inputs = lib.genAttrs inputNames input // { inherit self; };
  self = outputs // { inherit inputs outputs; outPath = repo; _type = "flake"; lastModifiedDate = "19700101000000"; rev = "0"; };
  outputs = let made = flake.outputs inputs; in if made ? __stub then throw "an input that is not here makes the outputs" else made;
  config = (outputs.__eval or { config.flake = outputs; }).config;

  # Modules: opened without a machine, as far as their imports do not need one.
  arguments = lib.genAttrs names (_: any) // { inherit lib inputs self; config = any; pkgs = any; options = any; modulesPath = "/nixos"; };
  classOf = own: if own == null then "nixos" else if lib.hasInfix "darwin" own then "darwin" else if lib.hasInfix "home" own then "homeManager" else "nixos";
  call = own: f:
    let formals = builtins.functionArgs f; all = arguments // { _class = classOf own; };
    in f (if formals == { } then all else builtins.intersectAttrs formals all);
  open = own: m:
    if isAttrs m && m ? __stub then m
    else if isFunction m || isAttrs m && m ? __functor then open own (call own m)
    else if isPath m || isString m then open own (import m)
    else m;
  idOf = file:
    let via = match ".*, via option (.*)" (toString file); hash = match ".*#(.*)" (toString file);
    in if via != null then head via else if hash != null then "flake.${head hash}" else null;
  # A merged deferredModule has no name, but its definitions say which option
  # they are of; static modules are without.
  mergedOf = o: let ids = lib.unique (filter (i: i != null) (map (m: if isAttrs m && m ? _file then idOf m._file else null) (lib.toList (o.imports or [ ])))); in
    if length ids == 1 then head ids else null;
  edges = own: m: concatMap (classify own) ((open own m).imports or [ ]);
  classify = own: x:
    if isPath x || isString x then
      if !lib.hasPrefix "${repo}/" (toString x) then [ "foreign ${toString x}" ]
      else if pathExists x then edges own x else [ "missing ${toString x}" ]
    else
      let o = open own x; id = if o ? _file then idOf o._file else if o ? __stub then null else mergedOf o; in
      if o ? __stub then [ "foreign ${o.__stub}" ]
      else if id != null && id != own && known ? ${id} then [ "aspect ${id}" ]
      else edges own o;
  try = list: let r = builtins.tryEval (builtins.deepSeq list list); in if r.success then r.value else null;

  expand = path: at: set:
    if path == [ ] then [ at ]
    else if !isAttrs set || set ? __stub then [ ]
    else if head path == "*" then concatMap (n: expand (lib.tail path) (at ++ [ n ]) set.${n}) (builtins.attrNames set)
    else if set ? ${head path} then expand (lib.tail path) (at ++ [ (head path) ]) set.${head path}
    else [ ];
  # Options that hold modules, by their type.
  stars = type:
    if type.name == "deferredModule" || type.name == "deferredModuleWith" then [ [ ] ]
    else if elem type.name [ "attrsOf" "lazyAttrsOf" ] then map (p: [ "*" ] ++ p) (stars type.nestedTypes.elemType)
    else [ ];
  typed = concatMap (o: map (p: o.loc ++ p) (stars o.type))
    (filter (o: !elem (head o.loc) [ "perSystem" "_module" "flake" "debug" "transposition" "partitions" "den" "perInput" ])
      (lib.collect lib.isOption (removeAttrs ((outputs.__eval or { options = { }; }).options) [ "_module" "perSystem" ])));
  show = path: lib.concatStringsSep "." (map lib.strings.escapeNixIdentifier path);
  # What clan makes of its machines is not written by anybody.
  ofClan = path: length path == 3 && lib.hasPrefix "clan-machine-" (lib.last path);
  all = filter (p: !ofClan p) (concatMap (p: expand p [ ] config) registries);
  known = lib.genAttrs (map show all) (_: null);
in
{
  names = all;
  clan = if outputs ? clan && !(outputs.clan ? __stub) then builtins.attrNames (outputs.clan.inventory.machines or { }) else [ ];
  inherit typed;
  hosts = lib.genAttrs [ "nixosConfigurations" "darwinConfigurations" "homeConfigurations" ] (n: if outputs ? ${n}.__stub then [ ] else builtins.attrNames (outputs.${n} or { }));
  members = lib.listToAttrs (map (path: { name = show path; value = try (edges (show path) (lib.getAttrFromPath path config)); }) members);
  hostModules = lib.listToAttrs (map (path: {
    name = show path;
    value = let h = lib.getAttrFromPath path outputs; in if h ? __host then try (concatMap (classify null) h.__host.modules) else null;
  }) hosts);
}
