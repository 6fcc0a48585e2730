xs: f: {
  forward = xs |> map f |> builtins.length;
  backward = builtins.length <| map f <| xs;
  loose = xs ++ [ 1 ] |> map (x: x + 1) |> builtins.filter (x: x > 2 || x == 0);
  nested = (xs |> f) <| [ ];
  body = x: x |> f;
}
