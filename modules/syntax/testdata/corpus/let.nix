let
  a = 1;
  b.c = a;
  b.d = let x = 2; in x;
  f = x: y: x + y;
in
let in
let "quoted" = 3; in f a b.c + quoted
