package compose

import (
	"fmt"
	"strings"
	"testing"

	"assay/fleet"
)

// besidesConflicts are the problems of a composition that are not conflicts
// of options and invalid ones; these are there, one for one.
func besidesConflicts(c Composition) []Problem {
	conflicts := 0
	for _, o := range c.Scope.Options {
		if o.Merged.State == Conflict || o.Merged.State == Invalid {
			conflicts++
		}
	}
	var out []Problem
	for _, p := range c.Problems {
		if strings.Contains(p.Text, " is defined in conflict: ") || strings.Contains(p.Text, " is not of type ") || strings.Contains(p.Text, " it cannot be evaluated: ") {
			conflicts--
			continue
		}
		out = append(out, p)
	}
	if conflicts != 0 {
		out = append(out, Problem{Text: fmt.Sprintf("%d conflicts and invalid options have no problem", conflicts)})
	}
	return out
}

// TestRefused lists what Nix refuses of options, and what it may yet take.
func TestRefused(t *testing.T) {
	for _, c := range []struct{ module, want string }{
		{`{ b = lib.mkMerge [ true false ]; }`, `error 2:14 b is defined in conflict: true at m/a.nix:2 (aspect a) and false at m/a.nix:2 (aspect a), both with priority 100: the option takes one value`},
		{`{ b = lib.mkMerge [ true (lib.mkDefault false) ]; }`, ``},
		{`{ b = lib.mkMerge [ true (lib.mkIf config.q false) ]; }`, ``},
		{`{ b = lib.mkMerge [ true config.q ]; }`, ``},
		{`lib.mkMerge [ { g.s = lib.mkMerge [ "x" "y" ]; } { g = config.q; } ]`, ``},
		{`{ unheard = lib.mkMerge [ true false ]; }`, ``},
		{`{ set.x = lib.mkMerge [ 1 2 ]; }`, `warning 2:18 set.x is defined in conflict: 1 at m/a.nix:2 (aspect a) and 2 at m/a.nix:2 (aspect a), both with priority 100: the option takes one value`},
		{`{ t = 5; }`, `error 2:14 t: 5 is not of type lines (aspect a)`},
		{`{ b = "yes"; }`, `error 2:14 b: "yes" is not of type bool (aspect a)`},
		{`{ l = "x"; }`, `error 2:14 l: "x" is not of type listOf str (aspect a)`},
		{`{ l = [ "x" 5 ] ++ config.q; }`, `error 2:24 l: the element 5 is not of type str (aspect a)`},
		{`{ g.h.n = 1.5; }`, `error 2:18 g.h.n: 1.5 is not of type int (aspect a)`},
		{`{ ns = true; }`, `error 2:14 ns: true is not of type nullOr str (aspect a)`},
		{`{ ns = null; nl = null; any = { }; s = ./x; l = [ pkgs.x ]; }`, ``},
		{`{ e = [ "x" ]; }`, `error 2:14 e: [ "x" ] is not of type attrsOf str (aspect a)`},
		{`{ e = config.q; m = { }; }`, ``},
		{`{ b = lib.mkForce true; s = lib.mkMerge [ 5 (lib.mkForce "x") ]; }`, ``},
		{`{ s = lib.mkMerge [ 5 (lib.mkIf config.q (lib.mkForce "x")) ]; }`, ``},
		{`{ s = lib.mkMerge [ 5 (lib.mkIf config.q "x") ]; }`, `error 2:14 s: 5 is not of type str (aspect a)`},
		{`{ s = lib.mkIf config.q 5; }`, ``},
		{`{ s = let x = x; in x; }`, `error 2:26 s: it cannot be evaluated: infinite recursion (aspect a)`},
		{`lib.mkMerge [ { g = throw "no"; } { g.s = "x"; } ]`, `error 2:32 g: it cannot be evaluated: throws no (aspect a)`},
		{`{ s = lib.mkIf (throw "no") "x"; }`, `error 2:28 s: it cannot be evaluated: throws no (aspect a)`},
		{`{ any.a = [ { b = { }.c; } ]; }`, `error 2:30 any: it cannot be evaluated: attribute c is missing (aspect a)`},
		{`{ b = config.q && throw "no"; s = lib.findFirst (x: x == config.q) (throw "no") [ "a" ]; ns = lib.attrByPath [ "x" ] (throw "no") config.q; }`, ``},
		{`{ b = lib.elem 1 (throw "no"); }`, `error 2:30 b: it cannot be evaluated: throws no (aspect a)`},
		{`throw "no"`, `error 2:12 the configuration: it cannot be evaluated: throws no (aspect a)`},
	} {
		source := "{ ... }: { flake.modules.nixos.a = { config, lib, pkgs, ... }:\n{ config = " + c.module + "; }; }"
		var got []string
		for _, p := range composed(t, source, nil).Problems {
			got = append(got, fmt.Sprintf("%s %d:%d %s", p.Severity, p.At.Line, p.At.Column, p.Text))
			if strings.Contains(p.Text, "in conflict") != strings.Contains(p.Hint, "lib.mkForce") {
				t.Errorf("%s: the hint is %q", c.module, p.Hint)
			}
		}
		if strings.Join(got, "\n") != c.want {
			t.Errorf("%s\n got %s\nwant %s", c.module, strings.Join(got, "\n     "), c.want)
		}
	}
}

// TestRefusedInHomes names the user, and never the machine: the problem is the
// same on every machine that has it.
func TestRefusedInHomes(t *testing.T) {
	c := composed(t, `{ flake.modules.nixos.a = { }; flake.modules.homeManager.h = { s = [ ]; }; }`, func(r *Request) {
		r.Machine.Home = []fleet.Home{{User: "u", Aspects: []fleet.Named{{Name: "h"}}}}
	})
	if len(c.Problems) != 1 || c.Problems[0].Text != "home of u: s: [ ] is not of type str (aspect h)" {
		t.Errorf("problems are %v", c.Problems)
	}
}

func TestRefuses(t *testing.T) {
	for _, c := range []struct {
		typ  string
		data any
		want bool
	}{
		{"port", int64(65535), false}, {"port", int64(65536), true}, {"port", int64(-1), true}, {"port", "22", true},
		{"listOf port", []any{int64(22), int64(99999)}, true}, {"nullOr bool", nil, false}, {"bool", nil, true},
		{"str", PathRef{"x"}, false}, {"lines", map[string]any{}, true}, {"bool", PackageRef{"x"}, false},
		{"enum", true, false}, {"path", true, false}, {"settings", true, false}, {"anything", true, false}, {"", true, false}, {"listOf submodule", []any{true}, false},
	} {
		if got := refuses(c.typ, c.data); got != c.want {
			t.Errorf("%s, %v: %t (aspect h)", c.typ, c.data, got)
		}
	}
}
