# Each pair of neighbouring levels, tight one first and second.
a: b: c: [
  (a ? b ++ c) (a ++ b ? c) (a ++ b * c) (a * b ++ c) (a * b + c) (a + b * c) (!a + b) (!a // b) (a // !b)
  (a + b // c) (a // b + c) (a // b < c) (a < b // c) (a < b == c) (a == b < c) (a == b && c) (a && b == c)
  (a && b || c) (a || b && c) (a || b -> c) (a -> b || c) (-a ? b) (-a ++ b) (a * !b // c)
]
