# The module system: evalModules, and the properties and options it reads.
{ lib }:
let
  inherit (builtins) addErrorContext attrNames concatMap elem filter head isAttrs length mapAttrs;
  inherit (lib) functionArgs isFunction optional reverseList setAttrByPath showFiles showOption;

  isA = type: x: x._type or null == type;

  # A module in any form, as { file, key, class, disabled, imports, options, config }.
  load = args: parentFile: key: m:
    if builtins.isPath m || (builtins.isString m && builtins.substring 0 1 m == "/") || m ? outPath && !isFunction m then
      normal (toString m) (toString m) (apply args (toString m) (import m))
    else if isFunction m then
      normal parentFile key (apply args parentFile m)
    else if isAttrs m then
      normal parentFile key m
    else
      throw "Module `${key}' (imported by ${parentFile}) is neither a path, a set nor a function: ${builtins.typeOf m}";

  apply = args: file: m:
    if !isFunction m then
      m
    else
      m (
        args
        // mapAttrs (
          name: _:
          addErrorContext "while evaluating the module argument `${name}' in \"${file}\":" (args.${name} or args.config._module.args.${name})
        ) (functionArgs m)
      );

  structure = [ "_class" "_file" "key" "disabledModules" "imports" "require" "freeformType" ];

  withFreeform = m: config: if m ? freeformType then lib.mkMerge [ config { _module.freeformType = m.freeformType; } ] else config;

  normal = file: key: m:
    if m ? _type then
      normal file key { config = m; }
    else if m ? config || m ? options then
      let
        bad = removeAttrs m (structure ++ [ "config" "options" "meta" ]);
      in
      if bad != { } then
        throw "Module `${m._file or file}' has an unsupported attribute `${head (attrNames bad)}'. This is caused by introducing a top-level `config' or `options' attribute. Add configuration attributes immediately on the top level instead, or move all of them (namely: ${toString (attrNames bad)}) into the explicit `config' attribute."
      else
        {
          file = m._file or file;
          key = m.key or key;
          class = m._class or null;
          disabled = m.disabledModules or [ ];
          imports = m.imports or [ ];
          options = m.options or { };
          config = withFreeform m (m.config or { });
        }
    else
      {
        file = m._file or file;
        key = m.key or key;
        class = m._class or null;
        disabled = m.disabledModules or [ ];
        imports = m.require or [ ] ++ m.imports or [ ];
        options = { };
        config = withFreeform m (removeAttrs m structure);
      };

  # Every module that is reached, breadth first, each key once; and the tree of them.
  collect = class: args: modules:
    let
      entry = parentFile: parentKey: n: m:
        let
          module = load args parentFile "${parentKey}:anon-${toString n}" m;
        in
        if class != null && module.class != null && module.class != class then
          throw "The module ${module.file} (class: \"${module.class}\") cannot be imported into a module evaluation that expects class \"${class}\"."
        else
          { inherit (module) key; inherit module; };
      closure = keep:
        builtins.genericClosure {
          startSet = keep (lib.imap1 (entry "<unknown-file>" "") modules);
          operator = e: keep (lib.imap1 (entry e.module.file e.key) e.module.imports);
        };
      all = closure (es: es);
      disabledKey = m: if builtins.isString m && builtins.substring 0 1 m != "/" then "${args.modulesPath or ""}/${m}" else if isAttrs m then m.key else toString m;
      disabled = concatMap (e: map disabledKey e.module.disabled) all;
      tree = parentFile: parentKey: lib.imap1 (
        n: m:
        let
          e = entry parentFile parentKey n m;
        in
        {
          inherit (e) key;
          inherit (e.module) file;
          disabled = elem e.key disabled;
          imports = tree e.module.file e.key e.module.imports;
        }
      );
    in
    {
      reached = map (e: e.module) (if disabled == [ ] then all else closure (filter (e: !elem e.key disabled)));
      graph = tree "<unknown-file>" "" modules;
    };

  # Definitions below a property of the module system, one attribute level down.
  pushDown = cfg:
    if isA "merge" cfg then
      concatMap pushDown cfg.contents
    else if isA "if" cfg then
      map (mapAttrs (_: lib.mkIf cfg.condition)) (pushDown cfg.content)
    else if isA "override" cfg then
      map (mapAttrs (_: lib.mkOverride cfg.priority)) (pushDown cfg.content)
    else
      [ cfg ];

  # Declarations and definitions of one level -> { options, config, rest }.
  level = prefix: declarations: definitions:
    let
      declared = builtins.zipAttrsWith (_: ds: ds) (
        map (d: mapAttrs (_: options: { inherit (d) file; inherit options; }) d.options) declarations
      );
      pushed = concatMap (
        d:
        map (
          c:
          if isAttrs c then
            mapAttrs (_: value: { inherit (d) file; inherit value; }) c
          else
            throw "You're trying to define a value of type `${builtins.typeOf c}' rather than an attribute set for the option `${showOption prefix}'! It is defined in `${d.file}'."
        ) (pushDown d.config)
      ) definitions;
      defined = builtins.zipAttrsWith (_: ds: ds) pushed;
      results = mapAttrs (
        name: ds:
        let
          loc = prefix ++ [ name ];
          options = filter (d: isA "option" d.options) ds;
          defs = defined.${name} or [ ];
        in
        if options == [ ] then
          level loc ds (map (d: { inherit (d) file; config = d.value; }) defs)
        else if length options == length ds then
          let
            option = evalOption loc ds defs;
          in
          {
            options = option;
            config = option.value;
            rest = [ ];
          }
        else
          throw "The option `${showOption loc}' in `${(head options).file}' is a prefix of options in `${(lib.findFirst (d: !isA "option" d.options) null ds).file}'."
      ) declared;
      here = lib.mapAttrsToList (
        name: defs: map (d: { inherit (d) file value; loc = prefix ++ [ name ]; }) defs
      ) (removeAttrs defined (attrNames declared));
    in
    {
      options = mapAttrs (_: r: r.options) results;
      config = mapAttrs (_: r: r.config) results;
      rest = builtins.concatLists here ++ concatMap (r: r.rest) (builtins.attrValues results);
    };

  mergeDeclarations = loc:
    builtins.foldl' (
      acc: d:
      let
        o = d.options;
        both = acc.type.typeMerge or (_: null) o.type;
      in
      if acc ? type && o ? type && both == null || acc ? default && o ? default then
        throw "The option `${showOption loc}' in `${d.file}' is already declared in ${showFiles acc.declarations}."
      else
        acc // o // (if acc ? type && o ? type then { type = both; } else { }) // { declarations = acc.declarations ++ [ d.file ]; }
    ) { declarations = [ ]; };

  evalOption = loc: declarations: defs:
    let
      opt = { type = lib.types.unspecified; } // mergeDeclarations loc declarations;
      all = defs ++ optional (opt ? default) {
        file = head opt.declarations;
        value = lib.mkOptionDefault opt.default;
      };
      merged =
        if opt.readOnly or false && length (filter (d: !isA "override" d.value || d.value.priority < 1500) defs) > 1 then
          throw "The option `${showOption loc}' is read-only, but it's set multiple times. Definition values:${showFiles (map (d: d.file) defs)}"
        else
          lib.mergeDefinitions loc opt.type all;
      value = (opt.apply or (x: x)) merged.mergedValue;
    in
    opt
    // {
      _type = "option";
      inherit loc;
      value = addErrorContext "while evaluating the option `${showOption loc}':" value;
      inherit (merged) isDefined;
      definitions = map (d: d.value) merged.defs;
      definitionsWithLocations = merged.defs;
      files = map (d: d.file) merged.defs;
      inherit (merged) highestPrio;
      __toString = _: showOption loc;
    };

  discharge = def:
    if isA "merge" def.value then
      concatMap (v: discharge (def // { value = v; })) def.value.contents
    else if isA "if" def.value then
      if builtins.isBool def.value.condition then
        lib.optionals def.value.condition (discharge (def // { value = def.value.content; }))
      else
        throw "lib.mkIf: the condition is not a boolean, in ${def.file}"
    else
      [ def ];

  priorityOf = d: if isA "override" d.value then d.value.priority else 100;
  orderOf = d: if isA "order" d.value then d.value.priority else 1000;
in
rec {
  evalModules = { modules, specialArgs ? { }, class ? null, prefix ? [ ], args ? { } }:
    let
      original = modules;
      originalArgs = specialArgs;
      own = {
        _file = "lib/modules.nix";
        key = "lib/modules.nix";
        config._module.args = args;
        options._module = {
          args = lib.mkOption {
            type = lib.types.lazyAttrsOf lib.types.raw;
            default = { };
          };
          check = lib.mkOption {
            type = lib.types.bool;
            default = true;
          };
          freeformType = lib.mkOption {
            type = lib.types.nullOr lib.types.raw;
            default = null;
          };
        };
      };
      given = { inherit lib config; inherit (result) options; } // specialArgs;
      collected = collect class given ([ own ] ++ modules);
      reached = reverseList collected.reached;
      result = level prefix reached reached;
      freeform = result.config._module.freeformType;
      config =
        if freeform == null then
          result.config
        else
          lib.recursiveUpdate (freeform.merge prefix (
            map (d: { inherit (d) file; value = setAttrByPath (lib.drop (length prefix) d.loc) d.value; }) result.rest
          )) result.config;
      unknown = head result.rest;
      check = x:
        if freeform == null && result.config._module.check && result.rest != [ ] then
          throw "The option `${showOption unknown.loc}' does not exist. Definition values:\n- In `${unknown.file}'"
        else
          x;
    in
    {
      _type = "configuration";
      options = check result.options;
      config = check (removeAttrs config [ "_module" ]);
      inherit class;
      inherit (collected) graph;
      _module = config._module // { inherit specialArgs; };
      type = lib.types.submoduleWith { inherit modules specialArgs class; };
      extendModules = { modules ? [ ], specialArgs ? { }, prefix ? [ ] }@more:
        evalModules {
          inherit class args prefix;
          modules = original ++ more.modules or [ ];
          specialArgs = originalArgs // more.specialArgs or { };
        };
    };

  # Definitions of one option -> its value, and what is known on the way.
  mergeDefinitions = loc: type: all:
    let
      live = concatMap discharge all;
      highestPrio = builtins.foldl' (p: d: lib.min p (priorityOf d)) 9999 live;
      strongest = map (d: if isA "override" d.value then d // { value = d.value.content; } else d) (filter (d: priorityOf d == highestPrio) live);
      ordered = if builtins.any (d: isA "order" d.value) strongest then
        map (d: if isA "order" d.value then d // { value = d.value.content; } else d) (lib.sort (a: b: orderOf a < orderOf b) strongest)
      else
        strongest;
      wrong = filter (d: !type.check d.value) ordered;
    in
    rec {
      inherit highestPrio;
      defs = ordered;
      isDefined = ordered != [ ];
      mergedValue =
        if !isDefined then
          type.emptyValue.value or (throw "The option `${showOption loc}' was accessed but has no value defined. Try setting the option.")
        else if wrong != [ ] then
          throw "A definition for option `${showOption loc}' is not of type `${type.description}'. Definition values:${showDefs wrong}"
        else
          type.merge loc ordered;
      optionalValue = if isDefined then { value = mergedValue; } else { };
    };

  showOption = path: builtins.concatStringsSep "." (map (n: if builtins.match "[a-zA-Z_][a-zA-Z0-9_'-]*|<.*>|\\*" n == null then builtins.toJSON n else n) path);
  showFiles = files: builtins.concatStringsSep " and " (map (f: "`${f}'") files);
  showDefs = defs: lib.concatMapStrings (d: "\n- In `${d.file}'${showValue d.value}") defs;
  showValue = v: if builtins.isString v || builtins.isInt v || builtins.isBool v || v == null then ": ${builtins.toJSON v}" else "";
  showWarnings = warnings: x: builtins.foldl' (x: w: builtins.trace "evaluation warning: ${w}" x) x warnings;

  setDefaultModuleLocation = file: m: {
    _file = file;
    imports = [ m ];
  };

  # properties
  mkIf = condition: content: { _type = "if"; inherit condition content; };
  mkMerge = contents: { _type = "merge"; inherit contents; };
  mkOverride = priority: content: { _type = "override"; inherit priority content; };
  mkForce = mkOverride 50;
  mkVMOverride = mkOverride 10;
  mkImageMediaOverride = mkOverride 60;
  mkDefault = mkOverride 1000;
  mkOptionDefault = mkOverride 1500;
  mkOrder = priority: content: { _type = "order"; inherit priority content; };
  mkBefore = mkOrder 500;
  mkAfter = mkOrder 1500;
  mkAssert = assertion: message: content: mkIf (if assertion then true else throw message) content;

  # options
  mkOption = o: o // { _type = "option"; };
  mkEnableOption = name: mkOption {
    type = lib.types.bool;
    default = false;
    description = "Whether to enable ${name}.";
  };
  mkPackageOption = pkgs: name: { default ? name, ... }: mkOption {
    type = lib.types.package;
    default = lib.getAttrFromPath (lib.toList default) pkgs;
  };
  mkOptionType = t: {
    _type = "option-type";
    description = t.name;
    check = _: true;
    merge = mergeEqualOption;
    typeMerge = other: if other.name == t.name && !(t ? nested) then mkOptionType t else null;
  } // t;
  isType = isA;
  literalExpression = text: { _type = "literalExpression"; inherit text; };
  mdDoc = text: text;

  mergeOneOption = loc: defs:
    if length defs == 1 then
      (head defs).value
    else
      throw "The option `${showOption loc}' is defined multiple times while it's expected to be unique. Definition values:${showDefs defs}";
  mergeEqualOption = loc: defs:
    builtins.foldl' (
      first: d:
      if d.value != first then
        throw "The option `${showOption loc}' has conflicting definition values:${showDefs defs}\nUse `lib.mkForce value` or `lib.mkDefault value` to change the priority on any of these definitions."
      else
        first
    ) (head defs).value (builtins.tail defs);

  mkRenamedOptionModule = from: to: { config, options, ... }: {
    options = setAttrByPath from (mkOption { type = lib.types.unspecified; apply = _: lib.getAttrFromPath to config; });
    config = mkIf (lib.getAttrFromPath from options).isDefined (setAttrByPath to (mkMerge (lib.getAttrFromPath from options).definitions));
  };
}
