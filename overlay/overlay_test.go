package overlay

import (
	"fmt"
	"os"
	"slices"
	"strings"
	"testing"
	"testing/fstest"

	"assay/fleet"
	"assay/fleet/fleetfile"
)

const root = ".."

// example resolves the example fleet's overlay.
func example(t testing.TB) (*Stack, []fleet.Problem) {
	src, err := os.ReadFile(root + "/fleet.toml")
	if err != nil {
		t.Fatal(err)
	}
	file, err := fleetfile.Parse("fleet.toml", src)
	if err != nil {
		t.Fatal(err)
	}
	in, ps := Read(os.DirFS(root), file.Fleet)
	if len(ps) > 0 {
		t.Fatal(ps)
	}
	return Resolve(in)
}

func lineOf(t testing.TB, n int) string {
	src, err := os.ReadFile(root + "/fleet.toml")
	if err != nil {
		t.Fatal(err)
	}
	return strings.Split(string(src), "\n")[n-1]
}

func TestWhichExample(t *testing.T) {
	s, _ := example(t)
	a := s.Which("micromamba", "aarch64-darwin") // stibnite's system
	if a.Layer != LayerHotfixes || a.Number != 2 || a.Channel != "darwin-stable" || a.Alias != "stable" {
		t.Errorf("micromamba: %+v", a)
	}
	if a.At.File != "fleet.toml" || lineOf(t, a.At.Line) != "[[overlay.hotfix]]" || lineOf(t, a.At.Line+1) != `package = "micromamba"` {
		t.Errorf("micromamba is at %+v", a.At)
	}
	if !strings.Contains(a.Reason, "fmt 11 breaks the build") {
		t.Errorf("reason %q", a.Reason)
	}
	if a := s.Which("micromamba", "x86_64-linux"); a.Channel != "linux-stable" {
		t.Errorf("micromamba on Linux: %+v", a)
	}
	a = s.Which("fish", "aarch64-darwin")
	if a.Layer != "" || a.Channel != "unstable" || a.Reason != "not overlaid; comes from unstable; whether that channel has it is unknown: no index" {
		t.Errorf("fish: %+v", a)
	}
	if len(a.Versions) != 3 || a.Versions[0] != (Version{"unstable", "", "unknown: no index"}) {
		t.Errorf("versions: %+v", a.Versions)
	}
	a = s.Which("stable.fish", "x86_64-linux")
	if a.Channel != "linux-stable" || a.Set != "stable" || a.Layer != LayerInputs {
		t.Errorf("stable.fish: %+v", a)
	}
	a = s.Which("fleet-mineral", "x86_64-linux")
	if a.Layer != LayerPackages || a.Channel != "" || a.File != "modules/packages/by-name/fl/fleet-mineral/package.nix" {
		t.Errorf("fleet-mineral: %+v", a)
	}
}

func TestDeadHotfixExample(t *testing.T) {
	s, ps := example(t)
	a := s.Which("ncdu", "aarch64-darwin")
	if a.Layer != LayerOverrides || a.Channel != "unstable" || len(a.Shadowed) != 1 || a.Shadowed[0].Dead != fleet.True || a.Shadowed[0].Channel != "darwin-stable" {
		t.Errorf("ncdu: %+v", a)
	}
	if len(ps) != 1 || ps[0].Severity != fleet.Warning || !strings.Contains(ps[0].Text, "ncdu in the layer hotfixes is dead on aarch64-darwin") ||
		ps[0].Hint != `delete the entry, or set composition = "compose" in [overlay]: the layer overrides then builds on it` {
		t.Errorf("problems: %v", ps)
	}
	if a := s.Which("ncdu", "x86_64-linux"); len(a.Shadowed) != 0 {
		t.Errorf("ncdu on Linux: %+v", a)
	}
}

