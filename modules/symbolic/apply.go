package symbolic

import (
	"slices"

	"assay/modules/syntax"
)

// Apply calls fn with arg.
func (ev *Evaluator) Apply(at Place, fn, arg Value) Value { return ev.apply(at, fn, Done(arg)) }

func (ev *Evaluator) apply(at Place, fn Value, arg *Thunk) Value {
	ev.steps++
	ev.depth++
	defer func() { ev.depth-- }()
	if why := ev.spent(); why != "" {
		return &Unknown{Place: at, Why: why}
	}
	fn = ev.Known(fn)
	switch f := fn.(type) {
	case *Func:
		return ev.enter(at, f, arg)
	case *Prim:
		args := append(f.args[:len(f.args):len(f.args)], arg)
		if len(args) < f.spec.arity {
			return &Prim{Place: at, Name: f.Name, spec: f.spec, args: args}
		}
		v := f.spec.run(ev, at, args)
		if !f.spec.cheap {
			ev.scanned(args)
		}
		if v != nil {
			return v
		}
		return ev.openCall(at, f, args)
	case *Attrs:
		if functor := f.Attr("__functor"); functor != nil {
			return ev.apply(at, ev.apply(at, functor.V.Force(), Done(f)), arg)
		}
		if len(f.Rest) > 0 {
			return &Unknown{Place: at, Why: "calls a set that is not known"}
		}
	case *Cond:
		return ev.each(at, f, func(b Value) Value { return ev.apply(at, b, arg) })
	case *Ref:
		if f.Root == Arg && len(f.Path) == 1 && f.Path[0] == "moduleWithSystem" {
			return ev.perSystem(at, arg)
		}
		return &Call{Place: at, Fn: fn, Arg: arg}
	case *Call:
		if r, ok := f.Fn.(*Ref); ok && r.Root == Arg && len(r.Path) == 1 && r.Path[0] == "withSystem" {
			return ev.perSystem(at, arg)
		}
		return &Call{Place: at, Fn: fn, Arg: arg}
	case *Unknown:
		return &Unknown{Place: at, Why: f.Why, Fault: f.Fault}
	}
	return fault(at, "cannot call "+kindOf(fn))
}

// perSystem calls a function as flake-parts' moduleWithSystem and withSystem
// do, with the arguments of perSystem.
func (ev *Evaluator) perSystem(at Place, fn *Thunk) Value {
	return ev.apply(at, fn.Force(), Done(&Ref{Place: at, Root: Arg, Path: []string{"perSystem"}}))
}

// scanned charges for the arguments that a function has looked at.
func (ev *Evaluator) scanned(args []*Thunk) {
	for _, a := range args {
		switch v := a.v.(type) {
		case *String:
			for _, p := range v.Parts {
				ev.scan(len(p.Text) + 1)
			}
		case *List:
			ev.scan(4 * len(v.Items))
		case *Attrs:
			ev.scan(16 * v.size())
		}
	}
}

// openCall keeps a call of a known function whose arguments are not known. One
// that cannot be evaluated makes the call no fault: the function may not look
// at it.
func (ev *Evaluator) openCall(at Place, p *Prim, args []*Thunk) Value {
	for _, a := range args {
		if v := a.Force(); isFault(v) {
			return &Unknown{Place: at, Why: Why(v)}
		}
	}
	var v Value = &Prim{Place: p.Place, Name: p.Name, spec: p.spec}
	for _, a := range args {
		v = &Call{Place: at, Fn: v, Arg: a}
	}
	return v
}

