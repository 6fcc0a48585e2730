package overlay

import (
	"bytes"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"assay/fleet"
)

// indexed is the small stack with indexes of two of its three channels.
func indexed(t *testing.T, more func(*Input)) (*Stack, []fleet.Problem) {
	t.Helper()
	read := func(text string) *Index {
		x, err := ReadIndex(strings.NewReader(text))
		if err != nil {
			t.Fatal(err)
		}
		return x
	}
	at := func(line int) fleet.Pos { return fleet.Pos{File: "fleet.toml", Line: line} }
	in := Input{
		Fleet: &fleet.Fleet{
			Machines: []fleet.Machine{{Name: "a", System: "x86_64-linux"}, {Name: "b", System: "aarch64-darwin"}},
			Channels: []fleet.Channel{{Name: "unstable", Input: "u", Default: true, At: at(1)}, {Name: "stable", Input: "s", At: at(2)}, {Name: "old", Input: "o", At: at(3)},
				{Name: "empty", Patched: "unstable", At: at(4)}, {Name: "patched", Patched: "unstable", Patches: []fleet.Patch{{}}, At: at(5)}},
			Overlay: fleet.Overlay{
				Order: []string{"inputs", "hotfixes", "packages", "overrides", "flake-inputs"}, Composition: "compose",
				Hotfixes: []fleet.Hotfix{{Package: "ripgrep", Channel: "stable", Comment: "https://hydra.nixos.org/job/nixpkgs/trunk/ripgrep.x86_64-linux\ntest hangs, drop once #123456 lands", At: at(10)},
					{Package: "bat", Channel: "empty", Reason: "none", At: at(11)}},
				Overrides: []fleet.Override{{Package: "ripgrep", File: "o/r.nix", At: at(20)}, {Package: "fd", File: "o/fd.nix", At: at(21)}},
			},
		},
		Packages: []ByName{{Name: "mine", File: "p/mi/mine/package.nix", Pkgs: PkgsPerSystem}},
		Starts:   map[OverrideFile]Start{{"ripgrep", "o/r.nix"}: {Prev: true}, {"fd", "o/fd.nix"}: {Prev: true, Renewed: true}},
		Indexes: map[IndexKey]*Index{
			{"unstable", ""}:           read(`{"ripgrep": {"version": "15.1"}, "bat": {"version": "0.26"}, "fd": {"version": "10"}, "s.x": {"version": ""}}`),
			{"stable", "x86_64-linux"}: read(`{"ripgrep": {"version": "14.1"}, "batt": {"version": "1"}}`),
		},
	}
	if more != nil {
		more(&in)
	}
	return Resolve(in)
}

func TestVersions(t *testing.T) {
	s, _ := indexed(t, nil)
	for _, c := range []struct{ pkg, system, version, versions string }{
		{"ripgrep", "x86_64-linux", "14.1", "unstable 15.1, empty 15.1, unknown: no index for old, patched 15.1 (of unstable, before the patches), stable 14.1"},
		{"ripgrep", "aarch64-darwin", "", "unstable 15.1, empty 15.1, unknown: no index for old, patched 15.1 (of unstable, before the patches), unknown: no index for stable"},
		{"bat", "x86_64-linux", "0.26", "unstable 0.26, empty 0.26, unknown: no index for old, patched 0.26 (of unstable, before the patches), stable not in its index"},
		{"fd", "aarch64-darwin", "", "unstable 10, empty 10, unknown: no index for old, patched 10 (of unstable, before the patches), unknown: no index for stable"},
		{"s", "x86_64-linux", "", "unstable a set of packages, empty a set of packages, unknown: no index for old, patched a set of packages, stable not in its index"},
		{"s.x", "x86_64-linux", "", "unstable has no version, empty has no version, unknown: no index for old, patched has no version, stable unknown: the index does not list that set"},
		{"stable.ripgrep", "x86_64-linux", "14.1", ""},
		{"mine", "x86_64-linux", "", ""},
	} {
		a := s.Which(c.pkg, c.system)
		var versions []string
		for _, v := range a.Versions {
			versions = append(versions, v.String())
		}
		if got := strings.Join(versions, ", "); a.Version != c.version || c.versions != "" && got != c.versions {
			t.Errorf("%s on %s: %q, %s", c.pkg, c.system, a.Version, got)
		}
	}
	for pkg, reason := range map[string]string{
		"none": "not overlaid; comes from unstable, whose index does not have it", "s.x": "not overlaid; comes from unstable",
		"t.x": "not overlaid; comes from unstable; whether that channel has it is unknown: the index does not list that set",
		"bat": "a hotfix takes it from empty, which is unstable without a patch: none", "mine": "the fleet's own package, built with perSystem's package set, which has neither the machine's overlays nor its nixpkgs.config",
		"stable.bat": "taken from the channel stable, whose index does not have it",
	} {
		if a := s.Which(pkg, "x86_64-linux"); a.Reason != reason {
			t.Errorf("%s: %s", pkg, a.Reason)
		}
	}
	a := s.Which("ripgrep", "x86_64-linux")
	if n := a.Shadowed[0].Note; n == nil || n.Reason != "test hangs" || n.RemoveWhen != "#123456 lands" || len(n.Links) != 2 || n.Links[0].Kind != LinkHydra {
		t.Errorf("the hotfix's note: %+v", n)
	}
	if a := s.Which("mine", "x86_64-linux"); a.Pkgs != PkgsPerSystem {
		t.Errorf("mine: %+v", a)
	}
}

