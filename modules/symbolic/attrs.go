package symbolic

import (
	"slices"

	"assay/modules/syntax"
)

// let is the scope of a let, or what went wrong.
func (ev *Evaluator) let(at Place, set *syntax.Set, sc *scope) (*scope, Value) {
	inner := sc.inner(nil)
	if !ev.grow(64 * len(set.Members)) {
		return nil, &Unknown{Place: at, Why: tooMuch}
	}
	inner.vars = ev.members(set, inner, sc)
	return inner, nil
}

// build makes the set that merged bindings define.
func (ev *Evaluator) build(at Place, set *syntax.Set, sc *scope) *Attrs {
	if !ev.grow(64 * (len(set.Members) + len(set.Dynamic))) {
		return &Attrs{Place: at, Rest: []Value{&Unknown{Place: at, Why: tooMuch}}}
	}
	inner := sc
	if set.Rec {
		inner = sc.inner(nil)
	}
	values := ev.members(set, inner, sc)
	out := &Attrs{Place: at, attrs: make([]Attr, len(values))}
	for i := range values {
		m, n := set.Ordered(i)
		out.attrs[i] = Attr{name: m.Name, V: values[n], At: inner.place(m.At)}
	}
	if set.Rec {
		inner.vars = values
	}
	if len(set.Dynamic) > 0 {
		ev.dynamic(out, set.Dynamic, inner)
	}
	if over := out.Attr("__overrides"); set.Rec && over != nil {
		ev.override(out, set, inner, over.V)
	}
	return out
}

// override applies __overrides, which replaces attributes of a recursive set
// also in the scope of the others.
func (ev *Evaluator) override(out *Attrs, set *syntax.Set, inner *scope, t *Thunk) {
	over, ok := ev.setArg(t)
	if !ok {
		v := &Unknown{Place: out.Place, Why: "__overrides is not known: " + Why(t.Force())}
		for i := range inner.vars {
			inner.vars[i] = Done(v)
		}
		out.attrs, out.Rest = nil, []Value{v}
		return
	}
	for i, m := range set.Members {
		if a := over.Attr(m.Name); a != nil {
			inner.vars[i] = a.V
		}
	}
	out.attrs = join(out.attrs, over.whole())
}

// members are the values of a set's or let's members; inner is their scope,
// outer that of plain inherit.
func (ev *Evaluator) members(set *syntax.Set, inner, outer *scope) []*Thunk {
	values := make([]*Thunk, len(set.Members))
	own := make([]Thunk, len(set.Members)) // one piece of memory for all
	var from *syntax.Inherit
	var source *Thunk
	for i, m := range set.Members {
		values[i] = &own[i]
		switch {
		case m.Inherit == nil:
			own[i] = member(m, inner)
		case m.Inherit.From != nil:
			if m.Inherit != from { // its names stand together
				from, source = m.Inherit, &Thunk{node: m.Inherit.From, scope: inner}
			}
			source := source
			own[i] = Thunk{scope: inner, fn: func() Value { return ev.Select(inner.place(m.At), source.Force(), m.Name) }}
		default:
			if m.Var.Up > 0 && m.Var.Up <= near {
				values[i] = outer.bound(m.Var)
				continue
			}
			own[i] = Thunk{scope: inner, fn: func() Value { return ev.lookup(m.Name, m.Var, inner.place(m.At), outer) }}
		}
	}
	return values
}

// member is the value of a member that is not inherited.
func member(m *syntax.Member, sc *scope) Thunk {
	if m.Set != nil {
		return Thunk{node: m, scope: sc}
	}
	return Thunk{node: m.Value, scope: sc}
}

// dynamic enters the attributes whose names are computed. A name that is not
// known leaves the set open.
func (ev *Evaluator) dynamic(out *Attrs, members []syntax.DynamicMember, sc *scope) {
	var attrs []Attr
	seen := map[string]bool{}
	for i := range members {
		m := &members[i]
		at := sc.place(m.Name)
		own := member(&syntax.Member{At: m.Name, Value: m.Value, Set: m.Set}, sc)
		value := &own
		switch name := ev.Known(ev.eval(m.Name.X, sc)).(type) {
		case Null: // Nix leaves the attribute out
		case *String:
			s, ok := name.Text()
			if !ok {
				out.Rest = append(out.Rest, openAttr(at, name, value))
				continue
			}
			if seen[s] || find(out.attrs, s) != nil {
				value = Done(fault(at, "attribute "+s+" is defined twice"))
			}
			seen[s] = true
			attrs = append(attrs, Attr{name: s, V: value, At: at})
		default:
			out.Rest = append(out.Rest, openAttr(at, name, value))
		}
	}
	out.attrs = join(out.attrs, makeSet(out.Place, attrs).attrs)
}

