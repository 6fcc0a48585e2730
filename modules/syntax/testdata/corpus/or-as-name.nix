let lib = { or = a: b: a || b; }; f = g: g; or = false; in
[ (lib.or true false) (f or) (f or true) { or.a = 1; } { inherit or; } { inherit (lib) or; } ]
