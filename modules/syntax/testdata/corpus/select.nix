x: name: [
  x.a x.a.b.c x."quoted name" x."a.b" x.${name} x."pre-${name}" x.${"constant"} x.a.${name}."b ${name}".c
  (x.a or 1) (x.a or x.b or 2) (x.a or x.b.c) (x.or) (x.a.or or 3) { a = 1; }.a (import ./y).z "s".a [ ].b (x: x).c
  (x.a or [ ] ++ x.b) x . a . b
]
