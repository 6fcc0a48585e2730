package compose

import (
	"assay/fleet"
	"assay/modules"
	"assay/modules/symbolic"
)

// asWritten are the options of which Written tells definitions.
var asWritten = []string{"nixpkgs.overlays", "nixpkgs.pkgs"}

// Written is a definition of an option as its module has it, without the
// properties of the module system.
type Written struct {
	Value     symbolic.Value // is to be used inside of the tree's Alone only
	Condition string         // why it may not apply; "" if it surely does
	At        fleet.Pos
}

// Overlays are the definitions that give a machine its package set.
type Overlays struct {
	Overlays []Written // of nixpkgs.overlays, in the order in which the list is merged
	Pkgs     []Written // of nixpkgs.pkgs, which leaves nixpkgs.overlays without effect
	Open     []Foreign // modules that are not read, and may define either
}

// PackageSet returns the definitions of a machine's nixpkgs.overlays and
// nixpkgs.pkgs that the tree holds. Those that another one overrides are left
// out. It may be called concurrently.
func PackageSet(tree *modules.Tree, req Request) (Overlays, error) {
	types, err := readTypes(tree)
	m := req.Machine
	var scope Scope
	w := newWalker(tree, types, m.Class, m.System, &scope)
	start := Step{Kind: "machine", Name: m.Name, At: m.At}
	for _, a := range m.Aspects {
		w.aspect(m.Class, a.Name, []Step{start, {Kind: "aspect", Name: a.Name, At: a.At}}, "")
	}
	if h := tree.Host(m.Class, m.Name); h != nil {
		w.lenient = true
		w.host(h, m, start)
	} else {
		w.own(m, start)
	}
	w.roles(req.Fleet, m, start)
	w.run()
	w.only = packageSets
	byPath := map[string][]given{}
	for _, g := range w.definitions() {
		if g.raw != nil {
			byPath[g.path] = append(byPath[g.path], g)
		}
	}
	return Overlays{Overlays: written(byPath["nixpkgs.overlays"]), Pkgs: written(byPath["nixpkgs.pkgs"]), Open: scope.Foreign}, err
}

// written are the definitions that have a part in the merge, in its order.
func written(all []given) []Written {
	best, _ := lowest(all)
	var in []candidate
	for i := range all {
		if all[i].priority <= best {
			in = append(in, candidate{&all[i], i})
		}
	}
	if len(in) == 0 {
		return nil
	}
	arrange(in)
	out := make([]Written, len(in))
	for i, c := range in {
		out[i] = Written{Value: c.raw, Condition: c.condition, At: c.at}
	}
	return out
}
