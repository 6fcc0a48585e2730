# assay.nix, version 4: the flake-parts module that makes a flake of fleet.toml.
#
# It stands beside fleet.toml and is the same in every fleet: `assay init` writes it, and
# `assay check` says when it is not the version that assay has. Nothing of assay is needed
# to build with it. It defines
#
#     flake.nixosConfigurations.<machine>, flake.darwinConfigurations.<machine>
#     flake.overlays.fleet         the layers of [overlay], as one overlay
#     packages.<system>.<name>     the by-name packages
#     checks.<system>.<machine>    every machine builds
#
# from the aspects in config.flake.modules.<class>.<name>. fleet.toml is checked by assay;
# what is wrong in it comes out here as Nix' own error.
{
  config,
  inputs,
  lib,
  self,
  ...
}:
let
  inherit (builtins) attrNames attrValues elem filter head isList mapAttrs tail;

  fleet = builtins.fromTOML (builtins.readFile ./fleet.toml);
  file = path: ./. + "/${path}";

  machines = mapAttrs (name: m: {
    inherit name;
    inherit (m) system;
    class = if lib.hasSuffix "-darwin" m.system then "darwin" else "nixos";
    user = m.user or "";
    tags = lib.sort builtins.lessThan (m.tags or [ ]);
    aspects = m.aspects or [ ];
    home = m.home or { };
  }) (fleet.machines or { });

  ### Selectors: which machines an expression of [tags] means.

  # A glob as a regular expression: * any text, ? one character, [ab] a set of characters,
  # [1-20] or [01-20] or [1,3,7-9] or [0-10/2] a set of numbers.
  regex =
    glob:
    lib.concatMapStrings (
      part:
      if isList part then
        bracket (head part)
      else
        lib.replaceStrings [ "\\*" "\\?" ] [ ".*" "." ] (lib.escapeRegex part)
    ) (builtins.split "\\[([^]]*)]" glob);
  bracket =
    set:
    if builtins.match "[0-9,/-]+" set != null then
      "(${lib.concatStringsSep "|" (lib.concatMap numbers (lib.splitString "," set))})"
    else if lib.hasPrefix "!" set then
      "[^${lib.removePrefix "!" set}]"
    else
      "[${set}]";
  numbers =
    range:
    let
      parts = builtins.match "([0-9]+)(-([0-9]+))?(/([0-9]+))?" range;
      number = text: lib.toInt (head (builtins.match "0*([0-9]+)" text));
      part = i: default: let text = builtins.elemAt parts i; in if text == null then default else number text;
      first = part 0 0;
      step = part 4 1;
      width = builtins.stringLength (head parts);
      pad = text: if builtins.stringLength text < width then pad "0${text}" else text;
    in
    builtins.genList (i: pad (toString (first + i * step))) ((part 2 first - first) / step + 1);
  matches = glob: text: builtins.match (regex glob) text != null;

  hasTag =
    m: glob:
    lib.any (matches glob) (m.tags ++ [ "all" m.class ])
    || lib.any (tag: matches glob tag && computed.${tag} m) (attrNames computed);
  computed = mapAttrs (_: selector: (either (words selector)).ok) (fleet.tags or { });

  # Words, and the signs between them: ( ) , and the - before a word.
  words =
    text:
    lib.concatMap (
      part:
      if isList part then
        [ (head part) ]
      else
        filter (sign: builtins.match "[[:space:]]" sign == null) (lib.stringToCharacters part)
    ) (builtins.split "(([^][(),[:space:]-]|\\[[^]]*])([^][(),[:space:]]|\\[[^]]*])*)" text);

  # expr = and { ("or" | ",") and }; and = unary { ["and"] unary }
  # unary = ("not" | "-") unary | "(" expr ")" | term
  # Each takes words and returns { ok = machine: bool; rest = words; }.
  either =
    ws:
    let
      left = both ws;
      right = either (tail left.rest);
    in
    if left.rest != [ ] && elem (head left.rest) [ "or" "," ] then
      { ok = m: left.ok m || right.ok m; inherit (right) rest; }
    else
      left;
  both =
    ws:
    let
      left = unary ws;
      next = if left.rest == [ ] then ")" else head left.rest;
      right = both (if next == "and" then tail left.rest else left.rest);
    in
    if elem next [ "or" "," ")" ] then left else { ok = m: left.ok m && right.ok m; inherit (right) rest; };
  unary =
    ws:
    let
      first = head ws;
      negated = unary (tail ws);
      inner = either (tail ws);
    in
    if elem first [ "not" "-" ] then
      { ok = m: !negated.ok m; inherit (negated) rest; }
    else if first == "(" then
      { inherit (inner) ok; rest = tail inner.rest; }
    else
      { ok = term first; rest = tail ws; };
  term =
    word: m:
    let
      keyed = builtins.match "(class|system|user):(.*)" word;
      glob = lib.last keyed;
    in
    if lib.hasPrefix "@" word then
      hasTag m (lib.removePrefix "@" word)
    else if keyed == null then
      matches word m.name
    else if head keyed == "user" then
      lib.any (matches glob) ([ m.user ] ++ attrNames m.home)
    else
      matches glob m.${head keyed};

  ### Services: the modules of a machine's roles.

  members =
    role:
    filter (m: elem m.name (role.machines or [ ]) || lib.any (hasTag m) (role.tags or [ ])) (attrValues machines);
  settingsOf = role: role.settings or { };

  rolesOf = m: lib.concatLists (lib.mapAttrsToList (rolesIn m) (fleet.services or { }));
  rolesIn =
    m: instance: service:
    let
      roles = mapAttrs (_: role: {
        machines = lib.genAttrs (map (x: x.name) (members role)) (_: { settings = settingsOf role; });
      }) service.roles;
      module =
        name: role:
        applyRole {
          inherit instance roles;
          settings = settingsOf role;
          machine = { inherit (m) name system class user tags; };
        } (aspect m m.class "services/${service.module or instance}/${name}");
      played = lib.filterAttrs (name: _: roles.${name}.machines ? ${m.name}) service.roles;
    in
    if service ? input && played != { } then
      throw "fleet.toml: services.${instance}: modules of the input ${service.input} are not applied by this assay.nix"
    else
      lib.mapAttrsToList module played;

  # A role is a function of these arguments, inside of the wrapping that flake.modules
  # puts around what files contribute: functions without named arguments, and imports.
  applyRole =
    arguments: module:
    if lib.isFunction module then
      let
        named = lib.functionArgs module;
      in
      if named == { } then
        applyRole arguments (module { })
      else if lib.all (n: arguments ? ${n}) (attrNames named) then
        module arguments
      else
        module
    else if builtins.isAttrs module && module ? imports then
      module // { imports = map (applyRole arguments) module.imports; }
    else
      module;

  ### Machines: the aspects that the registry lists, the machine's own, its roles.

  registry = class: config.flake.modules.${class} or { };
  aspect = m: class: name:
    (registry class).${name}
      or (throw "fleet.toml: machine ${m.name}: the tree defines no aspect ${name} of class ${class}");
  modulesOf =
    m:
    let
      own = "machines/${m.class}/${m.name}";
    in
    map (aspect m m.class) m.aspects
    ++ lib.optional (registry m.class ? ${own}) (aspect m m.class own)
    ++ rolesOf m
    ++ [
      ({ options, ... }: {
        _file = ./assay.nix;
        nixpkgs.hostPlatform = lib.mkDefault m.system;
        nixpkgs.overlays =
          # A finished package set has its own overlays: NixOS would put the layers over those.
          if (options.nixpkgs.pkgs.highestPrio or 1500) < 1500 then
            throw "fleet.toml: machine ${m.name}: a module sets nixpkgs.pkgs, and the layers of [overlay] are for the set that is made from nixpkgs; remove the one or the other"
          else
            lib.mkBefore [ overlay ];
        system.configurationRevision = lib.mkDefault (self.rev or self.dirtyRev or null);
      })
    ]
    ++ secretsOf m
    ++ lib.optional (m.home != { }) {
      _file = ./assay.nix;
      home-manager.users = mapAttrs (_: names: { imports = map (aspect m "homeManager") names; }) m.home;
    };

  ### Secrets: what generators made, in vars/, as sops-nix installs it on the machine.

  # Fleets without keys for their secrets, and those that have clan-core's own modules,
  # are left alone.
  secretsOf =
    m:
    lib.optionals (builtins.pathExists (file "sops/machines") && !(inputs ? clan-core)) (
      lib.optional (inputs ? sops-nix) inputs.sops-nix."${m.class}Modules".sops ++ [ (varsModule m) ]
    );

  varsModule =
    m:
    { config, options, ... }:
    let
      deployed = lib.concatMapAttrs (
        generator: g:
        lib.concatMapAttrs (
          name: f:
          lib.optionalAttrs (f.secret && f.deploy && f.neededFor != "partitioning" && f.exists) {
            "vars/${generator}/${name}" = declared m f;
          }
        ) g.files
      ) config.clan.core.vars.generators;
    in
    {
      _file = ./assay.nix;
      # Others may declare the option too; here its files learn where they are.
      options.clan.core.vars.generators = lib.mkOption {
        type = lib.types.attrsOf lib.types.anything;
        apply = mapAttrs (placed m);
      };
      config = {
        clan.core.vars.generators = { };
      }
      // lib.optionalAttrs (options ? sops) {
        sops.secrets = deployed;
        sops.age.keyFile = lib.mkIf (builtins.pathExists (file "sops/secrets/${m.name}-age.key/secret")) (
          lib.mkDefault "/var/lib/sops-nix/key.txt"
        );
      };
    };

  # A generator with all of its files, those of the answers that it keeps among them.
  placed =
    m: generator: g:
    let
      kept = mapAttrs (_: _: { }) (lib.filterAttrs (_: p: p.persist or false) (g.prompts or { }));
      dir = if g.share or false then "vars/shared/${generator}" else "vars/per-machine/${m.name}/${generator}";
    in
    g // { files = mapAttrs (varFile m generator dir) (kept // (g.files or { })); };

  varFile =
    m: generator: dir: name: given:
    let
      f = {
        secret = true;
        deploy = true;
        neededFor = "services";
        owner = "root";
        mode = "0400";
        restartUnits = [ ];
      }
      // given;
      at = "${dir}/${name}/${if f.secret then "secret" else "value"}";
      exists = builtins.pathExists (file at);
      need =
        what:
        if exists then
          what
        else
          throw "${at} does not exist, and the configuration of ${m.name} asks for it; hint: assay vars generate ${m.name}, then git add vars";
      early = elem f.neededFor [ "users" "activation" ];
    in
    f
    // {
      inherit generator name exists;
      given = f;
      sopsFile = file at;
      path = need (
        if !f.secret then
          file at
        else if !f.deploy then
          throw "${at} is not for the machine (deploy = false)"
        else if f.neededFor == "partitioning" then
          "/run/partitioning-secrets/${generator}/${name}"
        else
          "/run/secrets${lib.optionalString early "-for-users"}/vars/${generator}/${name}"
      );
      value = need (
        if f.secret then throw "${at} is a secret, and its value is for the machine only; hint: use path" else builtins.readFile (file at)
      );
    };

  # A file as a secret of sops-nix. What users are made with belongs to root; only NixOS
  # has units to restart.
  declared =
    m: f:
    {
      inherit (f) sopsFile mode;
      format = "binary";
      neededForUsers = elem f.neededFor [ "users" "activation" ];
    }
    // lib.optionalAttrs (f.neededFor == "services") (
      lib.filterAttrs (n: _: f.given ? ${n}) {
        owner = f.owner;
        group = f.group or null;
      }
    )
    // lib.optionalAttrs (m.class == "nixos" && f.restartUnits != [ ]) { inherit (f) restartUnits; };

  systemOf =
    m:
    (if m.class == "darwin" then inputs.nix-darwin.lib.darwinSystem else nixpkgs.lib.nixosSystem) {
      specialArgs = { inherit inputs self; };
      modules = modulesOf m;
    };
  ofClass = class: lib.filterAttrs (_: m: m.class == class) machines;
  built =
    m:
    if m.class == "darwin" then
      config.flake.darwinConfigurations.${m.name}.system
    else
      config.flake.nixosConfigurations.${m.name}.config.system.build.toplevel;

  ### Channels and layers.

  channels = fleet.channels or { };
  default = lib.findFirst (c: c.default or false) { input = "nixpkgs"; } (attrValues channels);
  nixpkgs = inputs.${default.input};
  onSystem = system: x: !(x ? systems) || lib.any (glob: matches glob system) x.systems;

  # The channels of a system, by the names that they have below pkgs.
  channelSets =
    final: base:
    lib.mapAttrs' (name: c: lib.nameValuePair (c.as or name) (channelSet final base c)) (
      lib.filterAttrs (_: onSystem (systemIn base)) channels
    );
  channelSet =
    final: base: c:
    let
      source = inputs.${(if c ? base then channels.${c.base} else c).input};
      patches = map (p: base.fetchpatch { inherit (p) url hash; }) (c.patch or [ ]);
      # With its hash known the tree has one path, whichever system builds it: once it is
      # in the store or a cache, machines of the other systems evaluate without building.
      patched = (base.applyPatches { name = "nixpkgs"; src = source; inherit patches; }).overrideAttrs (_: {
        outputHash = c.nar-hash;
        outputHashMode = "recursive";
      });
    in
    if c.default or false || (c ? base && patches == [ ] && channels.${c.base}.default or false) then
      base
    else
      import (if patches == [ ] then source else patched) {
        system = systemIn base;
        inherit (final) config;
        overlays = [ ];
      };
  systemIn = pkgs: pkgs.stdenv.hostPlatform.system;

  # overlay.order, each layer an overlay. With "merge" every layer sees the bare default
  # channel and the last to define a name wins; with "compose" each builds on those before.
  layers =
    final: base:
    let
      overlays = map (name: layer.${name} base) order;
    in
    if composition == "merge" then
      lib.mergeAttrsList (map (overlay: overlay final base) overlays)
    else
      lib.composeManyExtensions overlays final base;
  order = fleet.overlay.order or [ "inputs" "hotfixes" "packages" "overrides" "flake-inputs" ];
  composition = fleet.overlay.composition or "merge";

  # The same overlay, of which assay sees the single layers.
  overlay = {
    __functor = _: layers;
    inherit composition;
    layers = map (name: { inherit name; overlay = layer.${name}; }) order;
  };
  entries = name: final: filter (onSystem (systemIn final)) (fleet.overlay.${name} or [ ]);
  each = list: value: lib.listToAttrs (map (e: lib.nameValuePair e.package (value e)) list);

  layer = {
    inputs = base: final: _: channelSets final base;
    hotfixes = base: final: _:
      let
        sets = channelSets final base;
        named = name: sets.${if sets ? ${name} then name else channels.${name}.as or name};
      in
      each (entries "hotfix" base) (h: (named h.channel).${h.package});
    packages = _: final: _: mapAttrs (_: path: final.callPackage path { }) byName;
    overrides = base: final: prev: each (entries "override" base) (o: import (file o.file) { inherit final prev lib inputs; });
    # Only the names that fleet.toml says: what else such an overlay has stays out.
    flake-inputs = base: final: prev:
      lib.mergeAttrsList (
        map (f: lib.getAttrs f.provides (inputs.${f.input}.overlays.default final prev)) (entries "flake-input" base)
      );
  };

  # The packages of the fleet's own: <sources.packages>/<xx>/<name>/package.nix.
  byName =
    let
      root = file fleet.sources.packages;
      directories = dir: attrNames (lib.filterAttrs (_: type: type == "directory") (builtins.readDir dir));
    in
    if fleet ? sources.packages then
      lib.listToAttrs (
        lib.concatMap (
          shard:
          map (name: lib.nameValuePair name (root + "/${shard}/${name}/package.nix")) (directories (root + "/${shard}"))
        ) (directories root)
      )
    else
      { };
in
{
  systems = lib.mkDefault (lib.unique (map (m: m.system) (attrValues machines)));

  flake.nixosConfigurations = mapAttrs (_: systemOf) (ofClass "nixos");
  flake.darwinConfigurations = mapAttrs (_: systemOf) (ofClass "darwin");
  flake.overlays.fleet = layers;

  perSystem =
    { system, ... }:
    let
      pkgs = import nixpkgs {
        inherit system;
        overlays = [ layers ];
      };
    in
    {
      packages = mapAttrs (name: _: pkgs.${name}) byName;
      checks = mapAttrs (_: built) (lib.filterAttrs (_: m: m.system == system) machines);
    };
}
