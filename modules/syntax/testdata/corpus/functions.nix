{
  simple = x: x;
  curried = a: b: c: a b c;
  closed = { a, b }: a;
  open = { a, ... }: a;
  any = { ... }: 1;
  none = { }: 1;
  defaults = { a ? 1, b ? a + 1, c ? { x = 1; }, ... }: b;
  before = args@{ a, ... }: args;
  after = { a, ... }@args: args;
  spaced = { a , b , } @ args : args // { inherit b; };
  returns = { a }: { b }: { ... }@rest: whole@{ c ? rest }: [ a b c whole ];
  patterns-in-defaults = { f ? { x, y }: x, g ? z: z }: f g;
  underscore = _: _unused: 0;
}
