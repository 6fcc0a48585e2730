{ a, b }:
assert a != b;
assert a -> b;
with { c = 1; };
with import ./scope.nix { inherit a; };
if a then if b then 1 else 2 else if c then d else x: if x then a else [ (if b then 1 else 2) (with b; e) ]
