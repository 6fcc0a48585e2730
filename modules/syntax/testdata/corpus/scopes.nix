rec {
  a = b;
  b = { x ? y, y ? 1 }@args: [ x y args ];
  c = let d = e; e = 1; in d;
  f = rec { g = h; h = a; i.j = g; };
  k = { l = a; };
  inherit (f) g;
}
