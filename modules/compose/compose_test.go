package compose

import (
	"fmt"
	"slices"
	"strings"
	"testing"
	"testing/fstest"

	"assay/fleet"
	"assay/modules"
)

// composed composes a machine x with the aspects a (and h for its user u) of
// a tree of one file.
func composed(t *testing.T, source string, change func(*Request)) Composition {
	t.Helper()
	tree, err := modules.Read(fstest.MapFS{"m/a.nix": {Data: []byte(source)}}, "m")
	if err != nil {
		t.Fatal(err)
	}
	for _, p := range tree.Problems {
		if p.Severity == fleet.Error && !strings.Contains(p.Text, "does not define") {
			t.Fatal(p)
		}
	}
	at := fleet.Pos{File: "fleet.toml", Line: 1}
	m := &fleet.Machine{Name: "x", System: "x86_64-linux", Class: fleet.NixOS, User: "u", At: at,
		Aspects: []fleet.Named{{Name: "a", At: at}}}
	req := Request{Fleet: &fleet.Fleet{Machines: []fleet.Machine{*m}}, Machine: m}
	if change != nil {
		change(&req)
	}
	types, err := readTable(generatedTypes + "homeManager\ts\tstr\ttest\nnixos\tenvironment.systemPackages\tlistOf package\ttest\nnixos\tp\tpackage\ttest\n")
	if err != nil {
		t.Fatal(err)
	}
	return composeBy(types, tree, req)
}

// option shows one merged option.
func option(t *testing.T, c Composition, path string) string {
	t.Helper()
	o, ok := c.Scope.Option(path)
	if !ok {
		return "not set"
	}
	return fmt.Sprintf("%s %s%s", o.Merged.State, o.Merged.Value.Text, o.Merged.Reason)
}

