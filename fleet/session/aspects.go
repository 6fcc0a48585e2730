package session

import (
	"context"
	"strings"

	"assay/fleet"
	"assay/modules"
	"assay/modules/compose"
)

// Aspect is one aspect of the tree, seen from both directions.
type Aspect struct {
	Class    fleet.Class // "" where nothing says it
	Name     string
	Registry string         // that it is a member of: "flake.modules.nixos"
	Files    []Contribution // in the order of the tree's files
	Imports  []AspectImport // as far as they are known without a machine
	UsedBy   []AspectUser   // aspects that import it
	Machines []AspectUse    // in the fleet's order
	// Aggregate is set for one that imports others and defines nothing itself.
	Aggregate bool
}

// Contribution is one place that defines an aspect.
type Contribution struct {
	At        fleet.Pos
	Condition string // why it may not apply; "" if it surely does
}

// AspectImport is one element of an aspect's imports.
type AspectImport struct {
	Kind      string      // "aspect", "foreign", "module" (written in place, or a file of the tree) or "unknown"
	Class     fleet.Class // of an aspect
	Name      string      // the aspect, or the module as written
	Condition string
	Why       string // nothing is known of it, and why
	At        fleet.Pos
}

// AspectUser is an aspect that imports another one.
type AspectUser struct {
	Class fleet.Class
	Name  string
	At    fleet.Pos
}

// AspectUse is a machine, or a home on it, that an aspect applies to.
type AspectUse struct {
	Machine string
	User    string // "" for the machine itself
	Way     []compose.Step
}

// On returns the machines that the aspect applies to, each once: to the
// machine itself, or to one of its homes.
func (a *Aspect) On() []string {
	var out []string
	for _, use := range a.Machines {
		if len(out) == 0 || out[len(out)-1] != use.Machine {
			out = append(out, use.Machine)
		}
	}
	return out
}

// aspectKey tells aspects apart.
type aspectKey struct {
	class fleet.Class
	name  string
}

// Aspects returns every aspect of the tree, by class and name. Machines whose
// composition has an error count with what it still shows.
func (s *Session) Aspects(ctx context.Context) ([]Aspect, error) {
	tree, err := s.Repo.Tree()
	if err != nil {
		return nil, err
	}
	out := aspectsOf(tree)
	index := make(map[aspectKey]*Aspect, len(out))
	for i := range out {
		index[aspectKey{out[i].Class, out[i].Name}] = &out[i]
	}
	uses, err := overMachines(ctx, s, aspectUses)
	if err != nil {
		return nil, err
	}
	for _, use := range uses {
		if a := index[use.key]; a != nil {
			a.Machines = append(a.Machines, use.AspectUse)
		}
	}
	return out, nil
}

type keyedUse struct {
	key aspectKey
	AspectUse
}

func aspectUses(c compose.Composition) []keyedUse {
	var out []keyedUse
	for _, scope := range scopes(c) {
		for _, reached := range scope.Aspects {
			out = append(out, keyedUse{
				aspectKey{reached.Class, reached.Name},
				AspectUse{Machine: c.Machine, User: scope.User, Way: reached.Way},
			})
		}
	}
	return out
}

// aspectsOf returns the tree's aspects without their machines.
func aspectsOf(tree *modules.Tree) []Aspect {
	out := make([]Aspect, len(tree.Aspects))
	for i, a := range tree.Aspects {
		out[i] = Aspect{Class: a.Class, Name: a.Name, Registry: registryOf(tree, a)}
		for _, c := range a.Contributors {
			out[i].Files = append(out[i].Files, Contribution{At: c.At, Condition: c.Condition})
		}
		for _, im := range a.Imports {
			out[i].Imports = append(out[i].Imports, aspectImport(im))
		}
		for _, user := range tree.UsedBy(a) {
			out[i].UsedBy = append(out[i].UsedBy, AspectUser{Class: user.Aspect.Class, Name: user.Aspect.Name, At: user.At})
		}
	}
	tree.Alone(func() {
		for i, a := range tree.Aspects {
			out[i].Aggregate = aggregate(tree, a)
		}
	})
	return out
}

// registryOf is the path of an aspect's registry, without the names at its end
// that are chosen for each member.
func registryOf(tree *modules.Tree, a *modules.Aspect) string {
	r := tree.Registry(a.Path)
	if r == nil {
		return strings.Join(a.Path[:max(len(a.Path)-1, 0)], ".")
	}
	n := len(r.Path)
	for n > 0 && r.Path[n-1] == "*" {
		n--
	}
	if n == len(r.Path)-2 && r.Path[0] == "flake" && r.Path[1] == "modules" {
		n++ // the class
	}
	return strings.Join(a.Path[:n], ".")
}

// aggregate reports whether an aspect only imports others. It is called inside
// of tree.Alone.
func aggregate(tree *modules.Tree, a *modules.Aspect) bool {
	if len(a.Imports) == 0 || modules.IsRole(a.Name) {
		return false
	}
	for i := range a.Contributors {
		if !onlyImports(tree.Open(&a.Contributors[i], "")) {
			return false
		}
	}
	return true
}

func onlyImports(m *modules.Module) bool {
	if len(m.Config) > 0 || m.Why != "" {
		return false
	}
	for _, i := range m.Imports {
		if i.Module != nil && !onlyImports(i.Module) {
			return false
		}
	}
	return true
}

func aspectImport(i modules.Import) AspectImport {
	out := AspectImport{Condition: i.Condition, Why: i.Why, At: i.At}
	switch {
	case i.Name != "":
		out.Kind, out.Class, out.Name = "aspect", fleet.Class(i.Class), i.Name
	case i.Foreign != "":
		out.Kind, out.Name = "foreign", i.Foreign
	case i.Module != nil:
		out.Kind, out.Name = "module", "a module of its own"
	default:
		out.Kind, out.Name = "unknown", i.Why
	}
	return out
}
