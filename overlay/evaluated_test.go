package overlay

import (
	"encoding/json"
	"fmt"
	"math/rand/v2"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"assay/fleet"
)

// supplySystems are the systems on which random stacks are asked about,
// supplyNames the packages.
var (
	supplySystems = []string{"x86_64-linux", "aarch64-darwin"}
	supplyNames   = []string{"a", "b", "c", "d", "mine", "s.x"}
)

// TestStacksEvaluated asks about the packages of many random stacks with the
// engine's own expression, and compares derivations: what comes from a channel
// is that channel's, the layer is the same, and what was read as dead has no
// effect.
func TestStacksEvaluated(t *testing.T) {
	nix, err := exec.LookPath("nix-instantiate")
	if err != nil {
		t.Skip("not run: nix-instantiate is not installed")
	}
	dir := writeWorld(t)
	var stacks []*Stack
	var cases []map[string]string
	for seed := range uint64(120) {
		text := randomStack(rand.New(rand.NewPCG(seed, 11)))
		stacks, cases = append(stacks, openStack(t, dir, text)), append(cases, map[string]string{"text": text})
	}
	said := askStacks(t, nix, dir, cases)
	var layered, dead, alive, changed, versions int
	for n, system := range supplySystems {
		for i, s := range stacks {
			for p, pkg := range supplyNames {
				e := evaluatedOf(t, s, said, fmt.Sprintf("%d/%d", n*len(stacks)+i, p), pkg, system)
				a := s.Which(pkg, system)
				for _, problem := range Compare(a, e) {
					t.Errorf("stack %d: %v", i, problem)
				}
				for _, l := range e.Layers {
					switch {
					case l.Defines && l.Matters == fleet.True:
						alive++
					case l.Defines && l.Matters == fleet.False:
						dead++
					}
					if l.Defines && l.Matters == fleet.Unknown && e.Derivation != "" {
						t.Errorf("stack %d: %s on %s: not known: %+v", i, pkg, system, l)
					}
				}
				versions += compareWithout(t, i, s, e)
				if len(e.Layers) > 0 {
					layered++
				}
				if e.Changed == fleet.True {
					changed++
				}
				if t.Failed() {
					t.Fatalf("stack %d is\n%s\n%+v\n%+v", i, cases[i]["text"], a, e)
				}
			}
		}
	}
	t.Logf("%d stacks: %d packages with a layer, %d entries that matter, %d dead, %d packages changed by others, %d versions without a layer", len(stacks), layered, alive, dead, changed, versions)
	if layered < 800 || alive < 500 || dead < 100 || changed < 50 || versions < 500 {
		t.Error("the stacks show too little")
	}
}

// compareWithout compares what Nix says that a package is without what a layer
// defines as it with what is read of a fleet.toml that has no such entry, and
// returns of how many layers both know the version.
func compareWithout(t *testing.T, i int, s *Stack, e Evaluated) (versions int) {
	t.Helper()
	for _, l := range e.Layers {
		if !l.Defines || l.Without == nil {
			continue
		}
		read := lacking(s, l.Layer, strings.Split(e.Package, ".")[0]).Which(e.Package, e.System)
		if l.Matters == fleet.False && l.Without.Version != e.Version {
			t.Errorf("stack %d: %s on %s without its entry in %s is the same, and has version %s", i, e.Package, e.System, l.Layer, l.Without.Version)
		}
		if read.Version == "" || l.Without.Version == "" {
			continue
		}
		if versions++; read.Version != l.Without.Version {
			t.Errorf("stack %d: %s on %s without its entry in %s was read as %s, and for Nix it is %+v", i, e.Package, e.System, l.Layer, read.Version, l.Without)
		}
	}
	return versions
}

// lacking is a stack of whose layers one does not define a package.
func lacking(s *Stack, layer, pkg string) *Stack {
	f, packages := *s.fleet, s.packages
	o := &f.Overlay
	switch layer {
	case LayerHotfixes:
		o.Hotfixes = slices.DeleteFunc(slices.Clone(o.Hotfixes), func(h fleet.Hotfix) bool { return h.Package == pkg })
	case LayerOverrides:
		o.Overrides = slices.DeleteFunc(slices.Clone(o.Overrides), func(h fleet.Override) bool { return h.Package == pkg })
	case LayerPackages:
		packages = slices.DeleteFunc(slices.Clone(packages), func(p ByName) bool { return p.Name == pkg })
	case LayerFlakeInputs:
		o.FlakeInputs = slices.Clone(o.FlakeInputs)
		for i := range o.FlakeInputs {
			in := &o.FlakeInputs[i]
			in.Provides = slices.DeleteFunc(slices.Clone(in.Provides), func(name string) bool { return name == pkg })
		}
	}
	other, _ := Resolve(Input{Fleet: &f, Packages: packages, Starts: s.starts, Indexes: s.indexes})
	return other
}

