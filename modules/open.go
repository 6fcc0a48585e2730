package modules

import (
	"assay/fleet"
	"assay/modules/symbolic"
)

// Module is one module as the module system sees it: what it imports and what
// it defines.
type Module struct {
	At      fleet.Pos
	Key     string    // the module's own key or its file; "" for one that is always another
	Imports []Import  // in order
	Config  []Defined // its definitions
	Options []Defined // the options that it declares
	Why     string    // nothing is known of the module, and why
	Notes   []fleet.Problem

	pending string   // a file of the tree that is not opened yet
	loaders []Loader // that its imports came from

	registries []Registry // that it declares
}

// Defined is the value of a module's config or options.
type Defined struct {
	Value symbolic.Value
	At    symbolic.Place
	lazy  *symbolic.Thunk // in place of Value, for one that is not evaluated yet
}

// Import is one element of a module's imports. Exactly one of Name, Foreign,
// Module and Why is set.
type Import struct {
	At          fleet.Pos
	Class, Name string   // an aspect of the tree
	Path        []string // with Name: the aspect's identity
	Foreign     string   // a module from outside of the tree, as written
	Module      *Module  // a file of the tree, or a module written in place
	Why         string   // nothing is known of it, and why
	Fault       bool     // of Why: Nix refuses it
	Condition   string   // why it may not apply; "" if it surely does
}

// opener turns values into modules.
type opener struct {
	tree    *Tree
	rd      *reading // while the tree is being read
	ev      *symbolic.Evaluator
	args    symbolic.Value
	taken   []string // the names of args that functions took so far
	whole   bool     // one may have looked at all of args
	shallow bool     // files are not opened, only named
	depth   int
	work    int  // modules opened and imports followed
	full    bool // some were left out
}

// Bounds of modules inside of modules: how deep, and how many in all.
const (
	maxNesting = 64
	maxModules = 10000
)

func (o *opener) open(v symbolic.Value) *Module {
	o.depth++
	defer func() { o.depth-- }()
	at := v.Where()
	m := &Module{At: at.Pos()}
	if o.work++; o.depth > maxNesting || o.work > maxModules {
		o.tooMany(&m.Why)
		return m
	}
	for range 3 { // a function that returns a module, or a role's function that returns such a function
		f, ok := v.(*symbolic.Func)
		if !ok {
			break
		}
		o.checkFormals(m, f)
		names, whole := f.Takes()
		o.taken, o.whole = append(o.taken, names...), o.whole || whole
		v = o.ev.Apply(at, f, o.args)
	}
	switch v := o.known(v).(type) {
	case *symbolic.Attrs:
		o.attrs(m, v)
	case *symbolic.Path:
		o.file(m, v)
	case *symbolic.String:
		if name, ok := v.InTree(); ok {
			o.file(m, &symbolic.Path{Place: v.Place, Rel: name})
			break
		}
		m.Imports = append(m.Imports, o.classify(v, at.Pos()))
	case *symbolic.Call:
		if inner := o.loadedModule(v); inner != nil {
			return inner
		}
		m.Imports = append(m.Imports, o.classify(v, at.Pos()))
	case *symbolic.Cond:
		o.either(m, v)
	case *symbolic.Wrap:
		m.Config = append(m.Config, Defined{Value: v, At: v.Where()})
	default:
		if i := o.classify(v, at.Pos()); i.Module == nil {
			m.Imports = append(m.Imports, i)
			break
		}
		m.Why = orElse(symbolic.Why(v), "it is not a module")
	}
	return m
}

// either opens a module that depends on a condition. Between two sets of plain
// definitions it is one module; else the branches are modules of their own.
func (o *opener) either(m *Module, c *symbolic.Cond) {
	then, els := o.known(c.Then.Force()), o.known(c.Else.Force())
	if plainModule(then) && plainModule(els) {
		m.Config = append(m.Config, Defined{Value: c, At: c.Where()})
		return
	}
	condition := conditionText(c.If)
	for _, branch := range []struct {
		v    symbolic.Value
		when string
	}{{then, condition}, {els, not(condition)}} {
		if set, ok := branch.v.(*symbolic.Attrs); ok && set.Len() == 0 && len(set.Rest) == 0 {
			continue
		}
		at := branch.v.Where().Pos()
		if at.IsZero() {
			at = m.At
		}
		i := o.classify(branch.v, at)
		i.Condition = branch.when
		m.Imports = append(m.Imports, i)
	}
}

// plainModule reports whether a module is a set of definitions.
func plainModule(v symbolic.Value) bool {
	set, ok := v.(*symbolic.Attrs)
	return ok && set.Attr("imports") == nil && set.Attr("config") == nil && set.Attr("options") == nil
}

// tooMany says, once, that what follows is left out.
func (o *opener) tooMany(why *string) {
	if !o.full {
		o.full, *why = true, "too many modules are inside of each other"
	}
}