// stack is a small overlay with everything.
func stack(composition string) (*Stack, []fleet.Problem) {
	return Resolve(Input{
		Fleet: &fleet.Fleet{
			Machines: []fleet.Machine{{Name: "a", System: "x86_64-linux"}, {Name: "b", System: "aarch64-darwin"}},
			Channels: []fleet.Channel{
				{Name: "stable", Input: "s"},
				{Name: "linux-old", Input: "o", As: "old", Systems: []string{"*-linux"}},
				{Name: "unstable", Input: "u", Default: true},
			},
			Overlay: fleet.Overlay{
				Order:       []string{"inputs", "hotfixes", "packages", "overrides", "flake-inputs"},
				Composition: composition,
				Hotfixes: []fleet.Hotfix{
					{Package: "both", Channel: "stable", Reason: "broken"},
					{Package: "mine", Channel: "stable"},
					{Package: "python3Packages", Channel: "stable"},
					{Package: "extern", Channel: "stable"},
					{Package: "gone", Channel: "old"},
					{Package: "idle", Channel: "unstable"},
					{Package: "anew", Channel: "stable"},
					{Package: "unread", Channel: "stable"},
				},
				Overrides: []fleet.Override{{Package: "both", File: "o/both.nix"}, {Package: "anew", File: "o/anew.nix"},
					{Package: "other", File: "o/other.nix", Systems: []string{"*-linux"}}, {Package: "unread", File: "o/unread.nix"}},
				FlakeInputs: []fleet.FlakeInput{{Input: "nuenv", Provides: []string{"extern"}}},
			},
		},
		Packages: []ByName{{Name: "mine", File: "p/mi/mine/package.nix"}},
		Starts: map[OverrideFile]Start{
			{"both", "o/both.nix"}:   {Prev: true},
			{"anew", "o/anew.nix"}:   {},
			{"other", "o/other.nix"}: {Channels: []string{"old"}},
		},
	})
}

func TestWhich(t *testing.T) {
	for _, c := range []struct {
		composition, pkg, layer, channel, dead, reason string
	}{
		{"merge", "both", "overrides", "unstable", "yes", "the override both.nix changes the package of unstable"},
		{"compose", "both", "overrides", "stable", "no", "the override both.nix changes what the layer hotfixes takes from stable"},
		{"merge", "anew", "overrides", "", "yes", "the override anew.nix defines it anew, without the package of a channel"},
		{"compose", "anew", "overrides", "", "yes", "the override anew.nix defines it anew"},
		{"compose", "other", "overrides", "linux-old", "", "the override other.nix changes the package of linux-old (alias old)"},
		{"merge", "unread", "overrides", "", "yes", "the override unread.nix defines it; from which channel's package it starts is unknown"},
		{"compose", "unread", "overrides", "", "unknown", "the override unread.nix defines it; from which channel's package it starts is unknown"},
		{"merge", "mine", "packages", "", "yes", "the fleet's own package"},
		{"compose", "mine", "packages", "", "yes", "the fleet's own package"},
		{"merge", "extern", "flake-inputs", "", "yes", "the overlay of flake input nuenv provides it"},
		{"compose", "extern", "flake-inputs", "", "unknown", "the overlay of flake input nuenv provides it"},
		{"merge", "python3Packages.numpy", "hotfixes", "stable", "", "the whole set python3Packages is replaced: a hotfix takes it from stable: no reason given; whether it has the package is unknown"},
		{"merge", "old", "inputs", "linux-old", "", "the channel linux-old (alias old)"},
		{"merge", "perlPackages.x", "", "unstable", "", "not overlaid; comes from unstable"},
	} {
		t.Run(c.composition+" "+c.pkg, func(t *testing.T) {
			s, _ := stack(c.composition)
			a := s.Which(c.pkg, "x86_64-linux")
			if a.Layer != c.layer || a.Channel != c.channel || !strings.HasPrefix(a.Reason, c.reason) {
				t.Errorf("%+v", a)
			}
			dead := ""
			for _, e := range a.Shadowed {
				dead += e.Dead.String()
				if e.Why == "" || e.By != c.layer {
					t.Errorf("shadowed without a reason: %+v", e)
				}
			}
			if dead != c.dead {
				t.Errorf("dead: %s, want %s", dead, c.dead)
			}
			if l, ch := s.Supply(c.pkg, "x86_64-linux"); l != c.layer || ch != c.channel {
				t.Errorf("supply %s %s", l, ch)
			}
		})
	}
}

func TestProblems(t *testing.T) {
	_, ps := stack("compose")
	var got []string
	for _, p := range ps {
		got = append(got, string(p.Severity)+" "+p.Text)
	}
	want := []string{
		"warning anew in the layer hotfixes is dead on aarch64-darwin, x86_64-linux: the layer overrides replaces it without using it",
		"error hotfix of gone: there is no channel old on aarch64-darwin",
		"warning hotfix of idle: unstable is the default channel, so it changes nothing",
		"warning mine in the layer hotfixes is dead on aarch64-darwin, x86_64-linux: the layer packages replaces it without using it",
	}
	if !slices.Equal(got, want) {
		t.Errorf("got\n%s", strings.Join(got, "\n"))
	}
}

