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
		`{ config, lib, ... }: config.a (lib.sort (a: b: a < b) config.b) ++ map config.c [ config.d.e or 1 ]`,
		`{ lib, self, ... }: lib.mapAttrsRecursive (p: v: self.f p v) { a.b = builtins.fromJSON "[1, {}]"; c = builtins.fromTOML "a = 1"; }`,
		`{ lib, ... }: [ (builtins.match "(a|[[:space:]]+)*b{1,2}" "aab") (builtins.split "[a-]" "x-y") (lib.naturalSort [ "a10" "a9" ]) (lib.toShellVars { a = [ 1 ]; }) ]`,
		`{ lib, ... }: lib.fix (lib.extends (f: p: { a = p.a // f; }) (f: { a = { }; inherit (f) b; __overrides.b = __curPos; }))`,
		`rec { __overrides = { a = lib.fileset.unions [ ./. ]; }; a = builtins.tryEval (builtins.deepSeq a (lib.cartesianProduct { x = [ 1 2 ]; })); lib = builtins.genericClosure { startSet = [ ]; operator = a; }; }`,
	} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, source string) {
		file, err := syntax.Parse("f.nix", []byte(source))
		if err != nil {
			return
		}
		ev := New(nil, Limits{Steps: 20_000, Depth: 300, Bytes: 1 << 20})
		self := ev.File(file)
		ev.Resolve(func(r *Ref) (Value, bool) { // what the flake's options are is the file itself
			if len(r.Path) > 2 {
				return nil, false
			}
			return ev.Apply(r.Place, self, &Ref{Root: FlakeArgs}), true
		})
		walk(t, ev, ev.Known(ev.Apply(self.Where(), ev.File(file), FlakeModuleArgs(self.Where()))), 0)
		ev.Resolve(nil)
		ev.Begin()
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

// FuzzPattern translates regular expressions: what comes out compiles, and a
// known answer of match is one of split too.
func FuzzPattern(f *testing.F) {
	for _, s := range []string{"(a|b)*", "[^]a-]+x", "[[:upper:]]{1,3}", "\\\\.nix$", "()", "a||b", "[a\\\\]", "x{2", "}]", "[[.a.]]", "a{1000}{1000}", "(((a*)*)*)*"} {
		f.Add(s, "ab/x.nix")
	}
	f.Fuzz(func(t *testing.T, pattern, s string) {
		if len(pattern) > 200 || len(s) > 1000 {
			return
		}
		ev := New(nil, DefaultLimits)
		args := []*Thunk{Done(Text(Place{}, pattern)), Done(Text(Place{}, s))}
		matched := primMatch(ev, Place{}, args)
		split := primRegexSplit(ev, Place{}, args)
		if _, ok := matched.(*List); !ok {
			return
		}
		if l, ok := split.(*List); ok && s != "" && len(l.Items) < 3 {
			t.Errorf("%q matches all of %q, and split finds nothing in it", pattern, s)
		}
	})
}