// checkFormals notes a function that the module system cannot call: it gives
// more arguments than a pattern without "..." takes.
func (o *opener) checkFormals(m *Module, f *symbolic.Func) {
	_, ellipsis, ok := symbolic.Formals(f)
	if !ok || ellipsis || o.args == nil {
		return
	}
	if _, open := o.args.(*symbolic.Ref); open {
		m.Notes = append(m.Notes, failure(f.Where().Pos(), "the module takes no other arguments, and the module system gives it more", "end its arguments with ..."))
	}
}

func (o *opener) file(m *Module, p *symbolic.Path) {
	m.Key = o.moduleFile(p.Rel)
	inner := o.open(o.ev.Import(p.Place, p.Rel))
	key := m.Key
	*m = *inner
	m.Key = orElse(inner.Key, key)
}

// attrs reads the attributes of a module written as a set.
func (o *opener) attrs(m *Module, set *symbolic.Attrs) {
	if a := set.Attr("key"); a != nil {
		if s, ok := a.V.Force().(*symbolic.String); ok {
			m.Key, _ = s.Text()
		}
	}
	if a := set.Attr("imports"); a != nil {
		o.imports(m, a.V.Force(), a.At.Pos(), "")
	}
	if a := set.Attr("disabledModules"); a != nil {
		m.Notes = append(m.Notes, warning(a.At.Pos(), "disabledModules is not followed", ""))
	}
	config, options := set.Attr("config"), set.Attr("options")
	if config != nil || options != nil {
		if config != nil {
			m.Config = append(m.Config, Defined{Value: config.V.Force(), At: config.At})
		}
		if options != nil {
			m.Options = append(m.Options, Defined{Value: options.V.Force(), At: options.At})
		}
		return
	}
	rest := set.Except("_class", "_file", "key", "imports", "disabledModules", "freeformType", "meta")
	if rest.Len() > 0 || len(rest.Rest) > 0 {
		m.Config = append(m.Config, Defined{Value: rest, At: set.Place})
	}
}

// imports enters the elements of a list of modules.
func (o *opener) imports(m *Module, v symbolic.Value, at fleet.Pos, condition string) {
	if o.work++; o.work > maxModules {
		o.tooMany(&m.Why)
		return
	}
	switch v := o.known(v).(type) {
	case *symbolic.List:
		for _, item := range v.Items {
			where := item.At.Pos()
			if where.IsZero() {
				where = item.V.Force().Where().Pos()
			}
			if where.IsZero() {
				where = at
			}
			if item.Rest {
				o.imports(m, item.V.Force(), where, condition)
				continue
			}
			i := o.classify(item.V.Force(), where)
			i.Condition = condition
			m.Imports = append(m.Imports, i)
		}
	case *symbolic.Call:
		o.loaded(m, v, at, condition)
	case *symbolic.Cond:
		o.imports(m, v.Then.Force(), at, both(condition, conditionText(v.If)))
		o.imports(m, v.Else.Force(), at, both(condition, not(conditionText(v.If))))
	default:
		i := Import{At: at, Why: orElse(symbolic.Why(v), "it is not a list"), Condition: condition}
		if u, ok := v.(*symbolic.Unknown); ok && u.Fault {
			i.Fault = true
		}
		m.Imports = append(m.Imports, i)
	}
}

// classify says what an element of imports is.
func (o *opener) classify(v symbolic.Value, at fleet.Pos) Import {
	i := Import{At: at}
	v = o.known(v)
	if s, ok := v.(*symbolic.String); ok {
		if name, ok := s.InTree(); ok {
			v = &symbolic.Path{Place: s.Place, Rel: name}
		}
	}
	switch v := v.(type) {
	case *symbolic.Ref:
		class, name, ok := o.member(v)
		switch {
		case ok:
			i.Class, i.Name, i.Path = string(class), name, v.Path
		case v.Root == symbolic.Inputs || v.Root == symbolic.Arg:
			if i.Module = o.definedBy(v); i.Module == nil {
				i.Foreign = v.String()
			}
		default:
			i.Why = symbolic.Why(v)
		}
	case *symbolic.Call:
		if i.Module = o.loadedModule(v); i.Module != nil {
			break
		}
		i.Foreign = orElse(v.Where().Source(), "a computed module")
	case *symbolic.String:
		if s, ok := v.Text(); ok {
			i.Foreign = symbolic.Quote(s)
			break
		}
		i.Foreign = v.Where().Source()
	case *symbolic.Path:
		if len(v.Rel) > 0 && (v.Rel[0] == '/' || v.Rel[0] == '.' && len(v.Rel) > 1 && v.Rel[1] == '.') {
			i.Foreign = v.Rel
			break
		}
		if o.shallow {
			i.Module = &Module{At: at, pending: v.Rel}
			break
		}
		i.Module = o.open(v)
	case *symbolic.Unknown:
		i.Why, i.Fault = v.Why, v.Fault
	default:
		i.Module = o.open(v)
	}
	return i
}

func conditionText(v symbolic.Value) string {
	return orElse(v.Where().Source(), orElse(symbolic.Why(v), "a condition"))
}

func not(condition string) string { return "!(" + condition + ")" }

func both(a, b string) string {
	if a == "" || b == "" {
		return a + b
	}
	return a + " && " + b
}

func orElse(s, otherwise string) string {
	if s == "" {
		return otherwise
	}
	return s
}
