{ a, b, lib, ... }@args:
let
  inherit (lib) mkIf mkMerge;
  inherit a;
  inherit;
in
rec {
  inherit a b;
  inherit (args) c d "e f";
  inherit (lib.types) attrsOf ;
  inherit (rec { x = 1; y = x; }) x y;
  z = mkIf x (mkMerge [ y ]);
}
