package read_test

import (
	"encoding/json"
	"os"
	"os/exec"
	"slices"
	"strings"
	"testing"
	"testing/fstest"

	"assay/fleet"
	"assay/modules"
	"assay/overlay"
	"assay/overlay/read"
)

// opened is the fixture as a fleet of two machines.
func opened(t *testing.T) (*modules.Tree, *overlay.Stack) {
	t.Helper()
	dir := os.DirFS("testdata/flake")
	tree, err := modules.ReadFlake(dir, nil)
	if err != nil {
		t.Fatal(err)
	}
	f := &fleet.Fleet{}
	for _, h := range tree.Hosts {
		f.Machines = append(f.Machines, fleet.Machine{Name: h.Name, Class: h.Class, System: h.System})
	}
	s, _ := overlay.ResolveWritten(f, read.Read(tree, f, dir).Machines)
	return tree, s
}

// TestOrder: the layers are in the order in which they apply, and each entry
// is of its kind.
func TestOrder(t *testing.T) {
	_, s := opened(t)
	var got []string
	for _, l := range s.Layers("aarch64-linux") {
		got = append(got, l.Name)
		for _, e := range l.Entries {
			got = append(got, strings.TrimSpace("  "+e.Package+" "+e.Kind+" "+e.Channel+e.Input+" "+e.At.String()))
		}
		for _, o := range l.Open {
			got = append(got, "? "+o.Input)
		}
	}
	want := []string{
		"channels", "inputs value  overlays/channels.nix:3", "old inputs oldold overlays/channels.nix:2",
		"fixes", "arm-only hotfixes old overlays/fixes.nix:11", "broken hotfixes old overlays/fixes.nix:5", "dup hotfixes old overlays/fixes.nix:6",
		"own", "dup overrides nixpkgs overlays/own.nix:9", "gift flake-inputs tools overlays/own.nix:8", "script packages  overlays/own.nix:10", "tool packages  overlays/own.nix:7",
		"flake", "? tools",
		"changes", "broken overrides old overlays/changes.nix:3", "helpers value  overlays/changes.nix:8", "tool overrides  overlays/changes.nix:7",
		"twice overrides nixpkgs overlays/changes.nix:4", "vimPlugins overrides nixpkgs overlays/changes.nix:5", "wrapped overrides nixpkgs overlays/changes.nix:6",
		"last", "one overrides nixpkgs overlays/last.nix:1", "two overrides nixpkgs overlays/last.nix:1",
	}
	if !slices.Equal(got, want) {
		t.Errorf("got\n%s\nwant\n%s", strings.Join(got, "\n"), strings.Join(want, "\n"))
	}
}

// TestFates: what a later layer does to an earlier one.
func TestFates(t *testing.T) {
	_, s := opened(t)
	for _, c := range []struct {
		pkg    string
		dead   fleet.Truth
		reason string
	}{
		{"dup", fleet.True, "changes the package of nixpkgs"}, // joined with //: the override does not see the hotfix
		{"broken", fleet.False, "changes what the layer fixes defines"},
		{"tool", fleet.True, "made of hello"},
	} {
		a := s.Which(c.pkg, "x86_64-linux")
		if len(a.Shadowed) != 1 || a.Shadowed[0].Dead != c.dead || !strings.Contains(a.Reason, c.reason) {
			t.Errorf("%s: %s; shadowed %+v", c.pkg, a.Reason, a.Shadowed)
		}
	}
	if a := s.Which("ripgrep", "x86_64-linux"); a.Layer != "" || !strings.Contains(a.Reason, "unless the overlay of flake input tools") {
		t.Errorf("ripgrep: %+v", a)
	}
	if a := s.Which("renamed", "x86_64-linux"); a.Channel != "old" || a.Alias != "" || a.Kind != overlay.LayerHotfixes {
		t.Errorf("renamed: %+v", a)
	}
	if a := s.Which("renamed", "aarch64-linux"); a.Layer != "" {
		t.Errorf("renamed is of x86_64-linux only: %+v", a)
	}
	if a := s.On("anvil").Which("arm-only", "x86_64-linux"); a.Layer != "" {
		t.Errorf("arm-only on anvil: %+v", a)
	}
}

