package modules

import (
	"assay/fleet"
	"assay/modules/symbolic"
)

// Definition is one definition of an option of the flake.
type Definition struct {
	Value     symbolic.Value // without the properties of the module system
	At        fleet.Pos
	File      int    // index in Tree.Files; -1 for what the option's own type defines
	Priority  int    // as of mkOverride: 100 for a plain one, 50 for mkForce
	Condition string // why it may not apply; "" if it surely does
}

// Definitions returns the definitions of the flake's option at a path
// ("flake", "clan", "machines"), in the order in which the modules are met. A
// value that is a set of further options is among them as it is written. It
// may only be called inside of Once or Alone.
func (t *Tree) Definitions(path ...string) []Definition {
	n := t.node(path)
	if n == nil {
		return nil
	}
	out := make([]Definition, 0, len(n.parts))
	for _, d := range n.parts {
		out = append(out, Definition{Value: d.v.Force(), At: d.place(), File: d.file, Priority: d.priority, Condition: d.condition()})
	}
	return out
}

// Below returns the names that are defined below a path, sorted, and why there
// may be others; "" if these are all. It may only be called inside of Once or
// Alone.
func (t *Tree) Below(path ...string) (names []string, why string) {
	n := t.node(path)
	if n == nil {
		return nil, ""
	}
	for _, name := range n.names() {
		if len(n.kids[name].defs) > 0 {
			names = append(names, name)
		}
	}
	for _, g := range n.gaps {
		why = orElse(why, g.why)
	}
	return names, why
}

// Value returns what the flake's option at a path comes to, as far as it is
// known; a Ref where nothing is. Members of registries are references. It may
// only be called inside of Once or Alone.
func (t *Tree) Value(path ...string) symbolic.Value {
	if t.store != nil {
		t.ev.Begin()
		if v, ok := t.store.at(path); ok {
			return v
		}
	}
	return &symbolic.Ref{Root: symbolic.Flake, Path: path}
}

// DefinedAt returns the first place that says something about the option at a
// path; zero for none. It may only be called inside of Once or Alone.
func (t *Tree) DefinedAt(path ...string) fleet.Pos {
	if n := t.node(path); n != nil {
		return n.where().Pos()
	}
	return fleet.Pos{}
}

func (t *Tree) node(path []string) *node {
	if t.store == nil {
		return nil
	}
	t.ev.Begin()
	n := t.store.find(path)
	if n == nil || !t.store.expand(n) {
		return nil
	}
	return n
}
