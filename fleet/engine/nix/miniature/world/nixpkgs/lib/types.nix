# The types of options.
{ lib }:
let
  inherit (builtins) elem head isAttrs isBool isFloat isInt isList isString length mapAttrs;
  inherit (lib) mergeDefinitions mergeEqualOption mergeOneOption mkOptionType showOption;

  isText = x: isString x || builtins.isPath x || x ? outPath || x ? __toString;
  integer = description: check: mkOptionType {
    name = "int";
    inherit description;
    check = x: isInt x && check x;
  };

  attrs = lazy: of:
    mkOptionType {
      name = if lazy then "lazyAttrsOf" else "attrsOf";
      description = "attribute set of ${of.description}";
      nested = of;
      check = isAttrs;
      emptyValue.value = { };
      merge = loc: defs:
        let
          each = builtins.zipAttrsWith (name: mergeDefinitions (loc ++ [ name ]) of) (
            map (d: mapAttrs (_: value: { inherit (d) file; inherit value; }) d.value) defs
          );
        in
        if lazy then
          mapAttrs (_: m: if m.isDefined then m.mergedValue else of.emptyValue.value or m.mergedValue) each
        else
          mapAttrs (_: m: m.mergedValue) (lib.filterAttrs (_: m: m.isDefined) each);
      typeMerge = other: let inner = of.typeMerge other.nested; in if other.name == (if lazy then "lazyAttrsOf" else "attrsOf") && inner != null then attrs lazy inner else null;
    };
