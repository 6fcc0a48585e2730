package secrets

import (
	"cmp"
	"fmt"
	"slices"
	"strings"

	"assay/fleet"
	"assay/secrets/generate"
	"assay/secrets/vars"
)

// Step is one generator of a plan.
type Step struct {
	Place    vars.Generator
	Declared *fleet.Generator
	Machines []string // that declare it
	Groups   []string // that read its secrets
	Recipe   generate.Recipe
	Reason   string // why it runs
	// Blocked is why it cannot run; the other steps go on.
	Blocked string
	Remedy  string
	Exists  bool // its files are there, and are replaced
	// Completes are files that are worked out from those that are there,
	// which stay; nil where all are made.
	Completes []string
	// Prompts are the questions to answer before anything runs.
	Prompts []fleet.VarPrompt
	needs   []vars.Generator
	by      []*fleet.Generator // who declares it, surely or not
	// Asked is one that the operator wants anew, whatever is there.
	Asked bool
}

// GeneratePlan is what generate would do, dependencies first.
type GeneratePlan struct {
	Steps []Step
}

// ReplacesShared reports whether something that machines share is made anew.
func (p GeneratePlan) ReplacesShared() bool {
	return slices.ContainsFunc(p.Steps, func(s Step) bool { return s.Exists && s.Place.Scope == vars.SharedOnce && s.Blocked == "" })
}

// Wanted says what to plan.
type Wanted struct {
	Declarations []fleet.Declaration
	Regenerate   string // the generator to make anew, with what depends on it
	// Of are the machines whose generators are looked at; nil are all. What
	// others declare runs only if it depends on one that runs.
	Of []string
}

// PlanGenerate works out which generators have to run: those of which a file
// is missing or whose validation has changed, the one to make anew, and then
// those that depend on one of them. Nothing is written and nothing decrypted.
// Generators on a cycle of dependencies, and what depends on them, are blocked;
// the others are not.
func PlanGenerate(store *vars.Store, w Wanted) (GeneratePlan, error) {
	g := graphOf(store, w.Declarations)
	order := g.order()
	found, asked := false, w.Regenerate
	for _, n := range order {
		if n.isOf(w.Of) {
			n.judge(store)
			if asked != "" && n.place.Name == asked {
				found, n.asked = true, true
				n.reason, n.half, n.unread = "asked for", nil, nil
			}
		} else {
			n.exists = store.HasGenerator(n.place)
		}
		for _, need := range n.needs {
			if of := g.nodes[need]; of != nil && of.reason != "" && n.reason == "" && !n.onCycleWith(of) {
				n.reason, n.half = "depends on "+need.Name, nil
			}
		}
	}
	if asked != "" && !found {
		return GeneratePlan{}, g.undeclared(w)
	}
	var p GeneratePlan
	blocked := map[vars.Generator]bool{}
	for _, n := range order {
		if n.reason == "" {
			continue
		}
		step := n.step(store, blocked, g)
		if step.Blocked != "" {
			blocked[n.place] = true
		}
		p.Steps = append(p.Steps, step)
	}
	return p, nil
}

// undeclared is the error about a generator to make anew that there is not.
func (g graph) undeclared(w Wanted) error {
	var names []string
	for place, n := range g.nodes {
		if n.isOf(w.Of) {
			names = append(names, place.Name)
		}
	}
	hint := "assay vars list"
	if near := fleet.Nearest(w.Regenerate, slices.Sorted(slices.Values(names))); near != "" {
		hint = fmt.Sprintf("did you mean %q?", near)
	}
	return fmt.Errorf("no generator %q is declared by %s; hint: %s", w.Regenerate, machinesOf(w), hint)
}

func machinesOf(w Wanted) string {
	switch {
	case len(w.Of) == 1:
		return "machine " + w.Of[0]
	case len(w.Declarations) == 1:
		return "machine " + w.Declarations[0].Machine
	}
	return fmt.Sprintf("these %d machines", cmp.Or(len(w.Of), len(w.Declarations)))
}

// node is a generator in its place with all who declare it.
type node struct {
	place  vars.Generator
	by     []*fleet.Generator
	groups []string
	needs  []vars.Generator
	reason string
	half   []string // files that are there although others are missing
	exists bool
	asked  bool
	unread error   // why it is not known what is there
	cycle  []*node // those that it depends on and that depend on it, with it; nil for none
	around []*node // a way over some of them, from it back to it
}

// isOf reports whether one of the machines declares it; nil are all.
func (n *node) isOf(machines []string) bool {
	return machines == nil || slices.ContainsFunc(n.by, func(g *fleet.Generator) bool { return slices.Contains(machines, g.Machine) })
}

type graph struct {
	nodes map[vars.Generator]*node
}

