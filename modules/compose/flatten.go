package compose

import (
	"slices"
	"strings"

	"assay/fleet"
	"assay/modules"
	"assay/modules/symbolic"
)

// The priorities and places that the module system gives to what has none.
const (
	plainPriority = 100
	plainOrder    = 1000
)

// unit is one module with its definitions taken apart. It does not change
// once it is made.
type unit struct {
	at      fleet.Pos
	key     string
	why     string // nothing is known of the module, and why
	config  []modules.Defined
	root    *entry
	imports []child
	notes   []fleet.Problem
}

// child is one import of a unit.
type child struct {
	modules.Import
	unit *unit // of a file or of a module written in place
}

// def is one definition of one option.
type def struct {
	path      string
	typ       string
	priority  int
	order     int
	condition string
	broken    string  // why the module system cannot take it as it is written
	fault     *fault  // why it surely has no value
	wrong     string  // the type that the value surely is not of, where the option is a set of others
	bounds    []bound // the options with chosen names on the way, outermost first
	mark      bool    // nothing is defined: the last of the bounds is all there is
	opaque    bool    // the value is not known and may set anything below path
	value     Value
	elems     []Value        // of a list
	raw       symbolic.Value // of an option that is asked for as it is written, see Written
	module    symbolic.Value // of an option whose value is a module, or a list of them
	reads     string         // the option that the last name of the path is read from, "" where it is written
	at        fleet.Pos
}

// bound is a set of chosen names on the way to a definition. The module
// system compares priorities there before it looks inside.
type bound struct {
	path      string
	priority  int
	order     int
	submodule bool
	of        *occurrence
}

// occurrence tells sets apart that are written for the same option.
type occurrence struct{ at fleet.Pos }

// place is how far flattening has come.
type place struct {
	path      []string
	entry     *entry
	inside    bool // of settings, below which every attribute is an option
	element   bool // the value is that of a chosen name
	priority  int
	set       bool // a priority was given since the last option
	order     int
	ordered   bool // an order was given since the last option
	condition string
	broken    string
	bounds    []bound
	at        symbolic.Place
	depth     int
}

type flattener struct {
	root *entry
	only *wanted
	defs []def
	work int
}

// Bounds of one module: its definitions, the values followed to find them, and
// how deep they may be.
const (
	maxDefs  = 10000
	maxWork  = 100000
	maxDepth = 64
)

func makeUnit(m *modules.Module, root *entry) *unit {
	u := &unit{at: m.At, key: m.Key, why: m.Why, config: m.Config, root: root, notes: m.Notes}
	for _, i := range m.Imports {
		c := child{Import: i}
		if i.Module != nil {
			c.unit = makeUnit(i.Module, root)
		}
		u.imports = append(u.imports, c)
	}
	return u
}

// unitDefs is the key under which a tree keeps what a unit defines.
type unitDefs struct {
	unit *unit
	only *wanted
}

// defs are the definitions of a unit, worked out once somebody asks for them.
func (w *walker) defs(u *unit) []def {
	made := w.tree.Once(unitDefs{u, w.only}, func() any {
		f := &flattener{root: u.root, only: w.only}
		for _, c := range u.config {
			f.walk(c.Value, place{entry: u.root, priority: plainPriority, order: plainOrder, at: c.At})
		}
		return f.defs
	})
	return made.([]def)
}

func (f *flattener) walk(v symbolic.Value, p place) {
	p.depth++
	if f.work++; p.depth > maxDepth || len(f.defs) > maxDefs || f.work > maxWork {
		f.tooMuch(p)
		return
	}
	switch v := v.(type) {
	case *symbolic.Wrap:
		f.property(v, p)
		return
	case *symbolic.Cond:
		if !p.ends() && (isSet(v.Then.Force()) || isSet(v.Else.Force())) {
			f.branches(v, p)
			return
		}
	case *symbolic.Attrs:
		if !p.ends() {
			f.attrs(v, p)
			return
		}
	}
	f.leaf(v, p)
}

// tooMuch ends the reading of a module in a definition of anything.
func (f *flattener) tooMuch(p place) {
	if n := len(f.defs); n > 0 && f.defs[n-1].opaque && f.defs[n-1].value.Why == bounded {
		return
	}
	f.defs = append(f.defs, def{priority: plainPriority, order: plainOrder, opaque: true, value: Value{Text: "…", Why: bounded}, at: p.at.Pos()})
}

