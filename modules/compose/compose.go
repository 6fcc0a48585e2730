package compose

import (
	"fmt"
	"slices"

	"assay/fleet"
	"assay/modules"
)

// Request says what to compose.
type Request struct {
	Fleet   *fleet.Fleet
	Machine *fleet.Machine
	// Only, if it is not nil, are the aspects to compose instead of what the
	// registry gives the machine: no services, no homes, nothing of the
	// machine's own. New hosts get their first generation so.
	Only []string

	// Installed leaves all options out but those that install packages:
	// Options and Problems are not what they are without it.
	Installed bool

	// Generators leaves homes out, and all options but those of clan: Options
	// and Problems are not what they are without it.
	Generators bool

	// Secrets leaves all options out but those of clan and of sops-nix: Options
	// and Problems are not what they are without it.
	Secrets bool

	reach bool // what the machine reaches is wanted, and no options
}

// Compose works out a machine's composition. The modules of a machine come in
// this order: the aspects that the registry lists, the aspect
// machines/<class>/<machine> where the tree defines it, then the roles by
// instance and role. Compose may be called concurrently.
//
// An option that is Known is known as far as the tree defines it. Modules from
// outside of the tree (Scope.Foreign, and the module system's own) may define
// it as well: a list may get more elements, and a priority of theirs may win.
func Compose(tree *modules.Tree, req Request) Composition {
	types, err := readTypes(tree)
	c := composeBy(types, tree, req)
	if err != nil {
		c.Problems = append(c.Problems, Problem{Severity: fleet.Error, Text: err.Error()})
	}
	return c
}

// composeBy composes with a table of types.
func composeBy(types table, tree *modules.Tree, req Request) Composition {
	m := req.Machine
	c := Composition{Machine: m.Name, System: m.System, Class: m.Class}
	start := Step{Kind: "machine", Name: m.Name, At: m.At}
	w := newWalker(tree, types, m.Class, m.System, &c.Scope)
	if req.Installed {
		w.only = packageLists
	}
	if req.Generators {
		w.only = clanOptions
	}
	if req.Secrets {
		w.only = secretOptions
	}
	if req.Only != nil {
		for _, name := range req.Only {
			w.aspect(m.Class, name, []Step{start, {Kind: "aspect", Name: name, At: m.At}}, "")
		}
		w.finish(&c)
		return c
	}
	c.Problems = append(c.Problems, tree.Lost...) // Nix would refuse, and definitions are missing here
	for _, a := range m.Aspects {
		w.aspect(m.Class, a.Name, []Step{start, {Kind: "aspect", Name: a.Name, At: a.At}}, "")
	}
	if h := tree.Host(m.Class, m.Name); h != nil {
		w.lenient = true
		w.host(h, m, start)
		c.Addresses, c.Beside, c.address = h.Addresses, h.Beside, h.Address
	} else {
		w.own(m, start)
	}
	w.roles(req.Fleet, m, start)
	if req.reach {
		w.run()
		return c
	}
	w.finish(&c)
	if req.Generators {
		return c
	}
	if w.only != nil && slices.ContainsFunc(w.attached, func(a attached) bool { return a.reads != "" }) {
		w.whole() // other options tell whose homes these are
	}
	w.homes(&c, types, m, start)
	c.Problems = append(c.Problems, disagreeing(&c)...)
	return c
}

// readTypes returns the table of types, read once per tree.
func readTypes(tree *modules.Tree) (table, error) {
	type result struct {
		t   table
		err error
	}
	type key struct{}
	r := tree.Once(key{}, func() any {
		t, err := readTable(optionsTSV)
		return result{t, err}
	}).(result)
	return r.t, r.err
}

func newWalker(tree *modules.Tree, types table, class fleet.Class, system string, scope *Scope) *walker {
	scope.Class = class
	root := types[class]
	if root == nil {
		root = &entry{}
	}
	return &walker{tree: tree, root: root, scope: scope, system: system, seen: map[string][]Step{}, keys: map[string]bool{}}
}

// own enters the aspect that belongs to the machine alone.
func (w *walker) own(m *fleet.Machine, start Step) {
	name := MachineAspect(m)
	if a := w.tree.Aspect(m.Class, name); a != nil {
		w.aspect(m.Class, name, []Step{start, {Kind: "aspect", Name: name, At: a.At()}}, "")
	}
}

// MachineAspect is the name of the aspect that applies to one machine only.
func MachineAspect(m *fleet.Machine) string {
	return modules.MachinePrefix + string(m.Class) + "/" + m.Name
}

// RoleAspect is the name of the aspect that is a role of a service's module.
func RoleAspect(module, role string) string {
	return modules.RolePrefix + module + "/" + role
}

// whole reads the options anew, all of them.
func (w *walker) whole() {
	only := w.only
	w.only, w.attached, w.scope.Options, w.scope.Packages, w.scope.Named = nil, nil, nil, nil, nil
	w.options()
	w.only = only
}

// finish follows the imports and merges what they define.
func (w *walker) finish(c *Composition) {
	w.run()
	for _, p := range w.files {
		if !slices.Contains(c.Problems, p) {
			c.Problems = append(c.Problems, p)
		}
	}
	for _, m := range w.met {
		w.faults = append(w.faults, m.unit.notes...)
	}
	w.options()
	for _, p := range w.faults {
		if w.scope.User != "" {
			p.Text = fmt.Sprintf("home of %s: %s", w.scope.User, p.Text)
		}
		c.Problems = append(c.Problems, p)
	}
}