// enter evaluates a function's body.
func (ev *Evaluator) enter(at Place, f *Func, arg *Thunk) Value {
	l := f.lambda
	var few [8]*Thunk
	vars := few[:0]
	inner := f.scope.inner(nil)
	if l.Arg != nil {
		vars = append(vars, arg)
	}
	if l.Pattern == nil {
		inner.vars = slices.Clone(vars)
		return ev.eval(l.Body, inner)
	}
	if !ev.grow(64 * len(l.Pattern.Formals)) {
		return &Unknown{Place: at, Why: tooMuch}
	}
	v := ev.argument(arg)
	if _, ok := v.(*Attrs); !ok && !symbolic(v) {
		return fault(at, "the function is called with "+kindOf(v)+" instead of a set")
	}
	if u, ok := v.(*Unknown); ok && u.Fault {
		return u
	}
	if set, ok := v.(*Attrs); ok {
		if name := ev.unexpected(l.Pattern, set); name != "" {
			return fault(at, "the function is called with the unexpected argument "+name)
		}
	}
	for i := range l.Pattern.Formals {
		formal := &l.Pattern.Formals[i]
		vars = append(vars, ev.formal(at, formal, v, inner))
	}
	inner.vars = slices.Clone(vars)
	return ev.eval(l.Body, inner)
}

// argument is what a pattern takes apart. A reference to a set stays, so that
// what is taken from it is an identity too.
func (ev *Evaluator) argument(t *Thunk) Value {
	v := t.Force()
	known := ev.Known(v)
	_, isRef := v.(*Ref)
	if _, isSet := known.(*Attrs); isRef && isSet {
		return v
	}
	return known
}

// unexpected returns the first argument that a pattern without ... lacks.
func (ev *Evaluator) unexpected(p *syntax.Pattern, set *Attrs) string {
	if p.Ellipsis {
		return ""
	}
	takes := make(map[string]bool, len(p.Formals))
	for i := range p.Formals {
		takes[p.Formals[i].Name] = true
	}
	for _, name := range set.Names() {
		if !takes[name] {
			return name
		}
	}
	return ""
}

func (ev *Evaluator) formal(at Place, formal *syntax.Formal, v Value, inner *scope) *Thunk {
	own := inner.place(formal)
	if set, ok := v.(*Attrs); ok {
		if a := set.Attr(formal.Name); a != nil && len(a.Maybe) == 0 {
			return a.V
		}
		if len(set.Rest) == 0 && set.Attr(formal.Name) == nil {
			if formal.Default != nil {
				return &Thunk{node: formal.Default, scope: inner}
			}
			return Done(fault(at, "the function is called without the argument "+formal.Name))
		}
	}
	if r, ok := v.(*Ref); ok && (r.Root == ModuleArgs || r.Root == FlakeArgs) {
		// The module system gives every argument that is asked for and never
		// lets a default stand in.
		return Done(reduceRef(r.below(own, formal.Name)))
	}
	if formal.Default == nil {
		return ev.later(func() Value { return ev.Select(own, v, formal.Name) })
	}
	switch ev.has(v, formal.Name) {
	case yes:
		return ev.later(func() Value { return ev.Select(own, v, formal.Name) })
	case no:
		return &Thunk{node: formal.Default, scope: inner}
	}
	return ev.later(func() Value {
		return &Cond{Place: own, If: &Unknown{Place: own, Why: "whether " + formal.Name + " is given is not known"},
			Then: ev.later(func() Value { return ev.Select(own, v, formal.Name) }),
			Else: &Thunk{node: formal.Default, scope: inner}}
	})
}

// Takes returns the names of the arguments that a function takes out of the
// set that it is called with; whole says that it may look at all of the set.
func (f *Func) Takes() (names []string, whole bool) {
	if f.lambda.Pattern == nil {
		return nil, true
	}
	for i := range f.lambda.Pattern.Formals {
		names = append(names, f.lambda.Pattern.Formals[i].Name)
	}
	return names, f.lambda.Arg != nil
}

// Formals returns the names that a function's pattern takes and whether it
// takes others; ok is false for anything but a function with a pattern.
func Formals(v Value) (names []string, ellipsis, ok bool) {
	f, isFunc := v.(*Func)
	if !isFunc || f.lambda.Pattern == nil {
		return nil, false, false
	}
	for i := range f.lambda.Pattern.Formals {
		names = append(names, f.lambda.Pattern.Formals[i].Name)
	}
	return names, f.lambda.Pattern.Ellipsis, true
}