func TestProblemsWithBothPlaces(t *testing.T) {
	_, ps := indexed(t, func(in *Input) {
		o := &in.Fleet.Overlay
		o.Hotfixes = append(o.Hotfixes, fleet.Hotfix{Package: "batt", Channel: "empty", At: fleet.Pos{File: "fleet.toml", Line: 12}},
			fleet.Hotfix{Package: "ripgrpe", Channel: "stable", Systems: []string{"*-linux"}, At: fleet.Pos{File: "fleet.toml", Line: 13}},
			fleet.Hotfix{Package: "hidden", Channel: "old", At: fleet.Pos{File: "fleet.toml", Line: 14}})
		in.Fleet.Channels = in.Fleet.Channels[:4]
		o.FlakeInputs = []fleet.FlakeInput{{Input: "i", Provides: []string{"fd"}, At: fleet.Pos{File: "fleet.toml", Line: 30}}}
		in.Declared = []Declared{{Package: "ripgrep", Systems: []string{"*-darwin"}, At: fleet.Pos{File: "modules/o.nix", Line: 3}},
			{Package: "fd", At: fleet.Pos{File: "modules/o.nix", Line: 4}}, {Package: "fd", Systems: []string{"i686-linux"}}}
	})
	var got []string
	for _, p := range ps {
		if p.Severity == fleet.Error {
			got = append(got, p.Error())
		}
	}
	want := []string{
		"fleet.toml:10: hotfix of ripgrep: an overlay at modules/o.nix:3 defines it too, on aarch64-darwin; hint: keep it in one of the two files",
		`fleet.toml:12: hotfix of batt: the list of the channel empty at fleet.toml:4 does not have it on aarch64-darwin, x86_64-linux; hint: did you mean "bat"?`,
		`fleet.toml:13: hotfix of ripgrpe: the list of the channel stable at fleet.toml:2 does not have it on x86_64-linux; hint: did you mean "ripgrep"?`,
		"fleet.toml:20: override of ripgrep: an overlay at modules/o.nix:3 defines it too, on aarch64-darwin; hint: keep it in one of the two files",
		"fleet.toml:21: override of fd: an overlay at modules/o.nix:4 defines it too, on aarch64-darwin, x86_64-linux; hint: keep it in one of the two files",
		"fleet.toml:30: overlay of flake input i of fd: an overlay at modules/o.nix:4 defines it too, on aarch64-darwin, x86_64-linux; hint: keep it in one of the two files",
	}
	if strings.Join(got, "\n") != strings.Join(want, "\n") {
		t.Errorf("got\n%s", strings.Join(got, "\n"))
	}
	_, ps = indexed(t, func(in *Input) {
		in.Fleet.Channels = in.Fleet.Channels[:2]
		in.Fleet.Machines = in.Fleet.Machines[:1]
		in.Fleet.Overlay.Hotfixes = []fleet.Hotfix{{Package: "zzz", Channel: "stable"}}
	})
	if len(ps) != 1 || !strings.Contains(ps[0].Text, "hotfix of zzz: no channel's list has it on x86_64-linux, neither has that of stable at fleet.toml:2") {
		t.Errorf("%v", ps)
	}
}

// TestIndexOfNix reads what nix-env itself lists of the miniature channel, and
// compares with the versions that Nix evaluates.
func TestIndexOfNix(t *testing.T) {
	nix, err := exec.LookPath("nix-env")
	if err != nil {
		t.Skip("not run: nix-env is not installed")
	}
	dir := t.TempDir()
	if err := os.CopyFS(filepath.Join(dir, "nixpkgs"), os.DirFS("../fleet/engine/nix/miniature/world/nixpkgs")); err != nil {
		t.Fatal(err)
	}
	cmd := exec.CommandContext(t.Context(), nix, "--store", "dummy://", "-f", filepath.Join(dir, "nixpkgs"), "--argstr", "system", "aarch64-linux", "--system-filter", "*", "-qaP", "--json")
	cmd.Env = append(os.Environ(), "NIX_USER_CONF_FILES=/dev/null", "HOME="+dir, "NIX_STATE_DIR="+dir)
	var stderr bytes.Buffer
	cmd.Stderr = &stderr
	out, err := cmd.Output()
	if err != nil {
		t.Fatalf("%v\n%s", err, stderr.String())
	}
	x, err := ReadIndex(bytes.NewReader(out))
	if err != nil {
		t.Fatal(err)
	}
	for pkg, want := range map[string]string{"ripgrep": "15.0.0", "micromamba": "2.3.2", "openssh": "10.2p1"} {
		if v, ok := x.Version(pkg); !ok || v != want {
			t.Errorf("%s %q, want %s", pkg, v, want)
		}
	}
	if x.Len() < 80 {
		t.Errorf("%d packages", x.Len())
	}
}