// TestNotes: what is written above a name belongs to it.
func TestNotes(t *testing.T) {
	_, s := opened(t)
	broken := s.Which("broken", "aarch64-linux").Shadowed[0].Note
	if broken == nil || broken.Added != "2026-01-02" || len(broken.Links) != 1 || broken.Links[0].Ref != "NixOS/nixpkgs#123456" {
		t.Errorf("broken: %+v", broken)
	}
	arm := s.Which("arm-only", "aarch64-linux").Note
	if arm == nil || arm.Links[0].Kind != overlay.LinkHydra || arm.RemoveWhen == "" {
		t.Errorf("arm-only: %+v", arm)
	}
}

// TestUnused: a file that nothing imports, and an overlay that no machine has.
func TestUnused(t *testing.T) {
	tree, _ := opened(t)
	var got []string
	for _, p := range read.Unused(tree, read.ReadSources(tree, os.DirFS("testdata/flake"))) {
		got = append(got, p.At.String()+" "+p.Text)
	}
	if len(got) != 2 || !strings.HasPrefix(got[0], "overlays/dead.nix:1 ") || !strings.Contains(got[1], "flake.overlays.spare") {
		t.Errorf("%q", got)
	}
}

// TestNames compares the names that each file defines with real Nix.
func TestNames(t *testing.T) {
	nix, err := exec.LookPath("nix-instantiate")
	if err != nil {
		t.Skip("not run: nix-instantiate is not installed")
	}
	_, s := opened(t)
	for _, system := range []string{"x86_64-linux", "aarch64-linux"} {
		out, err := exec.CommandContext(t.Context(), nix, "--eval", "--strict", "--json", "--readonly-mode", "testdata/names.nix", "--argstr", "system", system).Output()
		if err != nil {
			t.Fatal(err)
		}
		var names map[string][]string
		if err := json.Unmarshal(out, &names); err != nil {
			t.Fatal(err)
		}
		got := map[string][]string{}
		for _, l := range s.Layers(system) {
			for _, e := range l.Entries {
				got[l.Name] = append(got[l.Name], e.Package)
			}
		}
		got["joined"] = append(slices.Clone(got["fixes"]), got["own"]...)
		slices.Sort(got["joined"])
		got["joined"] = slices.Compact(got["joined"])
		for layer, want := range names {
			if !slices.Equal(got[layer], want) {
				t.Errorf("%s on %s: read %q, Nix has %q", layer, system, got[layer], want)
			}
		}
	}
}

// FuzzRead: no overlay crashes or hangs the reader.
func FuzzRead(f *testing.F) {
	f.Add(`final: prev: { a = prev.a.override { }; } // final`)
	f.Add(`final: prev: prev.lib.composeManyExtensions [ (f: p: { }) (f: p: p) 1 ] final prev`)
	f.Add(`let o = final: prev: o final prev; in o`)
	f.Fuzz(func(t *testing.T, text string) {
		dir := fstest.MapFS{
			"flake.nix": {Data: []byte(`{ outputs = { self, nixpkgs }: { nixosConfigurations.a = nixpkgs.lib.nixosSystem { system = "x86_64-linux"; modules = [ { nixpkgs.overlays = [ (import ./o.nix) ]; } ]; }; }; }`)},
			"o.nix":     {Data: []byte(text)},
		}
		tree, err := modules.ReadFlake(dir, nil)
		if err != nil {
			return
		}
		fl := &fleet.Fleet{Machines: []fleet.Machine{{Name: "a", Class: fleet.NixOS, System: "x86_64-linux"}}}
		s, _ := overlay.ResolveWritten(fl, read.Read(tree, fl, dir).Machines)
		s.Which("a", "x86_64-linux")
		read.Unused(tree, read.ReadSources(tree, dir))
	})
}
