package compose

import (
	"fmt"
	"slices"
	"strings"

	"assay/fleet"
	"assay/modules"
)

// Unused warns of aspects that nothing reaches, no composition and no home of
// its own: of the classes that machines and homes have, and of none. Where
// there may be other hosts, or modules that are not known, nothing is said.
// compositions must be those of all machines of f, and Homes.
func Unused(tree *modules.Tree, f *fleet.Fleet, compositions []Composition) []Problem {
	type key struct {
		class fleet.Class
		name  string
	}
	reached := map[key]bool{}
	open := unsure(tree, compositions)
	for _, c := range compositions {
		for _, s := range append([]Scope{c.Scope}, c.Homes...) {
			for _, a := range s.Aspects {
				reached[key{a.Class, a.Name}] = true
			}
		}
	}
	var out []Problem
	for _, a := range tree.Aspects {
		ours := slices.Contains([]fleet.Class{fleet.NixOS, fleet.Darwin, fleet.HomeManager, "generic"}, a.Class)
		if !ours || open[a.Class] || open[""] || reached[key{a.Class, a.Name}] {
			continue
		}
		p := Problem{Severity: fleet.Warning, At: a.At(),
			Text: fmt.Sprintf("no machine reaches the aspect %s of class %s", a.Name, a.Class)}
		if name, ok := strings.CutPrefix(a.Name, modules.MachinePrefix+string(a.Class)+"/"); ok && f.Machine(name) == nil {
			p.Text += fmt.Sprintf(", as there is no machine %s", name)
			if near := fleet.Nearest(name, machineNames(f, a.Class)); near != "" {
				p.Hint = fmt.Sprintf("did you mean %q?", near)
			}
		}
		out = append(out, p)
	}
	return out
}

// Homes says what the homes reach that the flake defines beside its machines,
// and nothing else of them. It may be called concurrently.
func Homes(tree *modules.Tree) []Composition {
	var out []Composition
	for _, h := range tree.Hosts {
		if h.Class == fleet.HomeManager {
			out = append(out, Compose(tree, Request{reach: true, Machine: &fleet.Machine{Name: h.Name, Class: h.Class, System: h.System, At: h.At}}))
		}
	}
	return out
}

// unsure are the classes of which other aspects may be reached than those that
// are; "" for all.
func unsure(tree *modules.Tree, compositions []Composition) map[fleet.Class]bool {
	open := map[fleet.Class]bool{"": len(tree.Hosts) == 0 && tree.Clan == nil && len(compositions) == 0}
	if tree.Clan != nil && tree.Clan.MoreInstances != "" {
		open[""] = true // a role brings modules
	}
	for class := range tree.MoreHosts {
		open[class] = true
		if class != fleet.HomeManager {
			open[""] = true
		}
	}
	for _, c := range compositions {
		for _, s := range append([]Scope{c.Scope}, c.Homes...) {
			if slices.ContainsFunc(s.Foreign, func(f Foreign) bool { return f.Ref == notKnown }) {
				open[s.Class] = true
				if s.Class != fleet.HomeManager {
					open[fleet.HomeManager] = true // a machine's module may give it to homes
				}
			}
		}
	}
	return open
}

func machineNames(f *fleet.Fleet, class fleet.Class) []string {
	var names []string
	for i := range f.Machines {
		if f.Machines[i].Class == class {
			names = append(names, f.Machines[i].Name)
		}
	}
	return names
}
