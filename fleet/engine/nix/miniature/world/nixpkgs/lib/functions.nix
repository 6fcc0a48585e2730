{ lib }:
let
  inherit (builtins)
    attrNames
    concatLists
    concatMap
    elem
    elemAt
    filter
    foldl'
    genList
    head
    isAttrs
    isFunction
    isList
    isString
    length
    listToAttrs
    mapAttrs
    replaceStrings
    stringLength
    substring
    tail
    ;
in
rec {
  # functions
  id = x: x;
  const = x: _: x;
  flip = f: a: b: f b a;
  pipe = foldl' (x: f: f x);
  fix = f: let x = f x; in x;
  extends = overlay: f: final: let prev = f final; in prev // overlay final prev;
  composeExtensions = f: g: final: prev: let a = f final prev; in a // g final (prev // a);
  composeManyExtensions = foldl' composeExtensions (_: _: { });
  isFunction = f: builtins.isFunction f || (f ? __functor && lib.isFunction (f.__functor f));
  functionArgs = f: if f ? __functor then f.__functionArgs or (functionArgs (f.__functor f)) else builtins.functionArgs f;
  setFunctionArgs = f: args: {
    __functor = _: f;
    __functionArgs = args;
  };
  toFunction = v: if lib.isFunction v then v else _: v;
  throwIf = cond: msg: if cond then throw msg else x: x;
  throwIfNot = cond: throwIf (!cond);
  assertMsg = cond: msg: cond || throw msg;
  warn = msg: builtins.trace "evaluation warning: ${msg}";
  boolToString = b: if b then "true" else "false";
  importJSON = path: builtins.fromJSON (builtins.readFile path);
  importTOML = path: builtins.fromTOML (builtins.readFile path);
  min = a: b: if a < b then a else b;
  max = a: b: if a > b then a else b;
  mod = a: b: a - b * (a / b);

  # lists
  singleton = x: [ x ];
  optional = cond: x: if cond then [ x ] else [ ];
  optionals = cond: xs: if cond then xs else [ ];
  toList = x: if isList x then x else [ x ];
  last = xs: elemAt xs (length xs - 1);
  init = xs: genList (elemAt xs) (length xs - 1);
  range = a: b: if a > b then [ ] else genList (i: a + i) (b - a + 1);
  reverseList = xs: let n = length xs; in genList (i: elemAt xs (n - i - 1)) n;
  imap0 = f: xs: genList (i: f i (elemAt xs i)) (length xs);
  imap1 = f: xs: genList (i: f (i + 1) (elemAt xs i)) (length xs);
  flatten = x: if isList x then concatMap flatten x else [ x ];
  foldr = f: z: xs: foldl' (acc: x: f x acc) z (reverseList xs);
  unique = foldl' (acc: x: if elem x acc then acc else acc ++ [ x ]) [ ];
  findFirst = p: default: xs: let found = filter p xs; in if found == [ ] then default else head found;
  remove = x: filter (y: y != x);
  subtractLists = xs: filter (y: !elem y xs);
  intersectLists = xs: filter (y: elem y xs);
  take = n: xs: genList (elemAt xs) (min n (length xs));
  drop = n: xs: genList (i: elemAt xs (i + n)) (max 0 (length xs - n));
  zipLists = xs: ys: genList (i: { fst = elemAt xs i; snd = elemAt ys i; }) (min (length xs) (length ys));
  count = p: xs: length (filter p xs);
  sort = builtins.sort;
  any = builtins.any;
  all = builtins.all;
  naturalSort = builtins.sort builtins.lessThan;

  # attribute sets
  nameValuePair = name: value: { inherit name value; };
  attrByPath = path: default: set:
    if path == [ ] then set
    else if isAttrs set && set ? ${head path} then attrByPath (tail path) default set.${head path}
    else default;
  hasAttrByPath = path: set: path == [ ] || (set ? ${head path} && hasAttrByPath (tail path) set.${head path});
  getAttrFromPath = path: set: foldl' (s: n: s.${n}) set path;
  setAttrByPath = path: value: foldr (name: v: { ${name} = v; }) value path;
  optionalAttrs = cond: set: if cond then set else { };
  filterAttrs = p: set: removeAttrs set (filter (n: !p n set.${n}) (attrNames set));
  mapAttrs' = f: set: listToAttrs (map (n: f n set.${n}) (attrNames set));
  mapAttrsToList = f: set: map (n: f n set.${n}) (attrNames set);
  concatMapAttrs = f: set: mergeAttrsList (mapAttrsToList f set);
  genAttrs = names: f: listToAttrs (map (n: nameValuePair n (f n)) names);
  genAttrs' = xs: f: listToAttrs (map f xs);
  getAttrs = names: set: genAttrs names (n: set.${n});
  attrsToList = mapAttrsToList nameValuePair;
  attrValues = builtins.attrValues;
  collect = p: set: if p set then [ set ] else if isAttrs set then concatMap (collect p) (attrValues set) else [ ];
  mergeAttrsList = foldl' (a: b: a // b) { };
  mergeAttrs = a: b: a // b;
  recursiveUpdate = a: b:
    if isAttrs a && isAttrs b then a // mapAttrs (n: v: if a ? ${n} then recursiveUpdate a.${n} v else v) b else b;
  isDerivation = x: x.type or null == "derivation";
  zipAttrs = builtins.zipAttrsWith (_: vs: vs);
  getBin = p: p.bin or p.out or p;
  getExe = p: getExe' p (p.meta.mainProgram or p.pname or (getName p));
  getExe' = p: name: "${getBin p}/bin/${name}";
  getName = p: p.pname or (builtins.parseDrvName p.name).name;
  getVersion = p: p.version or (builtins.parseDrvName p.name).version;
  recurseIntoAttrs = set: set // { recurseForDerivations = true; };

  # strings
  concatStrings = builtins.concatStringsSep "";
  concatMapStrings = f: xs: concatStrings (map f xs);
  concatMapStringsSep = sep: f: xs: builtins.concatStringsSep sep (map f xs);
  concatLines = concatMapStrings (x: x + "\n");
  concatMapAttrsStringSep = sep: f: set: builtins.concatStringsSep sep (mapAttrsToList f set);
  optionalString = cond: s: if cond then s else "";
  hasPrefix = p: s: substring 0 (stringLength p) s == p;
  hasSuffix = p: s: let n = stringLength s; m = stringLength p; in n >= m && substring (n - m) m s == p;
  hasInfix = p: s: length (builtins.split (escapeRegex p) "${s}") > 1;
  removePrefix = p: s: if hasPrefix p s then substring (stringLength p) (-1) s else s;
  removeSuffix = p: s: if hasSuffix p s then substring 0 (stringLength s - stringLength p) s else s;
  splitString = sep: s: filter isString (builtins.split (escapeRegex sep) (toString s));
  stringToCharacters = s: genList (i: substring i 1 s) (stringLength s);
  escape = chars: replaceStrings chars (map (c: "\\${c}") chars);
  escapeRegex = escape (stringToCharacters "\\[{()^$?*+|.");
  escapeShellArg = s: "'${replaceStrings [ "'" ] [ "'\\''" ] (toString s)}'";
  escapeShellArgs = concatMapStringsSep " " escapeShellArg;
  escapeNixIdentifier = s: if builtins.match "[a-zA-Z_][a-zA-Z0-9_'-]*" s != null then s else builtins.toJSON s;
  warnIf = cond: msg: if cond then warn msg else x: x;
  warnIfNot = cond: warnIf (!cond);
  isStringLike = x: isString x || builtins.isPath x || x ? outPath || x ? __toString;
  toUpper = replaceStrings (stringToCharacters "abcdefghijklmnopqrstuvwxyz") (stringToCharacters "ABCDEFGHIJKLMNOPQRSTUVWXYZ");
  toLower = replaceStrings (stringToCharacters "ABCDEFGHIJKLMNOPQRSTUVWXYZ") (stringToCharacters "abcdefghijklmnopqrstuvwxyz");
  trim = s: let m = builtins.match "[[:space:]]*(.*[^[:space:]])[[:space:]]*" s; in if m == null then "" else head m;
  toInt = s: let v = builtins.fromJSON s; in if builtins.isInt v then v else throw "toInt: ${s} is not an integer";
  versionOlder = a: b: builtins.compareVersions b a == 1;
  versionAtLeast = a: b: !versionOlder a b;
  makeBinPath = concatMapStringsSep ":" (p: "${getBin p}/bin");
  strings = { inherit concatStrings concatMapStrings concatMapStringsSep hasPrefix hasSuffix splitString toLower toUpper; inherit (builtins) concatStringsSep; };
  generators.toJSON = _: builtins.toJSON;
  generators.toKeyValue = _: set: concatLines (mapAttrsToList (n: v: "${n}=${if builtins.isBool v then boolToString v else toString v}") set);

  # files
  filesystem.listFilesRecursive = dir:
    concatLists (
      mapAttrsToList (name: type: let path = dir + "/${name}"; in if type == "directory" then filesystem.listFilesRecursive path else [ path ]) (builtins.readDir dir)
    );

  # packages
  makeOverridable = f: args:
    let
      result = f args;
      again = new: makeOverridable f (args // toFunction new args);
    in
    if isAttrs result then
      result
      // {
        override = again;
      }
      // optionalAttrs (result ? overrideAttrs) {
        overrideAttrs = g: makeOverridable (a: (f a).overrideAttrs g) args;
      }
    else
      result;
  callPackageWith = scope: fn: args:
    let
      f = if lib.isFunction fn then fn else import fn;
      formals = functionArgs f;
      missing = filter (n: !formals.${n} && !(scope ? ${n}) && !(args ? ${n})) (attrNames formals);
    in
    if missing != [ ] then
      throw "Function called without required argument \"${head missing}\" at ${toString fn}"
    else
      makeOverridable f (builtins.intersectAttrs formals scope // args);
  customisation = { inherit makeOverridable callPackageWith; };
  attrsets = { inherit mapAttrs' filterAttrs genAttrs optionalAttrs mapAttrsToList recursiveUpdate nameValuePair; };
  version = "${trivial.release}${(import ../channel.nix).suffix}";
  trivial.release = (import ../channel.nix).release;
}