// bounded is the reason of what is left out of a module that is too large.
const bounded = "the module defines too much to be read"

func isSet(v symbolic.Value) bool {
	_, ok := v.(*symbolic.Attrs)
	return ok
}

// ends reports whether an option ends here.
func (p *place) ends() bool { return p.entry.leaf() }

// chosen reports whether the names below are chosen by users.
func (p *place) chosen() bool { return p.inside || p.entry.free() }

// option reports whether the module system takes the value as a definition of
// an option, or of an element of one, rather than as a set of options.
func (p *place) option() bool { return p.entry == nil || p.ends() || p.chosen() || p.submodule() }

// submodule reports whether the module system evaluates the set as modules of
// their own.
func (p *place) submodule() bool {
	if p.entry == nil || p.inside {
		return p.entry != nil && p.entry.typ == settings
	}
	return p.element || p.entry.typ == settings || p.entry.typ == "submodule"
}

// property applies mkIf, mkMerge, mkOverride and mkOrder. The module system
// looks for them in this order only: conditions and merges outside of
// priorities, priorities outside of orders; and a set of options has no order.
func (f *flattener) property(w *symbolic.Wrap, p place) {
	switch w.Kind {
	case symbolic.MkIf:
		if p.set || p.ordered {
			p.broken = "mkIf stands inside of a priority or an order"
			break
		}
		c := w.If.Force()
		if b, ok := c.(symbolic.Bool); ok {
			if b.B {
				f.walk(w.Body.Force(), p)
			}
			return
		}
		if bad, ok := c.(*symbolic.Unknown); ok && bad.Fault {
			f.leaf(c, p)
			return
		}
		p.condition = both(p.condition, conditionText(c))
	case symbolic.MkMerge:
		if p.ordered || p.set && p.option() {
			p.broken = "mkMerge stands inside of a priority or an order"
		}
		if l, ok := w.Body.Force().(*symbolic.List); ok {
			f.merge(l, p)
			return
		}
		f.leaf(w.Body.Force(), p)
		return
	case symbolic.MkOverride:
		if p.set || p.ordered {
			p.broken = "a priority stands inside of another one, or of an order"
			break
		}
		p.priority, p.set = w.N, true
	case symbolic.MkOrder:
		if p.ordered || !p.option() {
			p.broken = "an order stands around another one, or around a set of options"
			break
		}
		p.order, p.ordered = w.N, true
	}
	f.walk(w.Body.Force(), p)
}

func (f *flattener) merge(l *symbolic.List, p place) {
	for _, item := range l.Items {
		if !item.Rest {
			f.walk(item.V.Force(), p)
			continue
		}
		c, ok := item.V.Force().(*symbolic.Cond)
		if !ok {
			f.leaf(item.V.Force(), p)
			continue
		}
		f.mergeBranch(c.Then.Force(), p, conditionText(c.If))
		f.mergeBranch(c.Else.Force(), p, not(conditionText(c.If)))
	}
}

func (f *flattener) mergeBranch(v symbolic.Value, p place, condition string) {
	p.condition = both(p.condition, condition)
	if l, ok := v.(*symbolic.List); ok {
		f.merge(l, p)
		return
	}
	f.leaf(v, p)
}

// branches follows both sides of a condition that is not known. What both
// sides share, as the left side of // does, is defined in any case.
func (f *flattener) branches(c *symbolic.Cond, p place) {
	common, then, els := c.Split()
	if common != nil {
		f.walk(common, p)
	}
	text := conditionText(c.If)
	yes, no := p, p
	yes.condition = both(p.condition, text)
	no.condition = both(p.condition, not(text))
	f.branch(then, yes)
	f.branch(els, no)
}

func (f *flattener) branch(v symbolic.Value, p place) {
	if a, ok := v.(*symbolic.Attrs); ok && a.Len() == 0 && len(a.Rest) == 0 {
		return
	}
	f.walk(v, p)
}