// graphOf collects what is declared, and resolves dependencies: a name is the
// generator of the same machine where it has one, else a shared one.
func graphOf(store *vars.Store, declared []fleet.Declaration) graph {
	g := graph{map[vars.Generator]*node{}}
	for i := range declared {
		d := &declared[i]
		for j := range d.Generators {
			of := &d.Generators[j]
			place := vars.Place(of)
			n := g.nodes[place]
			if n == nil {
				n = &node{place: place, groups: d.Groups}
				g.nodes[place] = n
			}
			n.by = append(n.by, of)
			for _, name := range of.Dependencies {
				need := vars.Shared(name)
				if own := d.Generator(name); own != nil {
					need = vars.Place(own)
				}
				if !slices.Contains(n.needs, need) {
					n.needs = append(n.needs, need)
				}
			}
		}
	}
	return g
}

// judge decides whether the generator has to run by itself. What cannot be told
// is the reason where nothing else is, and stops it.
func (n *node) judge(store *vars.Store) {
	var missing []string
	there := 0
	for _, g := range n.by {
		if g.Certainty != fleet.Exact {
			continue
		}
		for _, f := range g.Files {
			public, secret, err := store.Has(n.place.Var(f.Name))
			switch {
			case err != nil:
				n.unread = err
			case f.Secret.Value && secret, !f.Secret.Value && public, f.Secret.Why != "" && (public || secret):
				there++
				if !slices.Contains(n.half, f.Name) {
					n.half = append(n.half, f.Name)
				}
			case f.Condition == "" && !slices.Contains(missing, f.Name):
				missing = append(missing, f.Name)
			}
		}
	}
	n.exists = there > 0
	outdated := ""
	if n.exists && n.unread == nil {
		outdated, n.unread = (&checker{store: store}).outdated(&want{place: n.place, by: n.by})
	}
	switch {
	case n.unread != nil:
		n.reason = "it is not known whether it is there as it should be"
	case len(missing) > 0 && there > 0:
		n.reason = strings.Join(missing, ", ") + " is missing"
		return
	case len(missing) > 0:
		n.reason = "not generated yet"
	case outdated != "":
		n.reason = outdated
	}
	n.half = nil
}

// surest is one of the surest declarations.
func (n *node) surest() *fleet.Generator {
	if i := slices.IndexFunc(n.by, func(g *fleet.Generator) bool { return g.Certainty == fleet.Exact }); i >= 0 {
		return n.by[i]
	}
	return n.by[0]
}

// step is what the plan says of a generator that has to run.
func (n *node) step(store *vars.Store, blocked map[vars.Generator]bool, g graph) Step {
	best := n.surest()
	s := Step{Place: n.place, Declared: best, Groups: n.groups, Reason: n.reason, Exists: n.exists, Prompts: best.Prompts, needs: n.needs, by: n.by, Asked: n.asked}
	for _, of := range n.by {
		if of.Certainty == fleet.Exact {
			s.Machines = append(s.Machines, of.Machine)
		}
	}
	if len(s.Machines) == 0 { // asked for, though nobody surely declares it
		for _, of := range n.by {
			s.Machines = append(s.Machines, of.Machine)
		}
	}
	s.Recipe = RecipeOf(best)
	set := "assay vars set " + s.Machines[0] + " " + n.place.Name + "/FILE"
	block := func(remedy, format string, args ...any) Step {
		s.Blocked, s.Remedy = fmt.Sprintf(format, args...), remedy
		return s
	}
	if best.Share.Why != "" {
		return block("", "whether it is shared is not known: %s", best.Share.Why)
	}
	if best.FilesWhy != "" {
		return block("", "its files are not all known: %s", best.FilesWhy)
	}
	if i := slices.IndexFunc(best.Files, func(f fleet.VarFile) bool { return f.Secret.Why != "" }); i >= 0 {
		return block("", "whether %s is secret is not known: %s", best.Files[i].Name, best.Files[i].Secret.Why)
	}
	if n.unread != nil {
		return block("restore it from version control, or assay vars generate "+s.Machines[0]+" --regenerate "+n.place.Name, "%s", n.unread)
	}
	if n.cycle != nil {
		return block("remove one of these dependencies", "generators depend on each other: %s", n.way())
	}
	if len(n.half) > 0 {
		if s.Completes = completes(best, n.half, s.Recipe); s.Completes != nil {
			s.Exists, s.Prompts = false, nil
			return s
		}
		return block("restore it from version control, or assay vars generate "+s.Machines[0]+" --regenerate "+n.place.Name,
			"%s is there, and making the rest would replace it", strings.Join(n.half, ", "))
	}
	for _, need := range n.needs {
		switch of := g.nodes[need]; {
		case blocked[need]:
			return block("", "it needs %s, which cannot be made", need.Name)
		case of == nil && !store.HasGenerator(need):
			return block("", "it needs %s, which is not there and which nobody declares", need.Name)
		}
		if n.place.Scope == vars.SharedOnce && need.Scope == vars.PerMachine {
			return block("", "a shared generator cannot depend on %s, which is a machine's own", need.Name)
		}
	}
	if s.Recipe.Way != generate.ByBuiltin && s.Recipe.Way != generate.ByPrompt {
		return block(set, "%s", cmp.Or(s.Recipe.Reason, "it needs a sandboxed script"))
	}
	return s
}