// openAttr is an attribute whose name is not known, with its value.
func openAttr(at Place, name Value, v *Thunk) *Unknown {
	u := openName(at, name)
	u.Named = &Named{Name: name, V: v}
	return u
}

func openName(at Place, name Value) *Unknown {
	why := "the attribute's name is not known"
	if s, ok := name.(*String); ok {
		for _, p := range s.Parts {
			if p.X != nil {
				name = p.X
			}
		}
	}
	if more := Why(name); more != "" {
		why += ": " + more
	}
	return &Unknown{Place: at, Why: why, Fault: !symbolic(name)}
}

// Select returns the attribute name of v.
func (ev *Evaluator) Select(at Place, v Value, name string) Value {
	switch v := v.(type) {
	case *Attrs:
		return ev.selectAttr(at, v, name)
	case *Ref:
		return reduceRef(v.below(at, name))
	case *Cond:
		return ev.each(at, v, func(b Value) Value { return ev.Select(at, b, name) })
	case *Unknown:
		return &Unknown{Place: at, Why: v.Why, Fault: v.Fault}
	case *Call:
		if k := ev.Known(v); k != Value(v) {
			return ev.Select(at, k, name)
		}
		return selection(at, v, name)
	}
	if w, ok := v.(*Wrap); ok {
		return ev.selectAttr(at, w.attrs(), name)
	}
	return fault(at, "cannot select "+name+" from "+kindOf(v))
}

func (ev *Evaluator) selectAttr(at Place, set *Attrs, name string) Value {
	a := set.Attr(name)
	if a == nil {
		switch len(set.Rest) {
		case 0:
			return fault(at, "attribute "+name+" is missing")
		case 1:
			return ev.Select(at, set.Rest[0], name)
		}
		return &Unknown{Place: at, Why: "attribute " + name + " comes from a set that is not known: " + Why(set.Rest[0])}
	}
	if len(a.Maybe) == 0 {
		return a.V.Force()
	}
	last := a.Maybe[len(a.Maybe)-1]
	older := &Attrs{Place: set.Place, attrs: []Attr{{name: name, V: a.V, At: a.At, Maybe: a.Maybe[:len(a.Maybe)-1]}}}
	has := &Unknown{Place: last.Where(), Why: "whether it has " + name + " is not known: " + Why(last)}
	return &Cond{Place: at, If: has,
		Then: ev.later(func() Value { return ev.Select(at, last, name) }),
		Else: ev.later(func() Value { return ev.selectAttr(at, older, name) })}
}

// each applies f to both branches of a condition.
func (ev *Evaluator) each(at Place, c *Cond, f func(Value) Value) Value {
	return &Cond{Place: at, If: c.If,
		Then: ev.later(func() Value { return f(c.Then.Force()) }),
		Else: ev.later(func() Value { return f(c.Else.Force()) })}
}

func (ev *Evaluator) nameOf(a *syntax.AttrName, sc *scope) (string, Value) {
	if a.Static() {
		return a.Name, nil
	}
	v := ev.Known(ev.eval(a.X, sc))
	if s, ok := v.(*String); ok {
		if text, ok := s.Text(); ok {
			return text, nil
		}
		return "", &Unknown{Place: sc.place(a), Why: "the attribute's name is not known"}
	}
	if symbolic(v) {
		return "", &Unknown{Place: sc.place(a), Why: "the attribute's name is not known: " + Why(v)}
	}
	return "", fault(sc.place(a), "an attribute's name is "+kindOf(v))
}

func (ev *Evaluator) selectPath(at Place, x *syntax.Select, sc *scope) Value {
	v := ev.eval(x.X, sc)
	if x.Default != nil {
		return ev.selectOr(at, v, x.Path, x.Default, sc)
	}
	for i := range x.Path {
		name, bad := ev.nameOf(&x.Path[i], sc)
		if bad != nil {
			return bad
		}
		v = ev.Select(at, v, name)
	}
	return v
}

