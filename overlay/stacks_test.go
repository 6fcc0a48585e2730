package overlay

import (
	"encoding/json"
	"fmt"
	"math/rand/v2"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"testing"

	"assay/fleet"
	"assay/fleet/fleetfile"
)

// stackSystems are the systems on which stacks are compared, stackNames the
// packages.
var (
	stackSystems = []string{"x86_64-linux", "aarch64-linux", "aarch64-darwin"}
	stackNames   = []string{"a", "b", "c", "d", "mine", "s", "s.x", "s.y", "stable.a"}
)

// TestStacksAsNix writes many random fleet.toml, lets real Nix build their
// layers with assay.nix over miniature channels, and compares for every
// package and system the layer, the channel, the version, and which shadowed
// entries are dead, which Nix finds by leaving each of them out.
func TestStacksAsNix(t *testing.T) {
	nix, err := exec.LookPath("nix-instantiate")
	if err != nil {
		t.Skip("not run: nix-instantiate is not installed")
	}
	dir := writeWorld(t)
	var stacks []*Stack
	var texts []string
	for seed := range uint64(540) {
		text := randomStack(rand.New(rand.NewPCG(seed, 7)))
		stacks, texts = append(stacks, openStack(t, dir, text)), append(texts, text)
	}
	answers := evaluateStacks(t, nix, dir, texts)
	var n tally
	for i, s := range stacks {
		for _, system := range stackSystems {
			n.compare(t, fmt.Sprintf("stack %d on %s", i, system), s, system, answers[i][system])
		}
		if t.Failed() {
			t.Fatalf("stack %d is\n%s", i, texts[i])
		}
	}
	t.Logf("%d stacks, %d packages: %d with a layer, %d of a known version, %d shadowed entries: %d dead, %d alive, %d unknown",
		len(stacks), n.packages, n.layered, n.versions, n.dead+n.alive+n.unknown, n.dead, n.alive, n.unknown)
	if n.layered < 5000 || n.versions < 5000 || n.dead < 1000 || n.alive < 300 || n.unknown > n.dead+n.alive {
		t.Error("the stacks show too little")
	}
}

// nixAnswer is what Nix says of a stack on one system.
type nixAnswer struct {
	Same     bool // the single layers come to what assay.nix makes of them
	Packages map[string]*struct {
		Layer            string
		Channel, Version *string
		Shadowed         []struct {
			Layer string
			Dead  bool
		}
	}
}

// tally counts what was compared.
type tally struct{ packages, layered, versions, dead, alive, unknown int }

func (n *tally) compare(t *testing.T, title string, s *Stack, system string, nix nixAnswer) {
	t.Helper()
	if !nix.Same {
		t.Errorf("%s: the layers one by one are not the overlay", title)
	}
	for _, name := range stackNames {
		a, got := s.Which(name, system), nix.Packages[name]
		title := title + ": " + name
		if got == nil { // no layer and no channel has it
			if a.Layer != "" && a.Set == "" {
				t.Errorf("%s is in the layer %s, and Nix does not have it", title, a.Layer)
			}
			continue
		}
		n.packages++
		if a.Layer != got.Layer || a.Reason == "" {
			t.Errorf("%s is in the layer %q, and in %q for Nix: %s", title, a.Layer, got.Layer, a.Reason)
		}
		if a.Layer != "" {
			n.layered++
		}
		n.channel(t, title, s, a, got.Channel)
		if a.Version != "" {
			n.versions++
			if got.Version == nil || *got.Version != a.Version {
				t.Errorf("%s has version %s, and %v for Nix", title, a.Version, *got.Version)
			}
		} else if v := s.version(a.Channel, name, system); (a.Layer == "" || a.Layer == LayerHotfixes) && v.Version != "" && a.Set == "" {
			t.Errorf("%s has no version, and its channel has %v", title, v)
		}
		if len(a.Shadowed) != len(got.Shadowed) {
			t.Errorf("%s shadows %d entries, and %d for Nix", title, len(a.Shadowed), len(got.Shadowed))
			continue
		}
		for i, e := range a.Shadowed {
			n.shadowed(t, title, e, got.Shadowed[i].Layer, got.Shadowed[i].Dead)
		}
	}
}