func (f *flattener) attrs(a *symbolic.Attrs, p place) {
	if p.entry == nil && !p.inside && len(p.path) > 0 && a.Len() == 0 && len(a.Rest) == 0 {
		f.leaf(a, p)
		return
	}
	if p.chosen() || p.submodule() {
		p = f.bound(a, p)
	}
	names := a.Names()
	slices.SortStableFunc(names, func(x, y string) int { return inSource(a.Attr(x).At, a.Attr(y).At) })
	for _, name := range names {
		attr := a.Attr(name)
		next := p
		next.path = append(slices.Clip(p.path), name)
		if !f.only.on(next.path) {
			continue
		}
		next.entry = p.entry.child(name)
		next.inside = p.inside && next.entry == nil || p.entry != nil && p.entry.typ == settings && next.entry == nil ||
			next.entry != nil && next.entry.typ == settings
		next.element = p.entry != nil && p.entry.any != nil && next.entry == p.entry.any
		next.at = attr.At
		if len(attr.Maybe) > 0 {
			next.condition = both(p.condition, "nothing that is merged with // replaces it")
		}
		f.walk(attr.V.Force(), next)
	}
	for _, v := range a.Rest {
		f.rest(v, p)
	}
}

// bound notes a set of chosen names, at which the module system compares
// priorities, whatever is in the set.
func (f *flattener) bound(a *symbolic.Attrs, p place) place {
	at := position(p.at, a)
	p.bounds = append(slices.Clip(p.bounds), bound{
		path: pathText(p.path), priority: p.priority, order: p.order, submodule: p.submodule(), of: &occurrence{at},
	})
	f.defs = append(f.defs, def{bounds: p.bounds, mark: true, condition: p.condition, at: at})
	if p.ordered && (p.inside || p.submodule()) {
		p.broken = "an order stands around a set that the module system cannot sort"
	}
	p.priority, p.set = plainPriority, false
	p.order, p.ordered = plainOrder, false
	return p
}

// rest enters the attributes that a set may have besides those that are known.
func (f *flattener) rest(v symbolic.Value, p place) {
	switch v := v.(type) {
	case *symbolic.Cond:
		f.branches(v, p)
		return
	case *symbolic.Unknown:
		if v.Named != nil && p.modules() {
			f.openName(v, p)
			return
		}
	}
	value, _, _ := valueOf(v)
	f.defs = append(f.defs, def{
		path: pathText(p.path), priority: p.priority, order: p.order, condition: p.condition, bounds: p.bounds,
		opaque: true, value: value, at: position(v.Where(), v),
	})
}

// inSource orders by place in a file.
func inSource(a, b symbolic.Place) int { return int(a.Span.Start) - int(b.Span.Start) }

func (f *flattener) leaf(v symbolic.Value, p place) {
	d := def{
		path: pathText(p.path), priority: p.priority, order: p.order, condition: p.condition,
		broken: p.broken, bounds: p.bounds, at: position(p.at, v),
	}
	switch {
	case p.entry.leaf():
		d.typ = p.entry.typ
	case p.inside:
		d.typ = settings
	}
	if bare(d.typ) == moduleType || d.typ == "listOf "+moduleType {
		d.module = v
	}
	if slices.Contains(asWritten, d.path) {
		d.raw = v
	}
	d.value, d.elems, d.fault = valueOf(v)
	if len(p.path) == 0 || p.entry != nil && !p.entry.leaf() {
		d.opaque = true
		d.wrong = notSet(v, p.entry)
	}
	f.defs = append(f.defs, d)
}

func position(at symbolic.Place, v symbolic.Value) fleet.Pos {
	if p := at.Pos(); !p.IsZero() {
		return p
	}
	return v.Where().Pos()
}

// pathText writes an option's path as the module system does.
func pathText(names []string) string {
	var b strings.Builder
	for i, name := range names {
		if i > 0 {
			b.WriteByte('.')
		}
		b.WriteString(symbolic.AttrName(name))
	}
	return b.String()
}

func conditionText(v symbolic.Value) string {
	return orElse(symbolic.Line(v.Where().Source()), orElse(symbolic.Why(v), "a condition"))
}

func not(condition string) string { return "!(" + condition + ")" }

func both(a, b string) string {
	if a == "" || b == "" {
		return a + b
	}
	return a + " && " + b
}
