package compose

import (
	"fmt"
	"slices"
	"strings"

	"assay/fleet"
	"assay/modules"
)

// Unused warns of aspects that no composition reaches: of the classes that
// machines and homes have, and of none. compositions must be those of all
// machines of f.
func Unused(tree *modules.Tree, f *fleet.Fleet, compositions []Composition) []Problem {
	type key struct {
		class fleet.Class
		name  string
	}
	reached := map[key]bool{}
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
		if !ours || reached[key{a.Class, a.Name}] {
			continue
		}
		p := Problem{Severity: fleet.Warning, At: a.Contributors[0].At,
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

func machineNames(f *fleet.Fleet, class fleet.Class) []string {
	var names []string
	for i := range f.Machines {
		if f.Machines[i].Class == class {
			names = append(names, f.Machines[i].Name)
		}
	}
	return names
}
