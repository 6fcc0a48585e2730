package symbolic

import (
	"slices"

	"assay/modules/syntax"
)

func (ev *Evaluator) attrs(at Place, x *syntax.Attrs, sc *scope) Value {
	return ev.bindings(at, x.Bindings, sc, x.Rec)
}

// bindings makes the set that bindings define.
func (ev *Evaluator) bindings(at Place, bindings []syntax.Binding, sc *scope, rec bool) Value {
	set, err := ev.setOf(rec, bindings)
	if err != nil {
		return fault(at, err.Error())
	}
	return ev.build(at, set, sc)
}

// merging is what is merged: bindings, by the place of the first one.
type merging struct {
	first *syntax.Binding
	rec   bool
}

// setOf is what bindings are after Nix's rules, worked out once: a function's body is
// evaluated for every argument, and a module for every machine.
func (ev *Evaluator) setOf(rec bool, bindings []syntax.Binding) (*syntax.Set, error) {
	if len(bindings) == 0 {
		return syntax.Merge(rec, bindings)
	}
	key := merging{&bindings[0], rec}
	if set := ev.sets[key]; set != nil {
		return set, nil
	}
	set, err := syntax.Merge(rec, bindings)
	if err == nil {
		ev.sets[key] = set
	}
	return set, err
}

func (ev *Evaluator) letScope(at Place, bindings []syntax.Binding, sc *scope) (*scope, Value) {
	set, err := ev.setOf(true, bindings)
	if err != nil {
		return nil, fault(at, err.Error())
	}
	inner := sc.inner(make(map[string]*Thunk, len(set.Members)))
	ev.fill(at, set, inner, sc)
	if why := ev.spent(); why != "" {
		return nil, &Unknown{Place: at, Why: why}
	}
	return inner, nil
}

func (ev *Evaluator) build(at Place, set *syntax.Set, sc *scope) *Attrs {
	if !set.Rec {
		return ev.fill(at, set, sc, sc)
	}
	inner := sc.inner(make(map[string]*Thunk, len(set.Members)))
	out := ev.fill(at, set, inner, sc)
	if o := out.Attr("__overrides"); o != nil {
		ev.override(out, inner, o.V)
	}
	return out
}

// override applies __overrides, which replaces attributes of a recursive set
// also in the scope of the others.
func (ev *Evaluator) override(out *Attrs, inner *scope, t *Thunk) {
	over, ok := ev.setArg(t)
	if !ok {
		v := &Unknown{Place: out.Place, Why: "__overrides is not known: " + Why(t.Force())}
		for name := range out.byName {
			inner.names[name] = Done(v)
		}
		out.byName, out.Rest = map[string]*Attr{}, []Value{v}
		return
	}
	for _, name := range over.Names() {
		a := over.Attr(name)
		if inner.names[name] != nil {
			inner.names[name] = a.V
		}
		out.byName[name] = a
	}
}

// fill makes the set; inner is the scope of the values, which gets the names
// of a recursive set, outer that of plain inherit.
func (ev *Evaluator) fill(at Place, set *syntax.Set, inner, outer *scope) *Attrs {
	out := emptyAttrs(at)
	if !ev.grow(64 * (len(set.Members) + len(set.Dynamic))) {
		out.Rest = []Value{&Unknown{Place: at, Why: tooMuch}}
		return out
	}
	out.byName = make(map[string]*Attr, len(set.Members))
	var sources map[*syntax.Inherit]*Thunk
	for _, m := range set.Members {
		if m.Inherit != nil && m.Inherit.From != nil && sources[m.Inherit] == nil {
			if sources == nil {
				sources = map[*syntax.Inherit]*Thunk{}
			}
			sources[m.Inherit] = &Thunk{expr: m.Inherit.From, scope: inner, ev: ev}
		}
		v := ev.member(m, sources[m.Inherit], inner, outer)
		out.set(m.Name, v, inner.place(m.At))
		if inner != outer {
			inner.names[m.Name] = v
		}
	}
	for i := range set.Dynamic {
		ev.dynamic(out, &set.Dynamic[i], inner)
	}
	return out
}

func (ev *Evaluator) member(m *syntax.Member, source *Thunk, inner, outer *scope) *Thunk {
	at := inner.place(m.At)
	switch {
	case source != nil:
		return ev.later(func() Value { return ev.Select(at, source.Force(), m.Name) })
	case m.Inherit != nil:
		return ev.later(func() Value { return ev.lookup(m.Name, at, outer) })
	case m.Set != nil:
		if m.Value != nil {
			at = inner.place(m.Value)
		}
		return ev.later(func() Value { return ev.build(at, m.Set, inner) })
	}
	return &Thunk{expr: m.Value, scope: inner, ev: ev}
}

// dynamic enters an attribute whose name is computed. A name that is not
// known leaves the set open.
func (ev *Evaluator) dynamic(out *Attrs, m *syntax.DynamicMember, sc *scope) {
	at := sc.place(m.Name)
	value := ev.member(&syntax.Member{At: m.Name, Value: m.Value, Set: m.Set}, nil, sc, sc)
	switch name := ev.Known(ev.eval(m.Name.X, sc)).(type) {
	case Null: // Nix leaves the attribute out
	case *String:
		s, ok := name.Text()
		if !ok {
			out.Rest = append(out.Rest, openAttr(at, name, value))
			return
		}
		if out.Attr(s) != nil {
			value = Done(fault(at, "attribute "+s+" is defined twice"))
		}
		out.set(s, value, at)
	default:
		out.Rest = append(out.Rest, openAttr(at, name, value))
	}
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
	older := &Attrs{Place: set.Place, byName: map[string]*Attr{name: {V: a.V, At: a.At, Maybe: a.Maybe[:len(a.Maybe)-1]}}}
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
			Then: Done(found), Else: &Thunk{expr: def, scope: sc, ev: ev}}
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
	out := emptyAttrs(at)
	ev.scan(16 * (la.Len() + rb.Len()))
	ev.grow(16 * (la.Len() + rb.Len()))
	for name, a := range la.byName {
		if rb.Attr(name) == nil {
			a = &Attr{V: a.V, At: a.At, Maybe: append(slices.Clip(a.Maybe), rb.Rest...)}
		}
		out.byName[name] = a
	}
	for name, a := range rb.byName {
		out.byName[name] = a
	}
	out.Rest = append(slices.Clip(la.Rest), rb.Rest...)
	return out
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