// selectOr is x.a.b or d.
func (ev *Evaluator) selectOr(at Place, v Value, path []syntax.AttrName, def syntax.Expr, sc *scope) Value {
	for i := range path {
		name, bad := ev.nameOf(&path[i], sc)
		if bad != nil {
			return bad
		}
		switch ev.has(v, name) {
		case yes:
			v = ev.Select(at, v, name)
			continue
		case no:
			return ev.eval(def, sc)
		}
		rest := path[i:]
		if c, ok := v.(*Cond); ok {
			return ev.each(at, c, func(b Value) Value { return ev.selectOr(at, b, rest, def, sc) })
		}
		found := ev.Select(at, v, name)
		for j := range rest[1:] {
			name, bad := ev.nameOf(&rest[1+j], sc)
			if bad != nil {
				return bad
			}
			found = ev.Select(at, found, name)
		}
		return &Cond{Place: at, If: &Unknown{Place: at, Why: "whether it has " + name + " is not known: " + Why(v)},
			Then: Done(found), Else: &Thunk{node: def, scope: sc}}
	}
	return v
}

// answer is a three-valued truth.
type answer int

const (
	unsure answer = iota
	yes
	no
)

// has tells whether v surely has or surely lacks an attribute.
func (ev *Evaluator) has(v Value, name string) answer {
	if !ev.tick() {
		return unsure
	}
	switch v := v.(type) {
	case *Attrs:
		switch {
		case v.Attr(name) != nil:
			return yes
		case len(v.Rest) == 0:
			return no
		}
		return unsure
	case *Ref:
		return ev.hasRef(v, name)
	case *Cond:
		t, e := ev.has(v.Then.Force(), name), ev.has(v.Else.Force(), name)
		if t == e {
			return t
		}
		return unsure
	case *Call:
		if k := ev.Known(v); k != Value(v) {
			return ev.has(k, name)
		}
		return unsure
	case *Unknown:
		return unsure
	case *Wrap:
		return ev.has(v.attrs(), name)
	}
	return no
}

func (ev *Evaluator) hasPath(at Place, v Value, path []syntax.AttrName, sc *scope) Value {
	for i := range path {
		name, bad := ev.nameOf(&path[i], sc)
		if bad != nil {
			return bad
		}
		switch ev.has(v, name) {
		case no:
			return Bool{at, false}
		case unsure:
			return &Unknown{Place: at, Why: "whether it has " + name + " is not known: " + Why(v)}
		}
		if i < len(path)-1 {
			v = ev.Select(at, v, name)
		}
	}
	return Bool{at, true}
}

// update is l // r.
func (ev *Evaluator) update(at Place, l, r Value) Value {
	l, r = ev.Known(l), ev.Known(r)
	for _, v := range []Value{l, r} {
		if u, ok := v.(*Unknown); ok && u.Fault {
			return u
		}
		if _, ok := v.(*Attrs); !ok && !symbolic(v) {
			return fault(at, "cannot update "+kindOf(v)+" with //")
		}
	}
	if ev.traced {
		return ev.parted(at, l, r)
	}
	if c, ok := r.(*Cond); ok && setsOnly(c) {
		return ev.each(at, c, func(b Value) Value { return ev.update(at, l, b) })
	}
	if c, ok := l.(*Cond); ok && setsOnly(c) {
		return ev.each(at, c, func(b Value) Value { return ev.update(at, b, r) })
	}
	return ev.merged(at, asAttrs(l), asAttrs(r))
}

// merged is l // r for two sets.
func (ev *Evaluator) merged(at Place, la, rb *Attrs) *Attrs {
	if len(rb.Rest) == 0 {
		out := ev.with(at, la, rb.whole())
		out.Rest = la.Rest
		return out
	}
	ev.scan(16 * (la.Len() + rb.Len()))
	ev.grow(16 * (la.Len() + rb.Len()))
	low := slices.Clone(la.whole())
	for i := range low {
		low[i].Maybe = append(slices.Clip(low[i].Maybe), rb.Rest...)
	}
	return &Attrs{Place: at, attrs: join(low, rb.whole()), Rest: append(slices.Clip(la.Rest), rb.Rest...)}
}

func asAttrs(v Value) *Attrs {
	if a, ok := v.(*Attrs); ok {
		return a
	}
	return &Attrs{Place: v.Where(), Rest: []Value{v}}
}

// setsOnly reports whether both branches of c are known sets, so that
// updating each of them is exact. Conditions inside of conditions are not
// followed: the work would double with each.
func setsOnly(c *Cond) bool {
	_, t := c.Then.Force().(*Attrs)
	_, e := c.Else.Force().(*Attrs)
	return t && e
}