// channel compares the channel, where the text of an override settles it. A
// channel without patches has its base's packages.
func (n *tally) channel(t *testing.T, title string, s *Stack, a Answer, nix *string) {
	t.Helper()
	es := s.table(a.System).find(a.Package)
	if len(es) > 0 {
		if w := es[len(es)-1]; w.Start.Unclear || w.Layer == LayerFlakeInputs || s.Composition() == "compose" && unsettledBelow(es) {
			return
		}
	}
	channel := a.Channel
	if s.bare(channel) {
		channel = s.def
	}
	if nix == nil || *nix != channel {
		t.Errorf("%s comes from %q, and for Nix from %q", title, a.Channel, *nix)
	}
}

// unsettledBelow reports whether something below an override that builds on
// it is not known to Which, the content of a flake input's overlay.
func unsettledBelow(es []Entry) bool {
	for i := len(es) - 1; i > 0 && es[i].uses() != fleet.False; i-- {
		if es[i-1].Layer == LayerFlakeInputs || es[i-1].Start.Unclear {
			return true
		}
	}
	return false
}

func (n *tally) shadowed(t *testing.T, title string, e Entry, layer string, dead bool) {
	t.Helper()
	switch {
	case e.Layer != layer || e.Why == "":
		t.Errorf("%s: shadows %s (%s), and %s for Nix", title, e.Layer, e.Why, layer)
	case e.Dead == fleet.Unknown:
		n.unknown++
		return
	case e.Dead != fleet.TruthOf(dead):
		t.Errorf("%s: the entry of %s is dead: %v (%s), and for Nix %v", title, e.Layer, e.Dead, e.Why, dead)
	}
	if dead {
		n.dead++
	} else {
		n.alive++
	}
}

// openStack reads a fleet.toml as assay does, with what the channels hold.
func openStack(t *testing.T, dir, text string) *Stack {
	t.Helper()
	file, err := fleetfile.Parse("fleet.toml", []byte(text))
	if err != nil {
		t.Fatalf("%v\n%s", err, text)
	}
	in, ps := Read(os.DirFS(dir), file.Fleet)
	if len(ps) > 0 {
		t.Fatalf("%v\n%s", ps, text)
	}
	in.Indexes = make(map[IndexKey]*Index)
	for channel, version := range stackChannels {
		if channel == "old" {
			continue
		}
		var members []string
		for _, p := range []string{"a", "b", "c", "d", "s.x", "s.y"} {
			members = append(members, fmt.Sprintf(`"%s": {"version": "%s"}`, p, version))
		}
		if in.Indexes[IndexKey{channel, ""}], err = ReadIndex(strings.NewReader("{" + strings.Join(members, ",") + "}")); err != nil {
			t.Fatal(err)
		}
	}
	s, _ := Resolve(in)
	return s
}

// evaluateStacks has two processes of Nix evaluate half of the stacks each.
func evaluateStacks(t *testing.T, nix, dir string, texts []string) []map[string]nixAnswer {
	t.Helper()
	var wait sync.WaitGroup
	parts := make([][]map[string]nixAnswer, 2)
	half := len(texts) / 2
	for i, part := range [][]string{texts[:half], texts[half:]} {
		wait.Go(func() { parts[i] = evaluateSome(t, nix, dir, i, part) })
	}
	wait.Wait()
	if t.Failed() {
		t.FailNow()
	}
	return append(parts[0], parts[1]...)
}

func evaluateSome(t *testing.T, nix, dir string, part int, texts []string) []map[string]nixAnswer {
	var cases []map[string]string
	for _, text := range texts {
		cases = append(cases, map[string]string{"text": text})
	}
	file := filepath.Join(dir, fmt.Sprintf("cases%d.json", part))
	input, err := json.Marshal(map[string]any{"cases": cases, "systems": stackSystems, "names": stackNames})
	if err == nil {
		err = os.WriteFile(file, input, 0o600)
	}
	if err != nil {
		t.Error(err)
		return nil
	}
	cmd := exec.CommandContext(t.Context(), nix, "--store", "dummy://", "--eval", "--strict", "--json", "--argstr", "file", file, filepath.Join(dir, "run.nix"))
	cmd.Env = append(os.Environ(), "NIX_USER_CONF_FILES=/dev/null")
	var stderr strings.Builder
	cmd.Stderr = &stderr
	out, err := cmd.Output()
	if err != nil {
		t.Errorf("%v\n%s", err, stderr.String())
		return nil
	}
	t.Logf("%d stacks in %v of Nix", len(texts), cmd.ProcessState.UserTime())
	var answers []map[string]nixAnswer
	if err := json.Unmarshal(out, &answers); err != nil {
		t.Error(err)
	}
	return answers
}
