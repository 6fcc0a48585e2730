package clan

import (
	"fmt"
	"slices"

	"assay/fleet"
	"assay/modules/symbolic"
)

// The module system's numbers for a definition without properties.
const (
	plainPriority = 100
	plainOrder    = 1000
)

// maxWork bounds the definitions that are looked at in all.
const maxWork = 200_000

// maxMembers bounds the members of all roles: beyond it those by tag are left
// out, with the reason.
const maxMembers = 200_000

// maxImports bounds the modules of one submodule.
const maxImports = 1000

// def is one definition of an option, without properties around it.
type def struct {
	v        symbolic.Value
	at       symbolic.Place // where the option's name is written, or the value
	cond     string         // why it may not apply
	priority int
	order    int
	from     From   // of machines
	level    string // of settings: "role", "machine" or "tag peer"
}

func (d def) pos() fleet.Pos {
	if d.at.File != nil {
		return d.at.Pos()
	}
	return d.v.Where().Pos()
}

// reader reads one inventory.
type reader struct {
	ev       *symbolic.Evaluator
	out      *Inventory
	work     int
	said     map[string]bool // problems, by their text
	inputs   Sources
	declared map[string]*service // service modules, by input and name
	members  int                 // of all roles
	hints    int                 // names looked for among others
	index
}

func (r *reader) problem(s fleet.Severity, at fleet.Pos, hint, format string, args ...any) {
	p := fleet.Problem{At: at, Severity: s, Text: fmt.Sprintf(format, args...), Hint: hint}
	if key := p.Error(); !r.said[key] {
		r.said[key] = true
		r.out.Problems = append(r.out.Problems, p)
	}
}

// more notes that something is not read that may hold anything.
func (r *reader) more(d def, what string) string {
	why := d.pos().String() + ": " + what + ": " + orElse(symbolic.Why(d.v), "it is not a set")
	if d.cond != "" {
		why += ", if " + d.cond
	}
	return why
}

// plain returns a definition as it stands.
func plain(v symbolic.Value, at symbolic.Place) def {
	return def{v: v, at: at, priority: plainPriority, order: plainOrder}
}

// discharge takes the properties off a definition: it is several with mkMerge,
// none with a mkIf that is false.
func (r *reader) discharge(d def) []def {
	if r.work++; r.work > maxWork {
		d.v = &symbolic.Unknown{Place: d.at, Why: "the inventory is too large to be read"}
		return []def{d}
	}
	switch v := d.v.(type) {
	case *symbolic.Cond:
		then, els := d, d
		then.v, els.v = v.Then.Force(), v.Else.Force()
		text := condition(v.If)
		then.cond, els.cond = both(d.cond, text), both(d.cond, "!("+text+")")
		return append(r.discharge(then), r.discharge(els)...)
	case *symbolic.Wrap:
		return r.unwrap(d, v)
	}
	return []def{d}
}

func (r *reader) unwrap(d def, w *symbolic.Wrap) []def {
	switch w.Kind {
	case symbolic.MkIf:
		c := w.If.Force()
		if b, ok := c.(symbolic.Bool); !ok {
			d.cond = both(d.cond, condition(c))
		} else if !b.B {
			return nil
		}
	case symbolic.MkMerge:
		l, ok := w.Body.Force().(*symbolic.List)
		if !ok {
			break
		}
		var out []def
		for _, item := range l.Items {
			e := d
			e.v = item.V.Force()
			if item.Rest {
				e.v = &symbolic.Unknown{Place: e.v.Where(), Why: "more definitions are merged: " + symbolic.Why(e.v)}
			}
			out = append(out, r.discharge(e)...)
		}
		return out
	case symbolic.MkOverride:
		d.priority = w.N
	case symbolic.MkOrder:
		d.order = w.N
	}
	d.v = w.Body.Force()
	return r.discharge(d)
}

// strongest keeps the definitions that have a part in the merge: those of the
// lowest number among the ones that surely apply, and conditional ones that are
// not weaker. What a conditional one may override is conditional too.
func strongest(defs []def) []def {
	best, maybe := int(^uint(0)>>1), int(^uint(0)>>1)
	for _, d := range defs {
		if d.cond == "" {
			best = min(best, d.priority)
		} else {
			maybe = min(maybe, d.priority)
		}
	}
	var out []def
	for _, d := range defs {
		if d.priority > best {
			continue
		}
		if d.priority > maybe {
			d.cond = both(d.cond, "nothing conditional overrides it")
		}
		out = append(out, d)
	}
	slices.SortStableFunc(out, func(a, b def) int { return a.order - b.order })
	return out
}

