package modules

import (
	"fmt"
	"os"
	"slices"
	"strings"
	"testing"
	"testing/fstest"

	"assay/fleet"
)

func files(pairs ...string) fstest.MapFS {
	fsys := fstest.MapFS{}
	for i := 0; i < len(pairs); i += 2 {
		fsys[pairs[i]] = &fstest.MapFile{Data: []byte(pairs[i+1])}
	}
	return fsys
}

func read(t *testing.T, pairs ...string) *Tree {
	t.Helper()
	tree, err := Read(files(pairs...), "m")
	if err != nil {
		t.Fatal(err)
	}
	return tree
}

func TestDiscover(t *testing.T) {
	fsys := files("m/b.nix", "{ }", "m/a/z.nix", "{ }", "m/a/_x.nix", "{ }", "m/_d/a.nix", "{ }", "m/a/b_c/foo_bar.nix", "{ }",
		"m/readme.md", "", "m/a.nix", "{ }", "m/.hidden.nix", "{ }", "m/c/_.nix/x.nix", "{ }")
	fsys["m/link"] = &fstest.MapFile{Mode: os.ModeSymlink, Data: []byte("a")}
	got, problems := discover(newSources(fsys, nil), "m")
	want := []string{"m/.hidden.nix", "m/a/b_c/foo_bar.nix", "m/a/z.nix", "m/a.nix", "m/b.nix"}
	if !slices.Equal(got, want) || len(problems) > 0 {
		t.Errorf("got %q, %v\nwant %q", got, problems, want)
	}
}

// TestForms reads every way in which fleets write a member of flake.modules.
func TestForms(t *testing.T) {
	for _, c := range []struct{ name, source, want string }{
		{"one path", `{ flake.modules.nixos.x = { }; }`, "nixos.x:1"},
		{"a function", `{ flake.modules.nixos.x = { pkgs, ... }: { }; }`, "nixos.x:1"},
		{"options in the path", `{ inputs, ... }: { flake.modules.nixos.x.imports = [ inputs.a.b ]; }`, "nixos.x:1"},
		{"set of classes", `{ flake.modules = { nixos.x = { }; darwin = { y = { }; }; }; }`, "darwin.y:1 nixos.x:1"},
		{"set of flake", `{ flake = { modules = { nixos.x = { }; }; }; }`, "nixos.x:1"},
		{"set of aspects", `{ flake.modules.nixos = { x = { }; y = { }; }; }`, "nixos.x:1 nixos.y:1"},
		{"quoted name", `{ flake.modules.nixos."machines/nixos/cinnabar" = { }; }`, "nixos.machines/nixos/cinnabar:1"},
		{"dynamic name", `let user = "u"; in { flake.modules.homeManager.${user} = { }; }`, "homeManager.u:1"},
		{"dynamic path", `let user = "u"; in { flake.modules.homeManager."users/${user}".home.stateVersion = "1"; }`, "homeManager.users/u:1"},
		{"let", `let m = { }; in { flake.modules.nixos = { inherit m; }; }`, "nixos.m:1"},
		{"config", `{ lib, ... }: { config.flake.modules.nixos.x = { }; options.a = lib.mkOption { }; }`, "nixos.x:1"},
		{"merge", `{ lib, ... }: { flake.modules = lib.mkMerge [ { nixos.x = { }; } (lib.mkIf true { nixos.x = { }; }) (lib.mkIf false { nixos.y = { }; }) ]; }`, "nixos.x:2"},
		{"merge of an aspect", `{ lib, ... }: { flake.modules.nixos.x = lib.mkMerge [ { } (x: { }) ]; }`, "nixos.x:2"},
		{"fold", `{ lib, ... }: { flake.modules = lib.foldl lib.recursiveUpdate { } [ { nixos.x = { }; } { nixos.y = { }; } ]; }`, "nixos.x:1 nixos.y:1"},
		{"genAttrs", `{ lib, ... }: { flake.modules = lib.genAttrs [ "nixos" "darwin" ] (class: { x = { }; }); }`, "darwin.x:1 nixos.x:1"},
		{"pipe", `{ lib, ... }: { flake.modules.nixos = [ "x" ] |> map (n: { name = n; value = { }; }) |> lib.listToAttrs; }`, "nixos.x:1"},
		{"mapAttrs", `{ lib, ... }: { flake.modules.nixos = lib.mapAttrs (n: v: { imports = [ v ]; }) { x = { }; }; }`, "nixos.x:1"},
		{"all arguments", `args@{ lib, ... }: args.lib.setAttrByPath [ "flake" "modules" "nixos" "x" ] { }`, "nixos.x:1"},
		{"with a system", `{ moduleWithSystem, ... }: { flake.modules.nixos.x = moduleWithSystem (perSystem@{ config, pkgs, ... }: nixos@{ lib, ... }: { environment.etc.x.text = "y"; }); }`, "nixos.x:1"},
		{"imports", `{ imports = [ ./_more.nix { flake.modules.nixos.y = { }; } ]; flake.modules.nixos.x = ./_x.nix; }`, "nixos.more:1 nixos.x:1 nixos.y:1"},
		{"optional", `{ lib, config, ... }: { flake.modules.nixos = { x = { }; } // lib.optionalAttrs config.q { y = { }; }; }`, "nixos.x:1 nixos.y:1"},
	} {
		t.Run(c.name, func(t *testing.T) {
			tree := read(t, "m/a.nix", c.source, "m/_more.nix", "{ flake.modules.nixos.more = { }; }", "m/_x.nix", "{ services.x.enable = true; }")
			var got []string
			for _, a := range tree.Aspects {
				got = append(got, fmt.Sprintf("%s.%s:%d", a.Class, a.Name, len(a.Contributors)))
			}
			if strings.Join(got, " ") != c.want || len(tree.Problems) > 0 {
				t.Errorf("got %q, %v\nwant %q", got, tree.Problems, c.want)
			}
		})
	}
}

