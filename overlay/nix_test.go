package overlay

import (
	"encoding/json"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"assay/fleet"
)

// TestNix builds the example's layers with the real files of its overrides
// and compares what Nix makes of them with what Which answers: the channel,
// the winning layer, and which of the shadowed layers are alive.
func TestNix(t *testing.T) {
	nix, err := exec.LookPath("nix-instantiate")
	if err != nil {
		t.Skip("not run: nix-instantiate is not installed")
	}
	example, _ := example(t)
	for _, composition := range []string{"merge", "compose"} {
		f := *example.fleet
		f.Overlay.Composition = composition
		f.Overlay.Overrides = append(f.Overlay.Overrides, overrides(t)...)
		f.Overlay.Hotfixes = append(f.Overlay.Hotfixes, fleet.Hotfix{Package: "anew", Channel: "stable"},
			fleet.Hotfix{Package: "other", Channel: "stable"}, fleet.Hotfix{Package: "flake-age", Channel: "stable"})
		in, ps := Read(os.DirFS("/"), absolute(t, &f))
		if len(ps) > 0 {
			t.Fatal(ps)
		}
		s, _ := Resolve(in)
		for _, system := range []string{"x86_64-linux", "aarch64-darwin"} {
			for pkg, got := range evaluate(t, nix, s, system) {
				compare(t, composition, s.Which(pkg, system), got.Channel, got.Trail)
			}
		}
	}
}

// compare compares an answer with the channel and the trail of layers, first
// to last, that Nix found.
func compare(t *testing.T, composition string, a Answer, channel, trail string) {
	t.Helper()
	last := trail[strings.LastIndexByte(trail, '<')+1:]
	if a.Channel != channel || a.Layer != strings.TrimSuffix(last, ">") {
		t.Errorf("%s: %s on %s: channel %q, layer %s; Nix has %q, %s", composition, a.Package, a.System, a.Channel, a.Layer, channel, trail)
	}
	for _, e := range a.Shadowed {
		if alive := strings.Contains(trail, "<"+e.Layer+">"); e.Dead != fleet.TruthOf(!alive) {
			t.Errorf("%s: %s on %s: %s is dead: %v; Nix has %s", composition, a.Package, a.System, e.Layer, e.Dead, trail)
		}
	}
}

// overrides are some that do other things than the example's.
func overrides(t *testing.T) []fleet.Override {
	dir := t.TempDir()
	var os []fleet.Override
	for pkg, text := range map[string]string{
		"anew":      `{ prev, ... }: { channel = ""; trail = ""; }`,
		"other":     `{ final, prev, ... }: final.patched.other.override { }`,
		"flake-age": `{ prev, ... }: prev.flake-age.overrideAttrs (final: prev: { })`,
	} {
		os = append(os, fleet.Override{Package: pkg, File: write(t, filepath.Join(dir, pkg+".nix"), text)})
	}
	return os
}

func write(t *testing.T, file, text string) string {
	t.Helper()
	if err := os.WriteFile(file, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
	return file
}

// absolute is the fleet with paths that are relative to the root directory.
func absolute(t *testing.T, f *fleet.Fleet) *fleet.Fleet {
	t.Helper()
	abs := func(p string) string {
		if !filepath.IsAbs(p) {
			p = filepath.Join(root, p)
		}
		p, err := filepath.Abs(p)
		if err != nil {
			t.Fatal(err)
		}
		return strings.TrimPrefix(filepath.ToSlash(p), "/")
	}
	c := *f
	c.Sources.Packages = abs(c.Sources.Packages)
	c.Overlay.Overrides = nil
	for _, o := range f.Overlay.Overrides {
		o.File = abs(o.File)
		c.Overlay.Overrides = append(c.Overlay.Overrides, o)
	}
	return &c
}

// supplied is what Nix says of one package.
type supplied struct{ Channel, Trail string }

func evaluate(t *testing.T, nix string, s *Stack, system string) map[string]supplied {
	t.Helper()
	type entry map[string]string
	o := s.fleet.Overlay
	names := map[string]bool{"hello": true}
	add := func(es *[]entry, e entry, systems []string) {
		if fleet.MatchAny(systems, system) {
			*es = append(*es, e)
			names[e["package"]] = true
		}
	}
	hotfixes, packages, overrides, provides := []entry{}, []entry{}, []entry{}, []entry{}
	for _, h := range o.Hotfixes {
		add(&hotfixes, entry{"package": h.Package, "channel": h.Channel}, h.Systems)
	}
	for _, p := range s.packages {
		add(&packages, entry{"package": p.Name}, nil)
	}
	for _, v := range o.Overrides {
		add(&overrides, entry{"package": v.Package, "file": "/" + v.File}, v.Systems)
	}
	for _, f := range o.FlakeInputs {
		for _, p := range f.Provides {
			add(&provides, entry{"package": p}, nil)
		}
	}
	aliases := make(map[string]string)
	for _, c := range s.fleet.Channels {
		if fleet.MatchAny(c.Systems, system) {
			aliases[aliasOf(c)] = c.Name
		}
	}
	var list []string
	for n := range names {
		list = append(list, n)
	}
	text, err := json.Marshal(map[string]any{"composition": s.Composition(), "order": o.Order, "default": s.def, "names": list, "aliases": aliases,
		"hotfixes": hotfixes, "packages": packages, "overrides": overrides, "provides": provides})
	if err != nil {
		t.Fatal(err)
	}
	file := write(t, filepath.Join(t.TempDir(), "case.json"), string(text))
	cmd := exec.CommandContext(t.Context(), nix, "--store", "dummy://", "--eval", "--strict", "--json", "--argstr", "file", file, "testdata/overlay.nix")
	cmd.Env = append(os.Environ(), "NIX_USER_CONF_FILES=/dev/null")
	var stderr strings.Builder
	cmd.Stderr = &stderr
	out, err := cmd.Output()
	if err != nil {
		t.Fatalf("%v\n%s", err, stderr.String())
	}
	var got map[string]supplied
	if err := json.Unmarshal(out, &got); err != nil {
		t.Fatal(err)
	}
	return got
}