// submodule turns the definitions of an option whose type is a submodule, each
// a module, into those of its config, in the order in which options see them:
// the reverse of the order of imports.
func (r *reader) submodule(defs []def, args symbolic.Value) []def {
	queue := slices.Clone(defs)
	seen := map[string]bool{}
	var modules [][]def
	for i := 0; i < len(queue); i++ {
		d := queue[i]
		if i >= maxImports {
			d.v = &symbolic.Unknown{Place: d.at, Why: "too many modules are imported"}
			modules = append(modules, []def{d})
			break
		}
		if d.v = r.opened(d.v, args, seen); d.v == nil {
			continue
		}
		if set, ok := d.v.(*symbolic.Attrs); ok {
			if a := set.Attr("imports"); a != nil {
				queue = append(queue, r.imported(d, a)...)
			}
			d.v = set.Except("imports", "_class", "_file", "key", "options", "freeformType", "_module")
			if c := set.Attr("config"); c != nil {
				d.v, d.at = c.V.Force(), c.At
			}
		}
		modules = append(modules, r.discharge(d))
	}
	slices.Reverse(modules)
	return slices.Concat(modules...)
}

// opened calls and imports until v is no module that has to be opened; nil for
// a file that was there before.
func (r *reader) opened(v symbolic.Value, args symbolic.Value, seen map[string]bool) symbolic.Value {
	for range 8 {
		switch f := v.(type) {
		case *symbolic.Func, *symbolic.Prim:
			v = r.ev.Apply(f.Where(), f, args)
		case *symbolic.Path:
			if seen[f.Rel] {
				return nil
			}
			seen[f.Rel] = true
			v = r.ev.Import(f.Place, f.Rel)
		default:
			return v
		}
	}
	return v
}

func (r *reader) imported(d def, a *symbolic.Attr) []def {
	l, ok := a.V.Force().(*symbolic.List)
	if !ok {
		v := a.V.Force()
		d.v, d.at = &symbolic.Unknown{Place: v.Where(), Why: orElse(symbolic.Why(v), "imports is not a list")}, a.At
		return []def{d}
	}
	var out []def
	for _, item := range l.Items {
		e := d
		e.v, e.at = item.V.Force(), item.At
		if item.Rest {
			e.v = &symbolic.Unknown{Place: e.v.Where(), Why: "imports more: " + symbolic.Why(e.v)}
		}
		out = append(out, e)
	}
	return out
}

// attributes are the definitions of a set's attributes.
type attributes struct {
	names []string         // sorted
	by    map[string][]def // those that have a part in the merge
	open  []def            // what may hold any attribute
}

// attributes goes one level down: every name with its definitions.
func (r *reader) attributes(defs []def) attributes {
	out := attributes{by: map[string][]def{}}
	for _, d := range defs {
		set, ok := d.v.(*symbolic.Attrs)
		if !ok {
			out.open = append(out.open, d)
			continue
		}
		for _, name := range set.Names() {
			a := set.Attr(name)
			e := def{v: a.V.Force(), at: a.At, cond: d.cond, priority: plainPriority, order: plainOrder, from: d.from, level: d.level}
			if e.at.File == nil {
				e.at = e.v.Where()
			}
			if len(a.Maybe) > 0 {
				e.cond = both(e.cond, "nothing unknown replaces it")
			}
			out.by[name] = append(out.by[name], r.discharge(e)...)
		}
		for _, rest := range set.Rest {
			e := d
			e.v = rest
			out.open = append(out.open, e)
		}
	}
	for name, defs := range out.by {
		if len(defs) == 0 { // a mkIf that is false defines nothing
			delete(out.by, name)
			continue
		}
		out.by[name] = strongest(defs)
		out.names = append(out.names, name)
	}
	slices.Sort(out.names)
	return out
}

func condition(v symbolic.Value) string {
	return orElse(v.Where().Source(), orElse(symbolic.Why(v), "a condition"))
}

func both(a, b string) string {
	switch {
	case a == "":
		return b
	case b == "" || a == b:
		return a
	}
	return a + " && " + b
}

func orElse(s, otherwise string) string {
	if s == "" {
		return otherwise
	}
	return s
}
