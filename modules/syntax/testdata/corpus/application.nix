f: g: x: [
  (f x) (f x x x) (f (g x)) ((f g) x) (f g.a.b x.c) (f { a = 1; } [ 1 2 ] "s" ./p) (f rec { a = 1; } (x: x))
  (f -1) (f (-1)) (f "a" "b") (f x."y z" x.${g})
]
