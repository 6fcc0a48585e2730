{
  empty = { };
  nested.path.deep = 1;
  nested.path.other = 2;
  nested.third = { a = 1; };
  "quoted name" = 3;
  "constant" = 4;
  ${"also constant"} = 5;
  recursive = rec { a = 1; b = a; c.d = b; };
  keywords = { "if" = 1; "then" = 2; "rec" = 3; "inherit" = 4; };
  odd'name = 6;
  dash-name = 7;
  _under = 8;
  "1" = 9;
  "" = 10;
}
