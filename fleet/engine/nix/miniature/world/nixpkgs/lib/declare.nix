# Not in nixpkgs: options from a table of "path" = type. Options of simple types get
# the default that nixpkgs' own usually have; types.required has none.
{ lib }:
let
  defaultOf = type: {
    bool.default = false;
    listOf.default = [ ];
    attrsOf.default = { };
    lazyAttrsOf.default = { };
    nullOr.default = null;
    separatedString.default = "";
    submodule.default = { };
  }.${type.name} or { };
  declareOne = path: type:
    lib.setAttrByPath (if lib.isList path then path else lib.splitString "." path) (
      if type._type == "option" then type else lib.mkOption ({ inherit type; } // defaultOf type)
    );
in
table: { options = lib.foldl' lib.recursiveUpdate { } (lib.mapAttrsToList declareOne table); }