in
rec {
  raw = mkOptionType {
    name = "raw";
    description = "raw value";
    merge = mergeOneOption;
  };
  unspecified = mkOptionType {
    name = "unspecified";
    description = "unspecified value";
    merge = loc: defs:
      let
        values = map (d: d.value) defs;
        alike = check: builtins.all check values;
      in
      if length values == 1 then head values
      else if alike isList then builtins.concatLists values
      else if alike isAttrs then builtins.foldl' (a: b: a // b) { } values
      else mergeEqualOption loc defs;
  };
  bool = mkOptionType {
    name = "bool";
    description = "boolean";
    check = isBool;
  };
  int = integer "signed integer" (_: true);
  float = mkOptionType {
    name = "float";
    description = "floating point number";
    check = isFloat;
  };
  number = mkOptionType {
    name = "number";
    description = "number";
    check = x: isInt x || isFloat x;
  };
  ints = {
    unsigned = integer "unsigned integer, meaning >=0" (x: x >= 0);
    positive = integer "positive integer, meaning >0" (x: x > 0);
    between = a: b: integer "integer between ${toString a} and ${toString b} (both inclusive)" (x: a <= x && x <= b);
    u8 = ints.between 0 255;
    u16 = ints.between 0 65535;
    u32 = ints.between 0 4294967295;
  };
  port = integer "16 bit unsigned integer; between 0 and 65535 (both inclusive)" (x: 0 <= x && x <= 65535);
  str = mkOptionType {
    name = "str";
    description = "string";
    check = isString;
  };
  nonEmptyStr = addCheck str (s: s != "");
  singleLineStr = addCheck str (s: !lib.hasInfix "\n" s);
  strMatching = re: addCheck (str // { description = "string matching the pattern ${re}"; }) (s: builtins.match re s != null);
  separatedString = sep: mkOptionType {
    name = "separatedString";
    description = "strings concatenated with ${builtins.toJSON sep}";
    check = isString;
    merge = _: defs: builtins.concatStringsSep sep (map (d: d.value) defs);
  };
  lines = separatedString "\n";
  commas = separatedString ",";
  envVar = separatedString ":";
  path = mkOptionType {
    name = "path";
    description = "absolute path";
    check = x: isText x && builtins.substring 0 1 (toString x) == "/";
  };
  pathInStore = addCheck path (x: lib.hasPrefix builtins.storeDir (toString x));
  package = mkOptionType {
    name = "package";
    description = "package";
    check = x: lib.isDerivation x || (isText x && lib.hasPrefix builtins.storeDir (toString x));
    merge = mergeOneOption;
  };
  shellPackage = package;
  enum = values: mkOptionType {
    name = "enum";
    description = "one of ${lib.concatMapStringsSep ", " builtins.toJSON values}";
    check = x: elem x values;
  };
  attrsOf = attrs false;
  lazyAttrsOf = attrs true;
  listOf = of: mkOptionType {
    name = "listOf";
    description = "list of ${of.description}";
    nested = of;
    check = isList;
    emptyValue.value = [ ];
    merge = loc: defs:
      builtins.concatMap (
        d:
        builtins.concatLists (
          lib.imap1 (
            i: value:
            let m = mergeDefinitions (loc ++ [ "[definition ${toString i}]" ]) of [ { inherit (d) file; inherit value; } ];
            in if m.isDefined then [ m.mergedValue ] else [ ]
          ) d.value
        )
      ) defs;
    typeMerge = other: let inner = of.typeMerge other.nested; in if other.name == "listOf" && inner != null then listOf inner else null;
  };
  nonEmptyListOf = of: addCheck (listOf of) (l: l != [ ]);
  nullOr = of: mkOptionType {
    name = "nullOr";
    description = "null or ${of.description}";
    nested = of;
    check = x: x == null || of.check x;
    emptyValue.value = null;
    merge = loc: defs:
      let nulls = lib.count (d: d.value == null) defs;
      in
      if nulls == length defs then null
      else if nulls != 0 then throw "The option `${showOption loc}' is defined both null and not null, in ${lib.showFiles (map (d: d.file) defs)}."
      else of.merge loc defs;
  };
  either = a: b: mkOptionType {
    name = "either";
    description = "${a.description} or ${b.description}";
    check = x: a.check x || b.check x;
    merge = loc: defs:
      let values = map (d: d.value) defs;
      in
      if builtins.all a.check values then a.merge loc defs
      else if builtins.all b.check values then b.merge loc defs
      else mergeOneOption loc defs;
    nested = null;
  };
  oneOf = ts: builtins.foldl' either (head ts) (builtins.tail ts);
  uniq = unique { message = ""; };
  unique = _: of: of // { name = "unique"; merge = loc: defs: of.merge loc [ { inherit (head defs) file; value = mergeOneOption loc defs; } ]; };
  addCheck = of: check: of // { check = x: of.check x && check x; };
  coercedTo = from: f: to: mkOptionType {
    name = "coercedTo";
    description = "${to.description} or ${from.description} convertible to it";
    check = x: to.check x || from.check x && to.check (f x);
    merge = loc: defs: to.merge loc (map (d: if from.check d.value then d // { value = f d.value; } else d) defs);
    nested = null;
  };
  functionTo = of: mkOptionType {
    name = "functionTo";
    description = "function that evaluates to ${of.description}";
    nested = of;
    check = lib.isFunction;
    merge = loc: defs: arg: (mergeDefinitions (loc ++ [ "<function body>" ]) of (map (d: d // { value = d.value arg; }) defs)).mergedValue;
  };
  anything = mkOptionType {
    name = "anything";
    merge = loc: defs:
      let
        kind = v: if isAttrs v && isText v then "text-like set" else builtins.typeOf v;
        kinds = lib.unique (map (d: kind d.value) defs);
        how = {
          set = (lazyAttrsOf anything).merge;
          "text-like set" = mergeOneOption;
          lambda = loc: defs: arg: anything.merge (loc ++ [ "<function body>" ]) (map (d: d // { value = d.value arg; }) defs);
        };
      in
      if length kinds > 1 then
        throw "The option `${showOption loc}' has conflicting option types in ${lib.showFiles (map (d: d.file) defs)}"
      else
        (how.${head kinds} or mergeEqualOption) loc defs;
  };
  deferredModule = deferredModuleWith { };
  deferredModuleWith = { staticModules ? [ ] }: mkOptionType {
    name = "deferredModule";
    description = "module";
    check = x: isAttrs x || lib.isFunction x || path.check x;
    merge = loc: defs: {
      imports = staticModules ++ map (d: lib.setDefaultModuleLocation "${d.file}, via option ${showOption loc}" d.value) defs;
    };
  };
  submodule = modules: submoduleWith {
    shorthandOnlyDefinesConfig = true;
    modules = lib.toList modules;
  };
  submoduleWith = { modules, specialArgs ? { }, shorthandOnlyDefinesConfig ? false, class ? null, description ? null }@all: mkOptionType {
    name = "submodule";
    description = if description == null then "submodule" else description;
    nested = all;
    check = x: isAttrs x || lib.isFunction x || path.check x;
    emptyValue.value = { };
    merge = loc: defs:
      (lib.evalModules {
        inherit specialArgs class;
        prefix = loc;
        args.name = lib.last loc;
        modules = modules ++ map (
          d: if shorthandOnlyDefinesConfig && isAttrs d.value && !(d.value ? __functor) then { _file = d.file; config = d.value; } else { _file = d.file; imports = [ d.value ]; }
        ) defs;
      }).config;
    getSubOptions = prefix: (lib.evalModules { inherit modules specialArgs class prefix; args.name = "<name>"; }).options;
    typeMerge = other:
      if other.name or null == "submodule" then
        submoduleWith (all // { modules = modules ++ other.nested.modules; specialArgs = specialArgs // other.nested.specialArgs or { }; })
      else
        null;
  };
} // { attrs = mkOptionType { name = "attrs"; description = "attribute set"; check = isAttrs; emptyValue.value = { }; merge = _: builtins.foldl' (acc: d: acc // d.value) { }; }; }