// TestImports reads every form of an element of imports.
func TestImports(t *testing.T) {
	const head = `{ config, inputs, self, lib, ... }@top: let alias = config.flake.modules.nixos; in { flake.modules.nixos.b = { }; flake.modules.nixos."c/d" = { };
		flake.modules.nixos.a = { lib, modulesPath, ... }: { imports = `
	for _, c := range []struct{ imports, want string }{
		{`[ config.flake.modules.nixos.b ]`, "nixos.b"},
		{`[ inputs.self.modules.nixos.b self.modules.nixos."c/d" ]`, "nixos.b nixos.c/d"},
		{`with config.flake.modules.nixos; [ b ]`, "nixos.b"},
		{`with inputs.self.modules.nixos; [ b ] ++ (with self.modules.nixos; [ top.self.modules.nixos."c/d" ])`, "nixos.b nixos.c/d"},
		{`[ alias.b top.config.flake.modules.nixos.b ]`, "nixos.b nixos.b"},
		{`[ alias.${"c/" + "d"} ]`, "nixos.c/d"},
		{`map (n: alias.${n}) [ "b" "c/d" ]`, "nixos.b nixos.c/d"},
		{`[ inputs.x.nixosModules.y ]`, "foreign inputs.x.nixosModules.y"},
		{`[ "${modulesPath}/profiles/minimal.nix" ]`, `foreign "${modulesPath}/profiles/minimal.nix"`},
		{`[ (inputs.x.lib.make { }) ]`, "foreign inputs.x.lib.make { }"},
		{`[ { imports = [ alias.b ]; } ]`, "nixos.b"},
		{`[ ./_f.nix ]`, "nixos.b"},
		{`lib.optional (inputs ? x) alias.b`, "nixos.b if inputs ? x nothing"},
		{`lib.optionals true [ alias.b ] ++ lib.optional false alias.b`, "nixos.b"},
		{`[ config.q ]`, "unknown reads the flake's q"},
		{`config.q`, "unknown reads the flake's q"},
	} {
		tree := read(t, "m/a.nix", head+c.imports+`; }; }`, "m/_f.nix", `{ lib, ... }: { imports = [ ]; }`)
		if strings.Contains(c.imports, "_f.nix") {
			continue // its imports are relative to another file; that it opens without problems is all
		}
		var got []string
		for _, i := range tree.Aspect("nixos", "a").Imports {
			s := ""
			switch {
			case i.Name != "":
				s = i.Class + "." + i.Name
			case i.Foreign != "":
				s = "foreign " + i.Foreign
			default:
				s = "unknown " + i.Why
			}
			if i.Condition != "" {
				s += " if " + i.Condition
			}
			if i.At.Line != 2 {
				t.Errorf("%s: the import is at %v", c.imports, i.At)
			}
			got = append(got, s)
		}
		if want := strings.TrimSuffix(c.want, " nothing"); strings.Join(got, " ") != want || len(tree.Problems) > 0 {
			t.Errorf("%s\n got %q, %v\nwant %q", c.imports, got, tree.Problems, want)
		}
	}
}

