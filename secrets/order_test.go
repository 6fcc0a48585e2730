package secrets_test

import (
	"errors"
	"slices"
	"strings"
	"testing"

	declare "assay/fleet"
	"assay/secrets"
	"assay/secrets/vars"
)

// TestPlanCycle: generators that depend on each other, and what depends on
// them, cannot be made; all others are.
func TestPlanCycle(t *testing.T) {
	store, ids := varsFleet(t)
	random := `openssl rand -hex 8 > "$out"/f`
	w := secrets.Wanted{Declarations: []declare.Declaration{
		{Machine: "m", Generators: []declare.Generator{
			scripted("m", "a", false, `cat "$in"/b/f > "$out"/f`, []string{"b"}, "f"),
			scripted("m", "b", false, `cat "$in"/c/f > "$out"/f`, []string{"base", "c"}, "f"),
			scripted("m", "base", false, random, nil, "f"),
			scripted("m", "c", false, `cat "$in"/d/f > "$out"/f`, []string{"d"}, "f"),
			scripted("m", "d", false, `cat "$in"/b/f > "$out"/f`, []string{"b", "c"}, "f"),
			scripted("m", "own", false, `cat "$in"/own/f > "$out"/f`, []string{"own"}, "f"),
			scripted("m", "other", false, random, nil, "f"),
		}},
		{Machine: "n", Generators: []declare.Generator{
			scripted("n", "b", false, random, nil, "f"), scripted("n", "a", false, `cat "$in"/b/f > "$out"/f`, []string{"b"}, "f"),
		}},
	}}
	lines := []string{
		"per-machine/m/base: not generated yet",
		"per-machine/m/b: not generated yet (generators depend on each other: b (m.nix:3) -> c (m.nix:3) -> d (m.nix:3) -> b)",
		"per-machine/m/c: not generated yet (generators depend on each other: c (m.nix:3) -> d (m.nix:3) -> c)",
		"per-machine/m/d: not generated yet (generators depend on each other: d (m.nix:3) -> c (m.nix:3) -> d)",
		"per-machine/m/a: not generated yet (it needs b, which cannot be made)",
		"per-machine/m/other: not generated yet",
		"per-machine/m/own: not generated yet (generators depend on each other: own (m.nix:3) -> own)",
		"per-machine/n/b: not generated yet",
		"per-machine/n/a: not generated yet",
	}
	for range 2 { // in either order of the declarations
		p := planned(t, store, w)
		want(t, "the plan", said(p), lines...)
		for _, s := range p.Steps {
			if strings.Contains(s.Blocked, "each other") && s.Remedy != "remove one of these dependencies" {
				t.Errorf("%s: %q", s.Place.Dir(), s.Remedy)
			}
		}
		slices.Reverse(w.Declarations[0].Generators)
	}
	of := w
	of.Of, of.Declarations = []string{"n"}, w.Declarations[1:]
	want(t, "of n", said(planned(t, store, of)), lines[7:]...)
	want(t, "made", generated(t, store, planned(t, store, w), nil, ids), "per-machine/m/base", "per-machine/m/other", "per-machine/n/b", "per-machine/n/a")
	want(t, "then", said(planned(t, store, w)), append(slices.Clone(lines[1:5]), lines[6])...)
}

// TestCycleThere: what is there and fresh is not in a plan, though it depends
// on itself; a change of one does not make the others of its cycle.
func TestCycleThere(t *testing.T) {
	store, _ := varsFleet(t)
	var err error
	for _, name := range []string{"a", "b", "after"} {
		err = errors.Join(err, store.SetPublic(vars.Machine("m", name).Var("f"), []byte("x")))
	}
	if err != nil {
		t.Fatal(err)
	}
	w := secrets.Wanted{Declarations: []declare.Declaration{{Machine: "m", Generators: []declare.Generator{
		scripted("m", "a", false, "", []string{"b"}, "+f"), scripted("m", "b", false, "", []string{"a"}, "+f"),
		scripted("m", "after", false, `cat "$in"/a/f > "$out"/f`, []string{"a"}, "+f"),
	}}}}
	want(t, "there", said(planned(t, store, w)))
	w.Regenerate = "a"
	want(t, "a anew", said(planned(t, store, w)),
		"per-machine/m/a: asked for (generators depend on each other: a (m.nix:3) -> b (m.nix:3) -> a)",
		"per-machine/m/after: depends on a (it needs a, which cannot be made)")
}
