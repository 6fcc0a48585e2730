a: b: c: {
  arithmetic = 1 + 2 * 3 - 4 / 2 - -1;
  left = a - b - c + a;
  product = a * b / c * a;
  concat = a ++ b ++ c;
  update = a // b // c;
  compare = [ (a < b) (a <= b) (a > b) (a >= b) (a == b) (a != b) ];
  logic = a && b || c && !a -> b || c -> a;
  not = !a && !b.c && !(a == b);
  not-low = !a + b;
  not-has = !a ? b;
  negative = -a + - b * -c;
  mixed = a + b ++ c // a == b;
  equality-over-compare = a < b == c > a;
  has = a ? b && a ? b.c.d || a ? "x y".${b};
  has-chain = a ? b ? c;
  negative-has = -a ? b;
  select-or = a.b or c + a.b.c or (d: d) + (a.b or a.c).d;
}