func TestMerge(t *testing.T) {
	for _, c := range []struct{ module, path, want string }{
		{`{ s = "x"; }`, "s", `known "x"`},
		{`{ s = lib.mkMerge [ "x" (lib.mkForce "y") (lib.mkDefault "z") ]; }`, "s", `known "y"`},
		{`{ s = lib.mkMerge [ "x" "x" ]; }`, "s", `known "x"`},
		{`{ s = lib.mkMerge [ "x" "y" ]; }`, "s", `conflict "x" at m/a.nix:2 (aspect a) and "y" at m/a.nix:2 (aspect a), both with priority 100: the option takes one value`},
		{`{ l = lib.mkMerge [ [ "b" ] (lib.mkAfter [ "c" ]) (lib.mkBefore [ "a" ]) ]; }`, "l", `known [ "a" "b" "c" ]`},
		{`{ t = lib.mkMerge [ "b" (lib.mkBefore "a") ]; }`, "t", `known "a\nb"`},
		{`{ nl = lib.mkMerge [ null null ]; }`, "nl", `known null`},
		{`{ nl = lib.mkMerge [ null "x" ]; }`, "nl", `conflict null at m/a.nix:2 (aspect a) and "x" at m/a.nix:2 (aspect a), both with priority 100: one is null and the other is not`},
		{`{ s = lib.mkIf config.q "x"; }`, "s", `unknown m/a.nix:2: it depends on config.q`},
		{`{ s = lib.mkMerge [ (lib.mkIf config.q "x") (lib.mkForce "y") ]; }`, "s", `known "y"`},
		{`{ s = lib.mkMerge [ (lib.mkIf config.q (lib.mkForce "x")) "y" ]; }`, "s", `unknown m/a.nix:2: it depends on config.q`},
		{`{ s = lib.mkIf pkgs.stdenv.isLinux "linux"; }`, "s", `known "linux"`},
		{`{ s = if pkgs.stdenv.hostPlatform.isDarwin then "mac" else pkgs.stdenv.hostPlatform.system; }`, "s", `known "x86_64-linux"`},
		{`{ s = config.networking.hostName; }`, "s", `unknown m/a.nix:2: reads the option networking.hostName`},
		{`{ s = "${pkgs.git}/bin"; }`, "s", `unknown m/a.nix:2: only Nix knows the store path of git`},
		{`{ s = throw "no"; }`, "s", `invalid it cannot be evaluated: throws no (aspect a)`},
		{`{ s = { }.a; }`, "s", `invalid it cannot be evaluated: attribute a is missing (aspect a)`},
		{`{ unheard.of = 1; }`, "unheard.of", `unknown the type of the option is not in the table`},
		{`{ g = config.q; }`, "g", `unknown m/a.nix:2: reads the option q`},
		{`{ g.s = "x"; } // config.q`, "g.s", `unknown m/a.nix:2: it depends on nothing that is merged with // replaces it`},
		{`lib.mkMerge [ { g.s = "x"; } { g = config.q; } ]`, "g.s", `unknown m/a.nix:2 may set it too: reads the option q`},
		{`{ s = "x"; } // lib.optionalAttrs config.q { b = true; }`, "s", `known "x"`},
		{`{ s = "x"; } // lib.optionalAttrs config.q { b = true; }`, "b", `unknown m/a.nix:2: it depends on config.q`},
		{`{ e = lib.mkMerge [ { p = "1"; } (lib.mkForce { q = "2"; }) ]; }`, "e.p", `unknown ` + overridden},
		{`{ e = lib.mkMerge [ { p = "1"; } (lib.mkForce { q = "2"; }) ]; }`, "e.q", `known "2"`},
		{`{ set.a.b = 1; set.a.c = true; }`, "set.a.b", `known 1`},
		{`{ any = [ 1 { a = ./x; } null 1.5 ]; }`, "any", `known [ 1 { a = ./m/x; } null 1.5 ]`},
		{`{ environment.systemPackages = with pkgs; [ git python3Packages.numpy (writeShellScriptBin "x" "y") ]; }`, "environment.systemPackages",
			`unknown [ pkgs.git pkgs.python3Packages.numpy (writeShellScriptBin "x" "y") ]m/a.nix:2: built by pkgs.writeShellScriptBin`},
		{`{ p = pkgs.git; }`, "p", `known pkgs.git`},
		{`{ p = lib.mkMerge [ pkgs.git pkgs.git ]; }`, "p", `conflict pkgs.git at m/a.nix:2 (aspect a) and pkgs.git at m/a.nix:2 (aspect a), both with priority 100: the option takes one definition`},
		{`{ s = lib.mkForce (lib.mkIf true "x"); }`, "s", `unknown m/a.nix:2: mkIf stands inside of a priority or an order`},
		{`{ l = [ "a" ] ++ lib.optional config.q "b"; }`, "l", `unknown [ "a" … ]m/a.nix:2: depends on a condition: reads the option q`},
		{`{ t = builtins.readFile ./a.nix; } // { s = builtins.toJSON { a = [ 1 ]; }; }`, "s", `known "{\"a\":[1]}"`},
	} {
		source := "{ ... }: { flake.modules.nixos.a = { config, lib, pkgs, ... }:\n{ config = " + c.module + "; }; }"
		if got := option(t, composed(t, source, nil), c.path); got != c.want {
			t.Errorf("%s\n got %s\nwant %s", c.module, got, c.want)
		}
	}
}

func TestNamedPackages(t *testing.T) {
	c := composed(t, `{ flake.modules.nixos.a = { pkgs, lib, config, ... }: {
		programs.git.package = lib.mkDefault pkgs.git;
		programs.git.enable = true;
		services.web.package = lib.mkMerge [ (lib.mkForce pkgs.nginxMainline) pkgs.nginx ];
		services.maybe.package = lib.mkIf config.q pkgs.maybe;
		services.odd.package = pkgs.odd.override { };
		services.deep.one.package = pkgs.deep;
		other.thing.package = pkgs.thing;
	}; }`, nil)
	var got []string
	for _, p := range c.Scope.Named {
		got = append(got, p.Option+" "+p.Name+" "+p.Aspect+" "+p.At.String())
	}
	if want := []string{"programs.git.package git a m/a.nix:2", "services.web.package nginxMainline a m/a.nix:4", "services.odd.package odd a m/a.nix:6"}; !slices.Equal(got, want) || len(c.Scope.Packages) != 0 {
		t.Errorf("named are %q", got)
	}
}

