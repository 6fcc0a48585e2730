package modules

import (
	"fmt"
	"slices"

	"assay/fleet"
	"assay/modules/symbolic"
)

// links reads what every aspect imports, as far as that does not depend on a
// machine.
func (t *Tree) links() {
	for _, a := range t.Aspects {
		for i := range a.Contributors {
			t.begin()
			c := &a.Contributors[i]
			o := t.opener(c.value, Arguments{Class: c.class})
			m := o.open(c.value)
			t.general[a] = append(t.general[a], general{m, o.taken, o.whole})
			if m.Why != "" {
				a.Imports = append(a.Imports, Import{At: m.At, Why: m.Why})
			}
			a.Imports = append(a.Imports, imported(m, "", 0)...)
			t.note(a, m)
		}
	}
}

// general is a module as it is opened for hosts that give it no arguments of
// their own.
type general struct {
	module *Module
	taken  []string // the names of the arguments that it took
	whole  bool     // it may have looked at all arguments
}

// suits reports whether the module is the same with these further arguments.
func (g *general) suits(special map[string]symbolic.Value) bool {
	if g.whole {
		return len(special) == 0
	}
	return !slices.ContainsFunc(g.taken, func(name string) bool { return special[name] != nil })
}

// note keeps the problems of an aspect's module. A role is a function of four
// arguments by contract and needs no "...".
func (t *Tree) note(a *Aspect, m *Module) {
	if IsRole(a.Name) {
		return
	}
	t.Problems = append(t.Problems, m.Notes...)
}

// imported lists the imports of a module and of those inside of it.
func imported(m *Module, condition string, depth int) []Import {
	var out []Import
	for _, i := range m.Imports {
		if condition != "" {
			i.Condition = both(condition, i.Condition)
		}
		if i.Module == nil {
			out = append(out, i)
			continue
		}
		if depth < maxNesting {
			out = append(out, imported(i.Module, i.Condition, depth+1)...)
		}
	}
	return out
}

func (t *Tree) openContributor(c *Contributor, system string) *Module {
	return t.opener(c.value, Arguments{System: system, Class: c.class}).open(c.value)
}

// Open opens a contributor as a module of a machine of that system, or of a
// home on it. It may only be called inside of Once or Alone.
func (t *Tree) Open(c *Contributor, system string) *Module {
	t.ev.Begin()
	return t.openContributor(c, system)
}

// OpenWith opens a contributor as a module that gets these arguments. It may
// only be called inside of Once or Alone.
func (t *Tree) OpenWith(c *Contributor, with Arguments) *Module {
	t.ev.Begin()
	with.Class = c.class
	return t.opener(c.value, with).open(c.value)
}

// OpenRole applies a contributor that is a role's function to what the
// inventory knows, and opens the result as Open does. It may only be called
// inside of Once or Alone.
func (t *Tree) OpenRole(c *Contributor, arguments map[string]symbolic.Value, system string) *Module {
	t.ev.Begin()
	at := c.value.Where()
	f, ok := c.value.(*symbolic.Func)
	if !ok {
		return &Module{At: c.At, Why: "a role is a function { instance, settings, roles, machine }: module"}
	}
	v := t.ev.Apply(at, f, symbolic.NewAttrs(at, arguments))
	return t.opener(v, Arguments{System: system, Class: c.class}).open(v)
}

// Evaluator returns the evaluator of the tree's values. It may only be used
// inside of Once or Alone.
func (t *Tree) Evaluator() *symbolic.Evaluator { return t.ev }

// lint reports what is wrong with the tree whatever the machines are.
func (t *Tree) lint() {
	for _, a := range t.Aspects {
		for _, i := range a.Imports {
			if i.Name == "" || t.Aspect(fleet.Class(i.Class), i.Name) != nil {
				continue
			}
			text := fmt.Sprintf("aspect %s imports %s, which the tree does not define", title(a.Class, a.Name), title(fleet.Class(i.Class), i.Name))
			t.Problems = append(t.Problems, failure(i.At, text, t.Meant(fleet.Class(i.Class), i.Name)))
		}
	}
}

func title(class fleet.Class, name string) string {
	return string(class) + "." + symbolic.AttrName(name)
}