// TestHints says what can be done about what is dead: with another composition
// nothing would be, or the entry is not needed, or not everywhere.
func TestHints(t *testing.T) {
	const compose = `, or set composition = "compose" in [overlay]: the layer overrides then builds on it`
	start := Start{Prev: true}
	for _, c := range []struct {
		over fleet.Override
		pkg  string
		want string
	}{
		{fleet.Override{Package: "both"}, "", "delete the entry" + compose},
		{fleet.Override{Package: "both", Systems: []string{"*-linux"}}, "", "narrow its systems" + compose},
		{fleet.Override{Package: "both", File: "anew.nix"}, "", "delete the entry"},
		{fleet.Override{Package: "mine"}, "mine", "delete the entry, or rename it" + compose},
	} {
		in := Input{
			Fleet: &fleet.Fleet{
				Machines: []fleet.Machine{{Name: "a", System: "x86_64-linux"}, {Name: "b", System: "aarch64-darwin"}},
				Channels: []fleet.Channel{{Name: "stable", Input: "s"}, {Name: "unstable", Input: "u", Default: true}},
				Overlay: fleet.Overlay{
					Order: []string{"inputs", "hotfixes", "packages", "overrides"}, Composition: "merge",
					Hotfixes:  []fleet.Hotfix{{Package: "both", Channel: "stable"}},
					Overrides: []fleet.Override{c.over},
				},
			},
			Starts: map[OverrideFile]Start{{"both", ""}: start, {"mine", ""}: start, {"both", "anew.nix"}: {}},
		}
		if c.pkg != "" {
			in.Packages = []ByName{{Name: c.pkg, File: "p/mi/mine/package.nix"}}
		}
		if _, ps := Resolve(in); len(ps) != 1 || ps[0].Hint != c.want {
			t.Errorf("%+v: %+v, want %q", c.over, ps, c.want)
		}
	}
}

func TestLayers(t *testing.T) {
	s, _ := stack("merge")
	var got []string
	for _, l := range s.Layers("aarch64-darwin") {
		var names []string
		for _, e := range l.Entries {
			names = append(names, e.Package)
		}
		got = append(got, fmt.Sprintf("%d %s %s", l.Number, l.Name, names))
	}
	want := []string{"1 inputs [stable unstable]", "2 hotfixes [anew both extern gone idle mine python3Packages unread]",
		"3 packages [mine]", "4 overrides [anew both unread]", "5 flake-inputs [extern]"}
	if !slices.Equal(got, want) {
		t.Errorf("got %q", got)
	}
}

func TestPackages(t *testing.T) {
	f := &fstest.MapFile{Data: []byte("{ }: { }")}
	found, ps := Packages(fstest.MapFS{
		"p/mi/mine/package.nix": f, "p/mi/Mixed/package.nix": f, "p/a/a/package.nix": f, "p/README.md": f,
		"p/xx/mine2/package.nix": f, "p/em/empty/default.nix": f, "p/st/stray.nix": f,
	}, "p")
	if want := []ByName{{Name: "a", File: "p/a/a/package.nix"}, {Name: "Mixed", File: "p/mi/Mixed/package.nix"}, {Name: "mine", File: "p/mi/mine/package.nix"}}; !slices.Equal(found, want) {
		t.Errorf("found %v", found)
	}
	var at []string
	for _, p := range ps {
		at = append(at, p.At.File)
	}
	if want := []string{"p/em/empty", "p/st/stray.nix", "p/xx/mine2"}; !slices.Equal(at, want) {
		t.Errorf("problems at %v: %v", at, ps)
	}
	if _, ps := Packages(fstest.MapFS{}, "p"); len(ps) != 1 {
		t.Errorf("a missing directory: %v", ps)
	}
}

func BenchmarkSupply(b *testing.B) {
	s, _ := example(b)
	for b.Loop() {
		if l, _ := s.Supply("micromamba", "aarch64-darwin"); l != LayerHotfixes {
			b.Fatal(l)
		}
	}
}
