package symbolic

import (
	"testing"

	"assay/modules/syntax"
)

// show evaluates source and prints the value for comparison: known data as
// JSON, anything else as what it is and why.
func show(t *testing.T, source string) string {
	t.Helper()
	f, err := syntax.Parse("t.nix", []byte(source))
	if err != nil {
		t.Fatalf("%s: %v", source, err)
	}
	ev := New(nil, DefaultLimits)
	v := ev.File(f)
	_, bad := ev.plain(v, 0)
	if bad == nil {
		return primToJSON(ev, Place{}, []*Thunk{Done(v)}).(*String).Parts[0].Text
	}
	if u, ok := bad.(*Unknown); ok && u.Fault {
		return "fault: " + u.Why
	}
	return "unknown: " + Why(bad)
}

func TestEval(t *testing.T) {
	for _, c := range []struct{ source, want string }{
		{`1 + 2 * 3`, `7`},
		{`7 / 2`, `3`},
		{`7 / 2.0`, `3.5`},
		{`1 / 0`, `fault: division by zero`},
		{`"a" + "b${"c"}"`, `"abc"`},
		{`let a = b; b = 2; in a`, `2`},
		{`let x = x; in x`, `fault: infinite recursion`},
		{`rec { a = b + 1; b = 1; }.a`, `2`},
		{`let { body = a; a = 1; }`, `1`},
		{`{ a.b = 1; a = { c = 2; }; }`, `{"a":{"b":1,"c":2}}`},
		{`{ ${"a" + "b"}.c = 1; }`, `{"ab":{"c":1}}`},
		{`{ ${null} = 1; }`, `{}`},
		{`with { a = 1; }; with { b = 2; }; a + b`, `3`},
		{`let a = 1; in with { a = 2; }; a`, `1`},
		{`let inherit ({ a = 1; }) a; in a`, `1`},
		{`({ a, b ? a + 1, ... }@x: a + b + x.c) { a = 1; c = 5; }`, `8`},
		{`({ a }: a) { a = 1; b = 2; }`, `fault: the function is called with the unexpected argument b`},
		{`({ a }: a) { }`, `fault: the function is called without the argument a`},
		{`{ a = 1; }.b`, `fault: attribute b is missing`},
		{`{ a = 1; }.b or 3`, `3`},
		{`{ a.b = 1; } ? a.b`, `true`},
		{`{ a.b = 1; } ? a.c.d`, `false`},
		{`if 1 == 1.0 then "y" else "n"`, `"y"`},
		{`assert 1 == 2; 3`, `fault: assertion fails: 1 == 2`},
		{`throw "no\nway"`, `fault: throws no way`},
		{`[ 1 2 ] ++ [ 3 ]`, `[1,2,3]`},
		{`{ a = 1; b = 2; } // { b = 3; }`, `{"a":1,"b":3}`},
		{`{ a.x = 1; } // { a.y = 3; }`, `{"a":{"y":3}}`},
		{`false && throw "x"`, `false`},
		{`true -> false`, `false`},
		{`! true`, `false`},
		{`- 3`, `-3`},
		{`[ 1 ] == [ 1 ] && { a = 1; } != { a = 2; }`, `true`},
		{`"a" < "b" && 1 <= 1`, `true`},
		{`[ 3 4 ] |> builtins.length`, `2`},
		{`{ __functor = self: x: x + self.y; y = 1; } 2`, `3`},
		{`let f = n: if n == 0 then 0 else f (n - 1); in f 100`, `0`},
		{`"${builtins.toString 3}-${./x}"`, `unknown: the string has a part that is not known`},
		{`undefined`, `fault: undefined variable undefined`},
		{`builtins.map (x: x * 2) [ 1 2 ]`, `[2,4]`},
		{`builtins.foldl' (a: b: a + b) 0 [ 1 2 3 ]`, `6`},
		{`builtins.listToAttrs [ { name = "a"; value = 1; } { name = "a"; value = 2; } ]`, `{"a":1}`},
		{`builtins.replaceStrings [ "a" "" ] [ "b" "-" ] "aXa"`, `"b-Xb-"`},
		{`builtins.substring 1 2 "abcd"`, `"bc"`},
		{`builtins.mapAttrs (n: v: n + v) { a = "x"; }`, `{"a":"ax"}`},
		{`builtins.attrNames { b = 1; a = 2; }`, `["a","b"]`},
		{`builtins.toJSON { a = [ 1 null true 1.5 ]; b = "x\n"; }`, `"{\"a\":[1,null,true,1.5],\"b\":\"x\\n\"}"`},
		{`toString [ 1 true null "a" ]`, `"1 1  a"`},
		{`builtins.concatStringsSep "," [ "a" "b" ]`, `"a,b"`},
		{`builtins.elem 2 [ 1 2 ]`, `true`},
		{`builtins.intersectAttrs { a = 1; } { a = 2; b = 3; }`, `{"a":2}`},
		{`builtins.currentSystem`, `unknown: builtins.currentSystem is not one of the functions that are read`},
	} {
		if got := show(t, c.source); got != c.want {
			t.Errorf("%s\n got %s\nwant %s", c.source, got, c.want)
		}
	}
}
