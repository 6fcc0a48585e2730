package compose

import (
	"flag"
	"fmt"
	"os"
	"path/filepath"
	"reflect"
	"slices"
	"strings"
	"testing"

	"assay/fleet"
	"assay/fleet/fleetfile"
	"assay/modules"
)

var update = flag.Bool("update", false, "write the golden files")

// root is the repository's, where the example fleet is.
const root = "../.."

func example(t testing.TB) (*modules.Tree, *fleet.Fleet) {
	t.Helper()
	src, err := os.ReadFile(filepath.Join(root, fleetfile.Name))
	if err != nil {
		t.Fatal(err)
	}
	f, err := fleetfile.Parse(fleetfile.Name, src)
	if err != nil {
		t.Fatal(err)
	}
	tree, err := modules.Read(os.DirFS(root), f.Fleet.Sources.Modules)
	if err != nil {
		t.Fatal(err)
	}
	return tree, f.Fleet
}

func composeAll(tree *modules.Tree, f *fleet.Fleet) []Composition {
	var all []Composition
	for i := range f.Machines {
		all = append(all, Compose(tree, Request{Fleet: f, Machine: &f.Machines[i]}))
	}
	return all
}

func TestExampleHasNoProblems(t *testing.T) {
	tree, f := example(t)
	for _, p := range tree.Problems {
		t.Errorf("tree: %v", p)
	}
	for _, c := range composeAll(tree, f) {
		for _, p := range c.Problems {
			t.Errorf("%s: %v", c.Machine, p)
		}
		for _, s := range append([]Scope{c.Scope}, c.Homes...) {
			for _, o := range s.Options {
				if o.Merged.State == Conflict {
					t.Errorf("%s %s: %s: %s", c.Machine, s.User, o.Path, o.Merged.Reason)
				}
			}
		}
	}
}

// TestTableCoversExample keeps the table complete: every path that the tree
// sets has a type in it.
func TestTableCoversExample(t *testing.T) {
	tree, f := example(t)
	missing := map[string]fleet.Pos{}
	for _, c := range composeAll(tree, f) {
		for _, s := range append([]Scope{c.Scope}, c.Homes...) {
			for _, o := range s.Options {
				if o.Type == "" && !strings.HasPrefix(o.Path, varsPath+".") { // GeneratorsOf reads those by itself
					missing[string(s.Class)+" "+o.Path] = o.Definitions[0].At
				}
			}
		}
	}
	for path, at := range missing {
		t.Errorf("%s (%s) is not in options.tsv", path, at)
	}
}

// TestEveryAspectMatters removes the aspects one at a time. An aspect without
// which every host stays the same does nothing and should go. Aspects of class
// terranix describe infrastructure, not hosts.
func TestEveryAspectMatters(t *testing.T) {
	tree, f := example(t)
	whole := composeAll(tree, f)
	n := 0
	for _, a := range tree.Aspects {
		if a.Class == "terranix" {
			continue
		}
		n++
		without := tree.Without(a)
		changes := func(c Composition) bool {
			now := Compose(without, Request{Fleet: f, Machine: f.Machine(c.Machine)})
			return !reflect.DeepEqual(contents(c), contents(now))
		}
		if !slices.ContainsFunc(whole, changes) {
			t.Errorf("without aspect %s of class %s no host changes", a.Name, a.Class)
		}
	}
	if n < 25 {
		t.Errorf("the example has %d aspects, which is too few to show anything", n)
	}
}

// contents is what a composition comes to, without which aspect said so and
// where: what a plan would compare.
func contents(c Composition) map[string]string {
	out := map[string]string{}
	for _, s := range append([]Scope{c.Scope}, c.Homes...) {
		for _, o := range s.Options {
			out[s.User+" "+o.Path] = string(o.Merged.State) + " " + o.Merged.Value.Text + " " + o.Merged.Reason
		}
		for _, p := range s.Packages {
			out[s.User+" package "+p.Name] = p.Option
		}
		for _, i := range s.Foreign {
			out[s.User+" foreign "+i.Ref] = "imported"
		}
	}
	return out
}

func TestGoldenCinnabar(t *testing.T) {
	tree, f := example(t)
	got := print(Compose(tree, Request{Fleet: f, Machine: f.Machine("cinnabar")}))
	golden(t, "testdata/cinnabar.txt", got)
}

func TestGoldenOnly(t *testing.T) {
	tree, f := example(t)
	got := print(Compose(tree, Request{Fleet: f, Machine: f.Machine("stibnite"), Only: []string{"base"}}))
	golden(t, "testdata/stibnite-base.txt", got)
}

func golden(t *testing.T, name, got string) {
	t.Helper()
	if *update {
		if err := os.MkdirAll(filepath.Dir(name), 0o755); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(name, []byte(got), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	want, err := os.ReadFile(name)
	if err != nil {
		t.Fatalf("%v; hint: go test -update writes it", err)
	}
	if got == string(want) {
		return
	}
	g, w := strings.Split(got, "\n"), strings.Split(string(want), "\n")
	for i := range g {
		if i >= len(w) || g[i] != w[i] {
			t.Fatalf("%s:%d differs\n got %s\nwant %s\nhint: go test -update, and read the difference", name, i+1, g[i], append(w, "")[min(i, len(w))])
		}
	}
	t.Fatalf("%s has %d lines, the composition %d", name, len(w), len(g))
}

// print writes a composition for people.
func print(c Composition) string {
	var b strings.Builder
	fmt.Fprintf(&b, "machine %s, %s, %s\n", c.Machine, c.System, c.Class)
	for _, s := range append([]Scope{c.Scope}, c.Homes...) {
		fmt.Fprintf(&b, "\nscope %q, %s\n", s.User, s.Class)
		for _, a := range s.Aspects {
			fmt.Fprintf(&b, "aspect %s by %s\n", a.Name, wayText(a.Way))
			for _, at := range a.Files {
				fmt.Fprintf(&b, "    in %s\n", at)
			}
		}
		for _, i := range s.Foreign {
			fmt.Fprintf(&b, "foreign %s by %s, %s\n", i.Ref, i.From, i.At)
		}
		for _, o := range s.Options {
			fmt.Fprintf(&b, "%s (%s): %s %s%s\n", o.Path, o.Type, o.Merged.State, o.Merged.Value.Text, o.Merged.Reason)
			for i, d := range o.Definitions {
				mark := " "
				if i == o.Merged.Winner {
					mark = "*"
				}
				fmt.Fprintf(&b, "  %s %s %s by %s, %s%s\n", mark, d.Value.Text, rank(d), d.Aspect, d.At, when(d))
			}
		}
		for _, p := range s.Packages {
			fmt.Fprintf(&b, "package %s by %s in %s, %s\n", p.Name, p.Option, p.Aspect, p.At)
		}
	}
	for _, p := range c.Problems {
		fmt.Fprintf(&b, "%v\n", p)
	}
	return b.String()
}

func rank(d Definition) string {
	s := fmt.Sprintf("[%d", d.Priority)
	if d.Order != plainOrder {
		s += fmt.Sprintf(" at %d", d.Order)
	}
	return s + "]"
}

func when(d Definition) string {
	if d.Condition == "" {
		return ""
	}
	return " if " + d.Condition
}
