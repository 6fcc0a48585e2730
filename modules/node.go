package modules

import (
	"cmp"
	"slices"

	"assay/modules/symbolic"
)

// node is one option of the flake, or a set of them, with what the modules
// define there. Nothing of it is evaluated before somebody asks.
type node struct {
	path    []string
	defs    []definition // as written
	parts   []definition // the same without properties, with known values where they can be had
	kids    map[string]*node
	options []Defined // declarations at and below the path
	decl    *symbolic.Attrs
	typ     *optionType
	gaps    []gap     // of names below the path: some are not known
	always  []*Module // of a submodule: those of its type
	typed   bool      // declarations and type are followed
	stage   stage
	memo    symbolic.Value // the value at the path
	epoch   int            // of memo
}

// stage is how far a node's definitions are followed.
type stage int

const (
	fresh stage = iota
	expanding
	expanded
)

// definition is one definition of an option.
type definition struct {
	v        *symbolic.Thunk
	at       symbolic.Place // where its name is written
	file     int
	module   int // which of the modules of its evaluation defines it, in the order in which they are met
	guards   []guard
	priority int // as of mkOverride, 100 for a plain definition
	order    int // as of mkOrder, 1000 for a plain definition
}

// guard is a condition of a definition.
type guard struct {
	v       symbolic.Value
	negated bool
}

// gap is a place that defines what is not known.
type gap struct {
	at    symbolic.Place
	why   string
	fault bool
	name  bool           // only the name of what is defined is not known
	v     symbolic.Value // nil where there is none to show
}

const (
	plainPriority = 100
	plainOrder    = 1000
)

func (d *definition) condition() string {
	out := ""
	for _, g := range d.guards {
		text := conditionText(g.v)
		if g.negated {
			text = not(text)
		}
		if out != "" {
			text = out + " && " + text
		}
		out = text
	}
	return out
}

func (d definition) under(v symbolic.Value, negated bool) definition {
	d.guards = append(slices.Clip(d.guards), guard{v, negated})
	return d
}

func (d definition) with(v *symbolic.Thunk) definition {
	d.v = v
	return d
}

// kid returns the node below n, which it makes where there is none.
func (n *node) kid(name string) *node {
	k := n.kids[name]
	if k == nil {
		k = &node{path: append(slices.Clip(n.path), name)}
		if n.kids == nil {
			n.kids = map[string]*node{}
		}
		n.kids[name] = k
	}
	return k
}

// names returns the names below n, sorted.
func (n *node) names() []string {
	names := make([]string, 0, len(n.kids))
	for name := range n.kids {
		names = append(names, name)
	}
	slices.Sort(names)
	return names
}

// mergeOrder sorts definitions as the module system merges lists: by mkOrder,
// then the last module first, and what is merged inside of one as written.
func mergeOrder(defs []definition) []definition {
	out := slices.Clone(defs)
	slices.SortStableFunc(out, func(a, b definition) int {
		return cmp.Or(cmp.Compare(a.order, b.order), cmp.Compare(b.module, a.module))
	})
	return out
}
