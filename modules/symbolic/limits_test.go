package symbolic

import (
	"strings"
	"testing"

	"assay/modules/syntax"
)

// TestHostile evaluates programs that would run forever or fill the memory.
// Each must end, in a value that says why.
func TestHostile(t *testing.T) {
	for _, source := range []string{
		`let f = x: f x; in f 1`,
		`let f = x: f (x + 1); in f 1`,
		`(x: x x) (x: x x)`,
		`let x = { y = x; }; in builtins.toJSON x`,
		`let d = s: s + s; in builtins.foldl' (a: _: d a) "xxxxxxxx" (builtins.genList (x: x) 200)`,
		`let d = l: l ++ l; in builtins.foldl' (a: _: d a) [ 1 2 ] (builtins.genList (x: x) 200)`,
		`builtins.length (builtins.genList (x: x) 9000000000000000000)`,
		`let lib = builtins; in builtins.replaceStrings [ "" ] [ "` + strings.Repeat("x", 1000) + `" ] "` + strings.Repeat("y", 200000) + `"`,
		`let r = n: if n == 0 then { } else { ${toString n} = r (n - 1); } // r (n - 1); in r 60`,
		`let f = n: [ (f n) ]; in builtins.toJSON (f 1)`,
		`let a = { __functor = self: self; }; in a 1 2 3 ((x: a x x) 1)`,
		`let fix = f: let x = f x; in x; in fix (self: { a = self.b; b = self.a; }).a`,
		`let s = { outPath = s; }; in "${s}"`,
		`let s = { outPath = s; }; in toString s`,
		`let s = { __toString = self: self; }; in toString s`,
		`with (with (with { }; { }); { }); x`,
		`builtins.concatStringsSep "` + strings.Repeat("z", 10000) + `" (builtins.genList (x: "a") 1000000)`,
		`builtins.foldl' (a: b: { inherit a b; } // a) { } (builtins.genList (x: x) 100000)`,
	} {
		f, err := syntax.Parse("t.nix", []byte(source))
		if err != nil {
			t.Fatal(err)
		}
		ev := New(nil, Limits{Steps: 200_000, Depth: 800, Bytes: 16 << 20})
		v := ev.File(f)
		if _, bad := ev.plain(v, 0); bad != nil && Why(bad) == "" {
			t.Errorf("%.80s: %T without a reason", source, bad)
		}
		if ev.steps > 2_000_000 {
			t.Errorf("%.80s: took %d steps", source, ev.steps)
		}
	}
}

// FuzzEval evaluates arbitrary sources: no panic, no hang, and a reason for
// all that is not known.
func FuzzEval(f *testing.F) {
	for _, s := range []string{
		`{ lib, config, pkgs, ... }@args: { imports = [ ./x ]; config = lib.mkIf config.a { b = with pkgs; [ c ]; }; }`,
		`{ inputs, ... }: { flake.modules.nixos.a = { imports = with inputs.self.modules.nixos; [ b c ]; }; }`,
		`{ lib, ... }: lib.recursiveUpdate { a.b = 1; } (lib.optionalAttrs (lib ? x) { a = lib.genAttrs [ "p" ] (n: n + "x"); })`,
		`let a = rec { b = c; c = b; }; in a.b or (a ? d.e) && assert true; ''x${toString [ 1 2.5 null ]}''`,
		`{ x ? y, y ? x }: [ x ] ++ y.z |> map (a: a // { ${a} = a; })`,
		`f: lib: lib.generators.toINI { } { a.b = f; } + builtins.toJSON [ f { outPath = ./.; } ]`,
		`builtins.replaceStrings [ "" "a" ] [ "b" "" ] "aXa" + builtins.substring 1 (-1) "x" + baseNameOf ./a/b`,
		`with import ./x; with builtins; filter (x: elem x attrs) (attrValues { inherit (y) z; })`,
	} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, source string) {
		file, err := syntax.Parse("f.nix", []byte(source))
		if err != nil {
			return
		}
		ev := New(nil, Limits{Steps: 20_000, Depth: 300, Bytes: 1 << 20})
		v := ev.File(file)
		for range 3 {
			v = ev.Apply(v.Where(), v, MachineModuleArgs(v.Where(), "x86_64-linux"))
		}
		walk(t, ev, v, 0)
		walk(t, ev, ev.File(file), 0)
	})
}

// walk forces a value as a reader does.
func walk(t *testing.T, ev *Evaluator, v Value, depth int) {
	if v == nil {
		t.Fatal("a value is nil")
	}
	if depth > 6 || ev.spent() != "" {
		return
	}
	v.Where().Source()
	switch v := v.(type) {
	case *List:
		for _, i := range v.Items {
			walk(t, ev, i.V.Force(), depth+1)
		}
	case *Attrs:
		for _, name := range v.Names() {
			walk(t, ev, v.Attr(name).V.Force(), depth+1)
		}
	case *Cond:
		walk(t, ev, v.Then.Force(), depth+1)
		walk(t, ev, v.Else.Force(), depth+1)
	case *Wrap:
		walk(t, ev, v.Body.Force(), depth+1)
	case *Unknown:
		if v.Why == "" {
			t.Errorf("an unknown value at %s does not say why", v.Pos())
		}
	case *Call, *Ref:
		if Why(v) == "" {
			t.Errorf("a symbolic value at %s does not say why", v.Where().Pos())
		}
	}
	_, _ = ev.plain(v, 0)
}
