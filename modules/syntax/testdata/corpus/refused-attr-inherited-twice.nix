x: { inherit (x) a b; inherit (x) c a; }
