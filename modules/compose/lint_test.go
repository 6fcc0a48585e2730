package compose

import (
	"slices"
	"testing"
	"testing/fstest"

	"assay/fleet"
	"assay/modules"
)

func TestLint(t *testing.T) {
	tree, err := modules.Read(fstest.MapFS{
		"m/a.nix": {Data: []byte(`{ flake.modules.nixos.a = { networking.hostName = "same"; nixpkgs.overlays = [ (final: prev: { }) ]; }; }`)},
		"m/b.nix": {Data: []byte(`{ flake.modules.nixos.b = { lib, ... }: { nixpkgs.overlays = [ (final: prev: { }) ]; }; }`)},
		"m/c.nix": {Data: []byte(`{ flake.modules.nixos.c = { lib, ... }: { networking.hostName = "same"; nixpkgs.overlays = lib.mkAfter [ (final: prev: { }) ]; }; }`)},
	}, "m")
	if err != nil {
		t.Fatal(err)
	}
	deploy := func(target string, line int) fleet.Deploy {
		return fleet.Deploy{Targets: []string{target}, At: fleet.Pos{File: "fleet.toml", Line: line}}
	}
	f := &fleet.Fleet{Machines: []fleet.Machine{
		{Name: "x", Class: fleet.NixOS, Aspects: []fleet.Named{{Name: "a"}, {Name: "b"}}, Deploy: deploy("root@h", 1)},
		{Name: "y", Class: fleet.NixOS, Aspects: []fleet.Named{{Name: "c"}}, Deploy: deploy("deploy@h", 2)},
		{Name: "z", Class: fleet.NixOS, Aspects: []fleet.Named{{Name: "b"}}, Deploy: deploy("root@z", 3)},
		{Name: "empty", Class: fleet.NixOS, At: fleet.Pos{File: "fleet.toml", Line: 9}},
	}}
	var got []string
	for _, p := range Lint(f, composeAll(tree, f)) {
		got = append(got, p.At.String()+": "+p.Text)
	}
	want := []string{
		"fleet.toml:2: machines x and y have the same address h",
		"m/c.nix:1: machines x and y both call themselves same",
		"fleet.toml:9: machine empty has no module: nothing configures it",
		"m/b.nix:1: nixpkgs.overlays is put together against the order of imports, and its order matters (a later overlay changes what an earlier one made): m/b.nix:1, m/a.nix:1",
	}
	if !slices.Equal(got, want) {
		t.Errorf("got %q\nwant %q", got, want)
	}
}
