package overlay

import (
	"fmt"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"

	"assay/fleet"
)

// model builds the attribute set of a stack as Nix would: every layer is a
// function from prev to attributes, and a package is the text of how it came
// about. It shares no code with the package. Kinds says what the overrides do;
// build is what flake inputs and unclear overrides do with prev.
func model(f *fleet.Fleet, packages []ByName, kinds map[string]string, system string, build bool) map[string]string {
	matches := func(globs []string) bool {
		return len(globs) == 0 || slices.ContainsFunc(globs, func(g string) bool {
			return g == system || g[0] == '*' && strings.HasSuffix(system, g[1:])
		})
	}
	raw := func(p string) string { return "default:" + p }
	get := func(set map[string]string, p string) string {
		if v, ok := set[p]; ok {
			return v
		}
		return raw(p)
	}
	layer := func(name string, prev map[string]string) map[string]string {
		out := make(map[string]string)
		switch name {
		case "hotfixes":
			for _, h := range f.Overlay.Hotfixes {
				if matches(h.Systems) {
					out[h.Package] = "<hotfixes <" + h.Channel + ">>"
				}
			}
		case "packages":
			for _, p := range packages {
				out[p.Name] = "<packages>"
			}
		case "overrides":
			for _, o := range f.Overlay.Overrides {
				if matches(o.Systems) {
					switch kind := kinds[o.Package]; {
					case kind == "prev", kind == "unclear" && build:
						out[o.Package] = "<overrides " + get(prev, o.Package) + ">"
					case kind == "channel":
						out[o.Package] = "<overrides <stable>>"
					default:
						out[o.Package] = "<overrides>"
					}
				}
			}
		case "flake-inputs":
			for _, fi := range f.Overlay.FlakeInputs {
				for _, p := range fi.Provides {
					out[p] = "<flake-inputs>"
					if build {
						out[p] = "<flake-inputs " + get(prev, p) + ">"
					}
				}
			}
		}
		return out
	}
	set := make(map[string]string)
	for _, name := range f.Overlay.Order {
		prev := set
		if f.Overlay.Composition == "merge" {
			prev = nil
		}
		next := layer(name, prev)
		for p, v := range set {
			if _, ok := next[p]; !ok {
				next[p] = v
			}
		}
		set = next
	}
	return set
}

// TestWhichIsMerging compares random stacks with the model.
func TestWhichIsMerging(t *testing.T) {
	names := []string{"a", "b", "c", "d"}
	globs := [][]string{nil, {"*-linux"}, {"*-darwin"}, {"x86_64-linux", "*-darwin"}}
	for seed := range uint64(600) {
		r := rand.New(rand.NewPCG(seed, 1))
		pick := func() []string { return globs[r.IntN(len(globs))] }
		some := func(add func(name string)) {
			for _, n := range names {
				if r.IntN(2) == 0 {
					add(n)
				}
			}
		}
		f := &fleet.Fleet{Channels: []fleet.Channel{{Name: "main", Default: true}, {Name: "stable"}}}
		f.Machines = []fleet.Machine{{System: "x86_64-linux"}}
		o := &f.Overlay
		o.Composition = []string{"merge", "compose"}[r.IntN(2)]
		o.Order = []string{"inputs", "hotfixes", "packages", "overrides", "flake-inputs"}
		r.Shuffle(len(o.Order), func(i, j int) { o.Order[i], o.Order[j] = o.Order[j], o.Order[i] })
		some(func(n string) {
			o.Hotfixes = append(o.Hotfixes, fleet.Hotfix{Package: n, Channel: "stable", Systems: pick()})
		})
		starts, kinds := make(map[OverrideFile]Start), make(map[string]string)
		some(func(n string) {
			o.Overrides = append(o.Overrides, fleet.Override{Package: n, File: "f", Systems: pick()})
			kinds[n] = []string{"prev", "unclear", "channel", "anew"}[r.IntN(4)]
			starts[OverrideFile{n, "f"}] = map[string]Start{"prev": {Prev: true}, "unclear": {Unclear: true}, "channel": {Channels: []string{"stable"}}}[kinds[n]]
		})
		some(func(n string) {
			o.FlakeInputs = append(o.FlakeInputs, fleet.FlakeInput{Input: n, Provides: []string{n}})
		})
		var packages []ByName
		some(func(n string) { packages = append(packages, ByName{Name: n, File: "p"}) })
		s, _ := Resolve(Input{Fleet: f, Packages: packages, Starts: starts})
		for _, system := range []string{"x86_64-linux", "aarch64-linux", "aarch64-darwin"} {
			opaque, building := model(f, packages, kinds, system, false), model(f, packages, kinds, system, true)
			for _, n := range names {
				if err := agrees(s.Which(n, system), opaque[n], building[n]); err != nil {
					t.Fatalf("seed %d, %s, order %v, %s on %s: %v", seed, o.Composition, o.Order, n, system, err)
				}
			}
		}
	}
}

// agrees compares an answer with the model's text of the package, with flake
// inputs that do not use prev and with such that do.
func agrees(a Answer, opaque, building string) error {
	if opaque == "" {
		if a.Layer != "" || a.Channel != "main" {
			return fmt.Errorf("the model has no layer, the answer is %+v", a)
		}
		return nil
	}
	if !strings.HasPrefix(opaque, "<"+a.Layer) {
		return fmt.Errorf("the model has %s, the answer is %+v", opaque, a)
	}
	for _, e := range a.Shadowed {
		in, maybe := strings.Contains(opaque, "<"+e.Layer), strings.Contains(building, "<"+e.Layer)
		want := fleet.Unknown
		if in == maybe {
			want = fleet.TruthOf(!in)
		}
		if e.Dead != want {
			return fmt.Errorf("the model has %s or %s, %s is dead: %v", opaque, building, e.Layer, e.Dead)
		}
	}
	channel := map[bool]string{true: "stable"}[strings.Contains(opaque, "<stable>")]
	if strings.Contains(opaque, "default:") {
		channel = "main"
	}
	if a.Channel != channel {
		return fmt.Errorf("the model has %s, the channel is %q", opaque, a.Channel)
	}
	return nil
}
