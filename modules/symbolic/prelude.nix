# Functions of nixpkgs' lib that are short in terms of others. Each is
# evaluated as if it stood where it is called.
lib:
{
  # lists
  take = n: list: lib.sublist 0 n list;
  drop = n: list: if n <= 0 then list else lib.sublist n (builtins.length list) list;
  takeEnd = n: list: lib.drop (builtins.length list - n) list;
  dropEnd = n: list: lib.take (builtins.length list - n) list;
  init = list: assert list != [ ] || throw "init: the list is empty"; lib.sublist 0 (builtins.length list - 1) list;
  findFirst = test: default: list: lib.foldr (x: rest: if test x then x else rest) default list;
  findFirstIndex = test: default: list:
    lib.foldr (i: rest: if test (builtins.elemAt list i) then i else rest) default (builtins.genList (i: i) (builtins.length list));
  findSingle = test: none: several: list:
    let found = builtins.filter test list; n = builtins.length found;
    in if n == 0 then none else if n == 1 then builtins.head found else several;
  remove = x: builtins.filter (e: e != x);
  count = test: list: builtins.length (builtins.filter test list);
  zipListsWith = f: a: b:
    builtins.genList (n: f (builtins.elemAt a n) (builtins.elemAt b n)) (lib.min (builtins.length a) (builtins.length b));
  zipLists = lib.zipListsWith (fst: snd: { inherit fst snd; });
  "groupBy'" = op: nul: key: list: builtins.mapAttrs (_: builtins.foldl' op nul) (builtins.groupBy key list);
  sortOn = key: list: map (p: p.x) (builtins.sort (a: b: a.k < b.k) (map (x: { inherit x; k = key x; }) list));
  compareLists = order: a: b:
    if a == [ ] then (if b == [ ] then 0 else -1)
    else if b == [ ] then 1
    else let first = order (builtins.head a) (builtins.head b);
      in if first != 0 then first else lib.compareLists order (builtins.tail a) (builtins.tail b);
  naturalSort = list:
    let pieces = s: map (p: if builtins.isList p then lib.toInt (builtins.head p) else p) (builtins.split "(0|[1-9][0-9]*)" s);
    in map (p: p.s) (builtins.sort (a: b: lib.compareLists lib.compare a.p b.p < 0) (map (s: { inherit s; p = pieces s; }) list));
  intersectLists = a: builtins.filter (x: builtins.elem x a);
  mutuallyExclusive = a: b: !(builtins.any (x: builtins.elem x a) b);
  allUnique = list: builtins.length (lib.unique list) == builtins.length list;
  uniqueStrings = list: builtins.attrNames (builtins.groupBy (s: s) list);
  "lists.hasPrefix" = a: b: lib.take (builtins.length a) b == a;
  "lists.removePrefix" = a: b:
    if lib.lists.hasPrefix a b then lib.drop (builtins.length a) b
    else throw "lists.removePrefix: the first list is no prefix of the second";
  commonPrefix = a: b:
    let n = lib.min (builtins.length a) (builtins.length b);
      differs = i: builtins.elemAt a i != builtins.elemAt b i;
    in lib.take (lib.findFirst differs n (builtins.genList (i: i) n)) a;
  crossLists = f: builtins.foldl' (fs: xs: builtins.concatMap (g: map g xs) fs) [ f ];
  ifilter0 = test: list: map (p: p.x) (builtins.filter (p: test p.i p.x) (lib.imap0 (i: x: { inherit i x; }) list));
  replaceElemAt = list: n: x:
    if n < 0 || n >= builtins.length list then throw "replaceElemAt: no such index"
    else lib.imap0 (i: old: if i == n then x else old) list;
  concatAttrValues = set: builtins.concatLists (builtins.attrValues set);

  # sets
  hasAttrByPath = path: set:
    path == [ ] || set ? ${builtins.head path} && lib.hasAttrByPath (builtins.tail path) set.${builtins.head path};
  longestValidPathPrefix = path: set:
    if path == [ ] || !(set ? ${builtins.head path}) then [ ]
    else [ (builtins.head path) ] ++ lib.longestValidPathPrefix (builtins.tail path) set.${builtins.head path};
  filterAttrsRecursive = test: set:
    builtins.mapAttrs (_: v: if builtins.isAttrs v then lib.filterAttrsRecursive test v else v) (lib.filterAttrs test set);
  foldlAttrs = f: start: set: builtins.foldl' (acc: name: f acc name set.${name}) start (builtins.attrNames set);
  foldAttrs = op: nul: sets: builtins.zipAttrsWith (_: lib.foldr op nul) sets;
  collect = test: v:
    if test v then [ v ] else if builtins.isAttrs v then builtins.concatMap (lib.collect test) (builtins.attrValues v) else [ ];
  cartesianProduct = set:
    builtins.foldl' (rows: name: builtins.concatMap (row: map (x: row // { ${name} = x; }) set.${name}) rows) [ { } ] (builtins.attrNames set);
  mapCartesianProduct = f: set: map f (lib.cartesianProduct set);
  mapAttrsRecursive = lib.mapAttrsRecursiveCond (_: true);
  mapAttrsRecursiveCond = descend: f: set:
    let go = path: builtins.mapAttrs (name: v:
      if builtins.isAttrs v && descend v then go (path ++ [ name ]) v else f (path ++ [ name ]) v);
    in go [ ] set;
  mapAttrsToListRecursive = lib.mapAttrsToListRecursiveCond (_: _: true);
  mapAttrsToListRecursiveCond = descend: f: set:
    let go = path: v:
      if builtins.isAttrs v && descend path v
      then builtins.concatMap (name: go (path ++ [ name ]) v.${name}) (builtins.attrNames v)
      else [ (f path v) ];
    in go [ ] set;
  "genAttrs'" = list: f: builtins.listToAttrs (map f list);
  isDerivation = v: (v.type or null) == "derivation";
  zipAttrsWithNames = names: f: sets: lib.genAttrs names (name: f name (builtins.catAttrs name sets));
  zipAttrs = builtins.zipAttrsWith (_: values: values);
  recursiveUpdateUntil = stop: l: r:
    let go = path: l: r: l // builtins.mapAttrs (name: right:
      let here = path ++ [ name ];
      in if l ? ${name} && !(stop here l.${name} right) then go here l.${name} right else right) r;
    in go [ ] l r;
  matchAttrs = pattern: set:
    builtins.all (name: set ? ${name} && (
      if builtins.isAttrs pattern.${name} then builtins.isAttrs set.${name} && lib.matchAttrs pattern.${name} set.${name}
      else pattern.${name} == set.${name})) (builtins.attrNames pattern);
  overrideExisting = old: new: builtins.mapAttrs (name: v: new.${name} or v) old;
  showAttrPath = path: if path == [ ] then "<root attribute path>" else lib.concatMapStringsSep "." lib.escapeNixIdentifier path;
  recurseIntoAttrs = set: set // { recurseForDerivations = true; };
  dontRecurseIntoAttrs = set: set // { recurseForDerivations = false; };
  unionOfDisjoint = a: b:
    a // b // builtins.mapAttrs (name: _: throw "unionOfDisjoint: both sets have ${name}") (builtins.intersectAttrs a b);

  # strings
  join = sep: builtins.concatStringsSep sep;
  concatImapStrings = f: list: lib.concatStrings (lib.imap1 f list);
  concatImapStringsSep = sep: f: list: builtins.concatStringsSep sep (lib.imap1 f list);
  intersperse = sep: list: lib.drop 1 (builtins.concatMap (x: [ sep x ]) list);
  replaceString = from: to: builtins.replaceStrings [ from ] [ to ];
  stringAsChars = f: s: lib.concatStrings (map f (lib.stringToCharacters s));
  escape = chars: builtins.replaceStrings chars (map (c: "\\${c}") chars);
  escapeShellArgs = args: lib.concatMapStringsSep " " lib.escapeShellArg args;
  escapeNixString = s: lib.escape [ "$" ] (builtins.toJSON s);
  escapeRegex = lib.escape [ "\\" "[" "{" "(" ")" "^" "$" "?" "*" "+" "|" "." ];
  escapeXML = builtins.replaceStrings [ "\"" "'" "<" ">" "&" ] [ "&quot;" "&apos;" "&lt;" "&gt;" "&amp;" ];
  isValidPosixName = s: builtins.match "[a-zA-Z_][a-zA-Z0-9_]*" s != null;
  toShellVar = name: value:
    if !(lib.isValidPosixName name) then throw "toShellVar: ${name} is not a shell variable's name"
    else if builtins.isAttrs value && !(lib.isStringLike value)
    then "declare -A ${name}=(${lib.concatMapAttrsStringSep " " (n: v: "[${lib.escapeShellArg n}]=${lib.escapeShellArg v}") value})"
    else if builtins.isList value then "declare -a ${name}=(${lib.escapeShellArgs value})"
    else "${name}=${lib.escapeShellArg value}";
  toShellVars = vars: lib.concatMapAttrsStringSep "\n" lib.toShellVar vars;
  isStringLike = v: builtins.isString v || builtins.isPath v || v ? outPath || v ? __toString;
  isConvertibleWithToString = v:
    lib.isStringLike v || builtins.elem (builtins.typeOf v) [ "null" "int" "float" "bool" ]
    || builtins.isList v && builtins.all lib.isConvertibleWithToString v;
  nameFromURL = url: sep:
    let file = lib.last (lib.splitString "/" url); name = builtins.head (lib.splitString sep file);
    in if name == file then throw "nameFromURL: the name does not contain ${sep}" else name;
  makeSearchPath = dir: packages: builtins.concatStringsSep ":" (map (p: "${p}/${dir}") (builtins.filter (p: p != null) packages));
  toSentenceCase = s:
    if s == "" then "" else lib.toUpper (builtins.substring 0 1 s) + lib.toLower (builtins.substring 1 (builtins.stringLength s) s);
  enableFeature = on: name: "--${if on then "enable" else "disable"}-${name}";
  enableFeatureAs = on: name: value: lib.enableFeature on name + (if on then "=${value}" else "");
  withFeature = on: name: "--with${if on then "" else "out"}-${name}";
  withFeatureAs = on: name: value: lib.withFeature on name + (if on then "=${value}" else "");
  cmakeOptionType = type: name: value: "-D${name}:${lib.toUpper type}=${value}";
  cmakeBool = name: on: "-D${name}:BOOL=${if on then "TRUE" else "FALSE"}";
  cmakeFeature = name: value: "-D${name}:STRING=${value}";
  mesonOption = name: value: "-D${name}=${value}";
  mesonBool = name: on: "-D${name}=${lib.boolToString on}";
  mesonEnable = name: on: "-D${name}=${if on then "enabled" else "disabled"}";
  fixedWidthNumber = width: n: lib.fixedWidthString width "0" (toString n);
  fileContents = file: lib.removeSuffix "\n" (builtins.readFile file);
  versionOlder = a: b: builtins.compareVersions b a == 1;
  versionAtLeast = a: b: !(lib.versionOlder a b);
  "versions.major" = v: builtins.elemAt (builtins.splitVersion v) 0;
  "versions.minor" = v: builtins.elemAt (builtins.splitVersion v) 1;
  "versions.patch" = v: builtins.elemAt (builtins.splitVersion v) 2;
  "versions.majorMinor" = v: builtins.concatStringsSep "." (lib.take 2 (builtins.splitVersion v));
  "versions.pad" = n: v:
    let number = builtins.head (lib.splitString "-" v);
    in builtins.concatStringsSep "." (lib.take n (builtins.splitVersion number ++ lib.replicate n "0")) + lib.removePrefix number v;
  getName = x: if builtins.isString x then (builtins.parseDrvName x).name else x.pname or (builtins.parseDrvName x.name).name;
  getVersion = x: if builtins.isString x then (builtins.parseDrvName x).version else x.version or (builtins.parseDrvName x.name).version;

  # values of any type
  concat = a: b: a ++ b;
  or = a: b: a || b;
  and = a: b: a && b;
  xor = a: b: a != b;
  boolToYesNo = b: if b then "yes" else "no";
  defaultTo = default: v: if v == null then default else v;
  mapNullable = f: v: if v == null then null else f v;
  mod = a: b: a - b * (a / b);
  compare = a: b: if a < b then -1 else if a > b then 1 else 0;
  importJSON = file: builtins.fromJSON (builtins.readFile file);
  importTOML = file: builtins.fromTOML (builtins.readFile file);
  toFunction = v: if lib.isFunction v then v else _: v;
  setFunctionArgs = f: args: { __functor = _: f; __functionArgs = args; };
  mirrorFunctionArgs = like: f: lib.setFunctionArgs f (lib.functionArgs like);
  "lib.functionArgs" = f:
    if f ? __functor then f.__functionArgs or (lib.functionArgs (f.__functor f)) else builtins.functionArgs f;
  "lib.isFunction" = f: builtins.isFunction f || f ? __functor && lib.isFunction (f.__functor f);
  toHexString = n: lib.concatMapStrings (d: builtins.substring d 1 "0123456789ABCDEF") (lib.toBaseDigits 16 n);
  toBaseDigits = radix: n: if n < radix then [ n ] else lib.toBaseDigits radix (n / radix) ++ [ (lib.mod n radix) ];
  fix = f: let x = f x; in x;
  extends = overlay: f: final: let prev = f final; in prev // overlay final prev;
  composeExtensions = f: g: final: prev: let a = f final prev; in a // g final (prev // a);
  composeManyExtensions = lib.foldr lib.composeExtensions (final: prev: { });
  toExtension = f: final: prev:
    if lib.isFunction f then let v = f prev; in if lib.isFunction v then f final prev else v else f;
  makeExtensible = f: lib.fix f // { extend = overlay: lib.makeExtensible (lib.extends overlay f); };
  converge = f: x: let next = f x; in if next == x then x else lib.converge f next;
  isType = type: v: (v._type or null) == type;
  isOption = v: (v._type or null) == "option";
  setType = type: v: v // { _type = type; };
  literalExpression = text: { _type = "literalExpression"; inherit text; };
  literalMD = text: { _type = "literalMD"; inherit text; };

  # files
  "path.append" = path: sub: path + ("/" + sub);
  pathType = path: builtins.readFileType path;
  pathIsDirectory = path: builtins.pathExists path && builtins.readFileType path == "directory";
  pathIsRegularFile = path: builtins.pathExists path && builtins.readFileType path == "regular";
  listFilesRecursive = dir:
    builtins.concatLists (lib.mapAttrsToList (name: type:
      if type == "directory" then lib.listFilesRecursive (dir + "/${name}") else [ (dir + "/${name}") ]) (builtins.readDir dir));
  resolveDefaultNix = path: if lib.pathIsDirectory path then path + "/default.nix" else path;
  packagesFromDirectoryRecursive = { callPackage, directory, ... }@args:
    if args ? newScope then lib.makeScope args.newScope (self: args)
    else if builtins.pathExists (directory + "/package.nix") then callPackage (directory + "/package.nix") { }
    else lib.concatMapAttrs (name: type:
      if type == "directory" then { ${name} = lib.packagesFromDirectoryRecursive (args // { directory = directory + "/${name}"; }); }
      else if type != "regular" then throw "packagesFromDirectoryRecursive: ${name} is neither a file nor a directory"
      else if lib.hasSuffix ".nix" name then { ${lib.removeSuffix ".nix" name} = callPackage (directory + "/${name}") { }; }
      else { }) (builtins.readDir directory);
  importApply = file: args: import file args;
}