// askStacks returns what Nix says, by step.
func askStacks(t *testing.T, nix, dir string, cases []map[string]string) map[string]json.RawMessage {
	t.Helper()
	channels := map[string][]map[string]string{}
	for _, system := range supplySystems {
		for _, c := range channelsOf(system) {
			channels[system] = append(channels[system], map[string]string{"attribute": c[1]})
		}
	}
	input, err := json.Marshal(map[string]any{"cases": cases, "systems": supplySystems, "names": supplyNames, "channels": channels})
	if err != nil {
		t.Fatal(err)
	}
	write(t, filepath.Join(dir, "asked.json"), string(input))
	expression, err := os.ReadFile("../fleet/engine/nix/supply.nix")
	if err != nil {
		t.Fatal(err)
	}
	write(t, filepath.Join(dir, "supply.nix"), string(expression))
	write(t, filepath.Join(dir, "ask.nix"), `import ./stacks/supply.nix (builtins.fromJSON (builtins.readFile ./asked.json) // { assay = import ./assay.nix; supply = ./supply.nix; directory = ./.; })`)
	cmd := exec.CommandContext(t.Context(), nix, "--store", "dummy://", "--eval", filepath.Join(dir, "ask.nix"))
	cmd.Env = append(os.Environ(), "NIX_USER_CONF_FILES=/dev/null")
	var stderr strings.Builder
	cmd.Stderr = &stderr
	err = cmd.Run()
	said := map[string]json.RawMessage{}
	for line := range strings.Lines(stderr.String()) {
		var m struct {
			Step string
			Is   json.RawMessage
		}
		if text, ok := strings.CutPrefix(line, "trace: said "); ok && json.Unmarshal([]byte(text), &m) == nil && m.Is != nil {
			said[m.Step] = m.Is
		}
	}
	if err != nil {
		lines := strings.Split(stderr.String(), "\n")
		t.Fatalf("%v\n%s", err, strings.Join(lines[max(0, len(lines)-20):], "\n"))
	}
	t.Logf("%d answers in %v of Nix", len(said), cmd.ProcessState.UserTime())
	return said
}

// channelsOf are the channels of a system, with their names below pkgs.
func channelsOf(system string) [][2]string {
	if strings.HasSuffix(system, "-linux") {
		return [][2]string{{"main", ""}, {"linux-stable", "stable"}, {"old", "old"}, {"patched", "patched"}}
	}
	return [][2]string{{"main", ""}, {"darwin-stable", "stable"}, {"patched", "patched"}}
}

// evaluatedOf puts together what was said of one package.
func evaluatedOf(t *testing.T, s *Stack, said map[string]json.RawMessage, id, pkg, system string) Evaluated {
	t.Helper()
	read := func(step string, v any) bool {
		text, ok := said[id+step]
		if ok && json.Unmarshal(text, v) != nil {
			t.Fatalf("%s is %s", id+step, text)
		}
		return ok
	}
	var is struct{ Derivation, Version, Unknown string }
	if !read("/is", &is) {
		t.Fatalf("nothing is said at %s", id)
	}
	e := Evaluated{Package: pkg, System: system, Derivation: is.Derivation, Version: is.Version, Unknown: is.Unknown, Source: fleet.SourceEvaluated}
	for i, c := range channelsOf(system) {
		is.Derivation = ""
		read(fmt.Sprintf("/channel/%d", i), &is)
		e.Channels = append(e.Channels, EvaluatedChannel{Channel: c[0], Derivation: is.Derivation, Version: is.Version})
	}
	type layer struct {
		Number int
		Name   string
	}
	var layers struct{ Layers, Definers []layer }
	if !read("/layers", &layers) {
		t.Fatalf("nothing is said of layers at %s", id)
	}
	var faithful, triggered bool
	if read("/faithful", &faithful) && !faithful {
		t.Errorf("%s: made again it is another package", id)
	}
	for _, l := range layers.Definers {
		found, at := s.Find(NixLayer{Package: pkg, System: system, Name: l.Name})
		if found.Name != l.Name || found.Number != l.Number+1 || at.IsZero() {
			t.Errorf("%s: layer %d %s is %+v at %v", id, l.Number, l.Name, found.Name, at)
		}
		out := EvaluatedLayer{Layer: found.Name, Number: found.Number, Defines: true, At: at}
		var other Without
		if read(fmt.Sprintf("/entry/%d", l.Number), &other) {
			out.Matters, out.Without = fleet.TruthOf(other.Derivation != e.Derivation), &other
		}
		e.Layers = append(e.Layers, out)
	}
	if read("/changed", &triggered) {
		e.Changed = fleet.TruthOf(triggered && len(e.Layers) == 0)
		for _, l := range layers.Layers {
			var other Without
			if read(fmt.Sprintf("/whole/%d", l.Number), &other) && other.Derivation != e.Derivation {
				e.Changed = fleet.True
				if !slices.ContainsFunc(e.Layers, func(o EvaluatedLayer) bool { return o.Number == l.Number+1 }) {
					e.Layers = append(e.Layers, EvaluatedLayer{Layer: l.Name, Number: l.Number + 1, Matters: fleet.True})
				}
			}
		}
	}
	return e
}
