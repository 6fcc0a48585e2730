package native_test

import (
	"encoding/json"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"assay/fleet"
	"assay/fleet/engine/nix/miniature"
	"assay/modules/compose"
	"assay/overlay"
)

const root = "../../../.."

// question is what Nix is asked about one machine.
type question struct {
	Class    fleet.Class           `json:"class"`
	Options  [][]string            `json:"options"`
	Homes    map[string][][]string `json:"homes"`
	Packages map[string]string     `json:"packages"` // the alias of the channel by the package's path
	Default  string                `json:"default"`  // the alias of the default channel
}

// answer is what Nix says.
type answer struct {
	Options  []result
	Homes    map[string][]result
	Aspects  []string
	Packages map[string]struct{ Used, Channel, Default *pkg }
	Revision *string
}

type result struct {
	Ok    bool
	Value any
}

type pkg struct{ Derivation, Version string }

// asked is one machine's composition with the questions that it leads to.
type asked struct {
	composition compose.Composition
	question    question
	options     []compose.Option            // those of the questions, in order
	homes       map[string][]compose.Option // by user
	supply      map[string][2]string        // layer and channel, by package
}

// TestGoAndNixAgree evaluates the example fleet over the miniature world, and
// compares with what the composition says: the aspects of every machine in
// order, the value of every option that is known, and every package's version,
// layer and channel. With both ways to compose the layers.
func TestGoAndNixAgree(t *testing.T) {
	t.Run("merge", func(t *testing.T) { agree(t, prepare(t)) })
	t.Run("compose", func(t *testing.T) {
		agree(t, prepare(t, `composition = "merge"`, `composition = "compose"`))
	})
}

func agree(t *testing.T, f *fixture) {
	t.Helper()
	w, err := miniature.Write(filepath.Join(f.dir, "world"))
	check(t, err)
	answers := f.ask(w.Overrides())
	known := 0
	for name, a := range f.asked {
		got, ok := answers[name]
		if !ok {
			t.Errorf("Nix has no machine %s", name)
			continue
		}
		known += compareOptions(t, name, a.options, got.Options, got.derivations(), exact)
		for user, options := range a.homes {
			known += compareOptions(t, name+" "+user, options, got.Homes[user], got.derivations(), exact)
		}
		compareAspects(t, name, a.composition.Scope.Aspects, got.Aspects)
		comparePackages(t, name, a, got)
		if got.Revision == nil || *got.Revision != f.commit {
			t.Errorf("%s: the configuration's revision is %v, and the commit %s", name, got.Revision, f.commit)
		}
	}
	t.Logf("%d options of %d machines agree", known, len(answers))
	if known < 800 {
		t.Errorf("only %d options are known, the comparison shows little", known)
	}
}

// TestGoAndRealNixpkgsAgree does the same with the real inputs. Modules from
// outside of the tree define options as well there: lists may have more
// elements and texts more lines.
func TestGoAndRealNixpkgsAgree(t *testing.T) {
	inputs := os.Getenv("ASSAY_NIX_INPUTS")
	if inputs == "" {
		t.Skip("not run: ASSAY_NIX_INPUTS names no directory with nixpkgs, flake-parts, import-tree, home-manager and nix-darwin")
	}
	f := prepare(t)
	w, err := miniature.Write(filepath.Join(f.dir, "world"))
	check(t, err)
	var args []string
	for _, name := range miniature.Inputs() {
		ref := w.Reference(name) // what the directory does not have stays small
		if dir := filepath.Join(inputs, name); exists(dir) {
			ref = "path:" + dir
		} else if strings.HasPrefix(name, "nixpkgs") && exists(filepath.Join(inputs, "nixpkgs")) {
			ref = "path:" + filepath.Join(inputs, "nixpkgs")
		}
		args = append(args, "--override-input", name, ref)
	}
	answers := f.ask(args)
	known := 0
	for name, a := range f.asked {
		got := answers[name]
		known += compareOptions(t, name, a.options, got.Options, got.derivations(), within)
		for user, options := range a.homes {
			known += compareOptions(t, name+" "+user, options, got.Homes[user], got.derivations(), within)
		}
		compareAspects(t, name, a.composition.Scope.Aspects, got.Aspects)
	}
	t.Logf("%d options of %d machines agree with %s", known, len(answers), inputs)
}

// ask evaluates once, for all machines.
func (f *fixture) ask(args []string) map[string]answer {
	f.t.Helper()
	f.lock(args)
	out := f.run("nix", "eval", "--json", "git+file://"+filepath.Join(f.dir, "fleet")+"#answers")
	var answers map[string]answer
	check(f.t, json.Unmarshal([]byte(out), &answers))
	return answers
}

// questionsOf asks about every option that is known, and every package.
func questionsOf(c compose.Composition, f *fleet.Fleet, stack *overlay.Stack) *asked {
	a := &asked{composition: c, homes: map[string][]compose.Option{}, supply: map[string][2]string{},
		question: question{Class: c.Class, Homes: map[string][][]string{}, Packages: map[string]string{}}}
	alias := func(channel string) string {
		i := slices.IndexFunc(f.Channels, func(c fleet.Channel) bool { return c.Name == channel })
		if i >= 0 && f.Channels[i].As != "" {
			return f.Channels[i].As
		}
		return channel
	}
	a.question.Default = alias(stack.Default())
	for _, scope := range append([]compose.Scope{c.Scope}, c.Homes...) {
		var options []compose.Option
		paths := [][]string{}
		for _, o := range scope.Options {
			if o.Merged.State == compose.Known {
				options = append(options, o)
				paths = append(paths, split(o.Path))
			}
			for _, d := range o.Definitions {
				eachPackage(d.Value.Data, func(name string) { a.question.Packages[name] = "" })
			}
		}
		for _, p := range scope.Packages {
			a.question.Packages[p.Name] = ""
		}
		if scope.User == "" {
			a.options, a.question.Options = options, paths
		} else {
			a.homes[scope.User], a.question.Homes[scope.User] = options, paths
		}
	}
	for _, system := range stack.Systems() { // and what layers define, here or elsewhere
		for _, l := range stack.Layers(system) {
			for _, e := range l.Entries {
				if l.Name != overlay.LayerInputs {
					a.question.Packages[e.Package] = ""
				}
			}
		}
	}
	for name := range a.question.Packages {
		layer, channel := stack.Supply(name, c.System)
		a.supply[name] = [2]string{layer, channel}
		a.question.Packages[name] = alias(channel)
	}
	return a
}

func eachPackage(data any, found func(name string)) {
	switch d := data.(type) {
	case compose.PackageRef:
		found(d.Name)
	case []any:
		for _, e := range d {
			eachPackage(e, found)
		}
	case map[string]any:
		for _, e := range d {
			eachPackage(e, found)
		}
	}
}

// split takes an option's path apart: names with other characters are quoted.
func split(path string) []string {
	var names []string
	for path != "" {
		name, rest := "", ""
		if quoted, ok := strings.CutPrefix(path, `"`); ok {
			name, rest, _ = strings.Cut(quoted, `"`)
			rest = strings.TrimPrefix(rest, ".")
		} else {
			name, rest, _ = strings.Cut(path, ".")
		}
		names, path = append(names, name), rest
	}
	return names
}

// derivations are those of the machine's packages, by name.
func (a answer) derivations() map[string]string {
	drvs := map[string]string{}
	for name, p := range a.Packages {
		if p.Used != nil {
			drvs[name] = p.Used.Derivation
		}
	}
	return drvs
}