func TestProblems(t *testing.T) {
	tree := read(t,
		"m/bad.nix", "{\n  a = ;\n}\n",
		"m/good.nix", "{ config, ... }: {\n  flake.modules.nixos.server = {\n    imports = [ config.flake.modules.nixos.sevrer2 config.flake.modules.nixos.server3 ];\n  };\n}\n",
		"m/strict.nix", "{ flake.modules.nixos.strict = { lib }: { }; }",
		"m/thrown.nix", "{ flake.modules = throw \"no\"; }",
		"m/loop.nix", "let x = x; in { flake.modules.nixos = x; }",
		"m/gone.nix", "{ imports = [ ./nowhere.nix ]; }",
	)
	var got []string
	for _, p := range tree.Problems {
		got = append(got, p.Error())
	}
	for _, want := range []string{
		"m/bad.nix:2:7: ",
		"m/good.nix:3:", "nixos.sevrer2, which the tree does not define; hint: it may be defined in m/bad.nix, m/loop.nix, m/thrown.nix or 1 more, which could not be read; or did you mean \"server\"?",
		"m/strict.nix:1:", "end its arguments with ...",
		"m/thrown.nix:1:", "throws no",
		"m/loop.nix:1:", "infinite recursion",
		"cannot import m/nowhere.nix",
	} {
		if !slices.ContainsFunc(got, func(s string) bool { return strings.Contains(s, want) }) {
			t.Errorf("no problem says %q; they are\n%s", want, strings.Join(got, "\n"))
		}
	}
	if tree.Aspect("nixos", "server") == nil || tree.Aspect("nixos", "strict") == nil {
		t.Error("the good files are not read")
	}
	if _, err := Read(files("x", ""), "m"); err == nil || !strings.Contains(err.Error(), "hint:") {
		t.Errorf("a missing root gives %v", err)
	}
}

func TestUsedBy(t *testing.T) {
	tree := read(t, "m/a.nix", `{ self, ... }: { flake.modules.nixos = { a = { }; b.imports = [ self.modules.nixos.a ]; c.imports = with self.modules.nixos; [ a b ]; }; }`)
	var got []string
	for _, u := range tree.UsedBy(tree.Aspect("nixos", "a")) {
		got = append(got, u.Aspect.Name+" "+u.At.String())
	}
	if want := []string{"b m/a.nix:1", "c m/a.nix:1"}; !slices.Equal(got, want) {
		t.Errorf("got %q, want %q", got, want)
	}
	if got := tree.Names(fleet.NixOS); !slices.Equal(got, []string{"a", "b", "c"}) {
		t.Errorf("names are %q", got)
	}
}

// TestExample holds the example tree to what the project says of it.
func TestExample(t *testing.T) {
	tree, err := Read(os.DirFS(".."), "modules/aspects")
	if err != nil {
		t.Fatal(err)
	}
	for _, p := range tree.Problems {
		t.Error(p)
	}
	several := 0
	for _, a := range tree.Aspects {
		if len(a.Contributors) > 1 {
			several++
		}
	}
	if len(tree.Aspects) < 25 || several < 3 {
		t.Errorf("%d aspects, %d of them from several files", len(tree.Aspects), several)
	}
}

func BenchmarkRead(b *testing.B) {
	fsys := os.DirFS("..")
	for b.Loop() {
		if _, err := Read(fsys, "modules/aspects"); err != nil {
			b.Fatal(err)
		}
	}
}