func TestPackages(t *testing.T) {
	c := composed(t, `{ flake.modules.nixos.a = { pkgs, lib, ... }:
	let own = pkgs.stable.htop.override { x = 1; }; in {
		environment.systemPackages = with pkgs; [
			zsh
			git
			(git.override { })
			own
			((pkgs.fish.override { a = 1; }).overrideAttrs (old: { b = 2; }))
			(python3.withPackages (ps: [ ps.numpy ]))
			(python3Packages.numpy.overridePythonAttrs (_: { }))
			(callPackage ./own.nix { })
			(pkgs.override { })
			(nowhere.overrides { })
			((callPackage ./own.nix { }).override { })
			(lib.hiPrio vim)
		] ++ lib.optional pkgs.stdenv.isDarwin (pkgs.mas.override { });
	}; }`, nil)
	var got []string
	for _, p := range c.Scope.Packages {
		got = append(got, p.Name+" "+p.At.String())
	}
	if want := []string{"fish m/a.nix:8", "git m/a.nix:5", "git m/a.nix:6", "python3 m/a.nix:9", "python3Packages.numpy m/a.nix:10", "stable.htop m/a.nix:7", "zsh m/a.nix:4"}; !slices.Equal(got, want) {
		t.Errorf("packages are %q", got)
	}
}

// TestProblemsOfReach lists what is wrong with the ways to aspects.
func TestProblemsOfReach(t *testing.T) {
	const tree = `{ self, inputs, ... }: { flake.modules = {
		nixos.a.imports = with self.modules.nixos; [ b c ];
		nixos.b.imports = [ self.modules.nixos.d ];
		nixos.c.imports = [ self.modules.nixos.d ];
		nixos.d.s = "d";
		nixos.loop.imports = [ self.modules.nixos.loop ];
		nixos.wrong.imports = [ self.modules.darwin.m self.modules.generic.g self.modules.nixos.server2 ];
		nixos.server = { }; darwin.m = { }; generic.g.b = true;
		nixos.far.imports = [ inputs.x.nixosModules.y ];
		nixos."services/s/r" = { instance, settings, roles, machine }: { lib, ... }: { s = "${instance} ${settings.v or "-"} ${machine.name} ${toString (builtins.attrNames roles.r.machines)}"; };
		nixos."machines/nixos/x".b = true;
		homeManager.h.s = "home";
	}; }`
	for _, c := range []struct {
		name    string
		aspects []string
		want    []string
	}{
		{"diamond", []string{"a"}, []string{"aspect d is reached twice, and would apply twice: by machine x > aspect a > aspect b > aspect d (m/a.nix:3) and by machine x > aspect a > aspect c > aspect d (m/a.nix:4)"}},
		{"circle", []string{"loop"}, []string{"aspect loop is reached twice, and would apply twice: by machine x > aspect loop (fleet.toml:1) and by machine x > aspect loop > aspect loop (m/a.nix:6)"}},
		{"registry and import", []string{"b", "d"}, []string{"aspect d is reached twice, and would apply twice: by machine x > aspect d (fleet.toml:1) and by machine x > aspect b > aspect d (m/a.nix:3)"}},
		{"class and name", []string{"wrong"}, []string{
			"aspect m is of class darwin and cannot be imported into nixos",
			`the tree defines no aspect server2 of class nixos; hint: did you mean "server"?`}},
		{"registry", []string{"servre"}, []string{`the tree defines no aspect servre of class nixos; hint: did you mean "server"?`}},
		{"fine", []string{"far"}, nil},
	} {
		got := composed(t, tree, func(r *Request) {
			r.Machine.Aspects = nil
			for _, name := range c.aspects {
				r.Machine.Aspects = append(r.Machine.Aspects, fleet.Named{Name: name, At: r.Machine.At})
			}
		})
		var texts []string
		for _, p := range got.Problems {
			text := p.Text
			if strings.HasPrefix(p.Hint, "did") {
				text += "; hint: " + p.Hint
			}
			texts = append(texts, text)
		}
		if !slices.Equal(texts, c.want) {
			t.Errorf("%s\n got %s\nwant %s", c.name, strings.Join(texts, "\n     "), strings.Join(c.want, "\n     "))
		}
	}

	whole := composed(t, tree, func(r *Request) {
		r.Machine.Aspects = []fleet.Named{{Name: "far", At: r.Machine.At}}
		r.Machine.Home = []fleet.Home{{User: "u", Aspects: []fleet.Named{{Name: "h"}}}}
		r.Fleet.Services = []fleet.Service{
			{Name: "one", Module: "s", Roles: []fleet.Role{{Name: "r", Settings: map[string]any{"v": "1"}, Members: []fleet.Member{{Machine: "x"}, {Machine: "y"}}}}},
			{Name: "two", Module: "s", Roles: []fleet.Role{{Name: "r", Members: []fleet.Member{{Machine: "y"}}}, {Name: "gone", Members: []fleet.Member{{Machine: "x", Via: "tag all"}}}}},
			{Name: "three", Module: "zerotier", Input: "clan-core", Roles: []fleet.Role{{Name: "r", Members: []fleet.Member{{Machine: "x"}}}}},
		}
	})
	if got := option(t, whole, "s"); got != `known "one 1 x x y"` {
		t.Errorf("the role sets %s", got)
	}
	if got := option(t, whole, "b"); got != "known true" {
		t.Errorf("the machine's own aspect sets %s", got)
	}
	if len(whole.Homes) != 1 || len(whole.Homes[0].Options) != 1 || whole.Homes[0].Options[0].Merged.Value.Data != "home" {
		t.Errorf("the home is %+v", whole.Homes)
	}
	if len(whole.Problems) != 1 || !strings.Contains(whole.Problems[0].Text, "the role two/gone (by tag all)") {
		t.Errorf("problems are %v", whole.Problems)
	}
	if len(whole.Scope.Foreign) != 2 {
		t.Errorf("foreign modules are %v", whole.Scope.Foreign)
	}
	answer, err := whole.Option("boot.loader")
	if want := "boot.loader is not set in this tree; foreign modules may set it: inputs.clan-core: service zerotier, inputs.x.nixosModules.y"; err != nil || answer.Unset() != want {
		t.Errorf("got %q, %v", answer.Unset(), err)
	}
	only := composed(t, tree, func(r *Request) {
		r.Only = []string{"d"}
		r.Machine.Home = []fleet.Home{{User: "u", Aspects: []fleet.Named{{Name: "h"}}}}
	})
	if len(only.Scope.Aspects) != 1 || len(only.Homes) != 0 {
		t.Errorf("only d gives %v", only.Scope.Aspects)
	}
}

