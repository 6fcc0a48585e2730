# Nix reads these operators as calls and joins the calls of a call.
a: b: [
  (<nixpkgs> { }) ((a - b) a) ((a * b) a b) ((a / b) a) ((-a) b) ((a < b) a) ((a > b) a b) ((a <= b) a) ((a >= b) a)
  ((a b) a) (((a b) a) b) ((a + b) a) ((!a) b)
]