func TestSplitPath(t *testing.T) {
	for _, c := range []struct {
		path string
		want []string
	}{
		{"a.b", []string{"a", "b"}},
		{`a."b.c".d`, []string{"a", "b.c", "d"}},
		{`"a"`, []string{"a"}},
		{`a.*.b`, []string{"a", "*", "b"}},
		{"", nil}, {"a.", nil}, {".a", nil}, {`a."b`, nil}, {`a"b"`, nil}, {`"a"b`, nil},
	} {
		got, err := splitPath(c.path)
		if !slices.Equal(got, c.want) || (err == nil) != (c.want != nil) {
			t.Errorf("%s: %q, %v", c.path, got, err)
		}
	}
}

// TestModuleWithSystem reads a module that takes perSystem's arguments first.
func TestModuleWithSystem(t *testing.T) {
	c := composed(t, `{ moduleWithSystem, withSystem, ... }: { flake.modules.nixos.a.imports = [
		(moduleWithSystem ({ config, pkgs, ... }: { lib, ... }: { s = "x"; p = pkgs.git; any = config.packages.y; }))
		(withSystem "x86_64-linux" ({ pkgs, ... }: { t = "z"; }))
	]; }`, nil)
	for path, want := range map[string]string{
		"s": `known "x"`, "p": "known pkgs.git", "t": `known "z"`,
		"any": "unknown m/a.nix:2: the argument perSystem.config.packages.y comes from outside of the tree",
	} {
		if got := option(t, c, path); got != want {
			t.Errorf("%s: got %s, want %s", path, got, want)
		}
	}
}

// TestHostile composes modules that have no end. What is left out is said.
func TestHostile(t *testing.T) {
	wide := composed(t, `{ flake.modules.nixos.a = { lib, ... }: let m = lib.genAttrs (lib.genList toString 3000) (_: m); in { set = m; s = "x"; }; }`, nil)
	for _, o := range wide.Scope.Options {
		if o.Merged.State == Known && o.Path != "s" {
			t.Errorf("%.40s… is known", o.Path)
		}
	}
	deep := composed(t, `{ flake.modules.nixos.a = { lib, ... }: let i = lib.genList (_: { imports = i; }) 30; in { imports = i; }; }`, nil)
	if len(deep.Problems) != 1 || !strings.Contains(deep.Problems[0].Text, "too many modules") {
		t.Errorf("modules without end give %v", deep.Problems)
	}
	long := composed(t, `{ flake.modules.nixos.a = { lib, ... }: let s = lib.strings.replicate 10000000 "x"; in { l = lib.genList (_: s) 15000; }; }`, nil)
	if got := option(t, long, "l"); !strings.HasSuffix(got, "the value is too large") {
		t.Errorf("a list of 150 GB is %.80s", got)
	}
}
