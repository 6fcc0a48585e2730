package modules

import (
	"fmt"

	"assay/modules/symbolic"
)

// value is what the option at n comes to. It is false where that is not known,
// or where the option is an identity.
func (s *store) value(n *node) (symbolic.Value, bool) {
	if !s.expand(n) || s.own != nil && s.own(n.path) {
		return nil, false
	}
	if n.memo == nil || n.epoch != s.epoch {
		v, ok := s.compute(n)
		if !ok {
			return nil, false
		}
		n.memo, n.epoch = s.applied(n, v), s.epoch
	}
	return n.memo, true
}

// applied is what the option's declaration makes of its value: its type may
// give a set further attributes, and apply may change all of it.
func (s *store) applied(n *node, v symbolic.Value) symbolic.Value {
	if n.typ != nil {
		v = n.typ.loosen(s.ev, v, 0)
	}
	if n.decl == nil || n.decl.Attr("apply") == nil {
		return v
	}
	return s.ev.Known(s.ev.Apply(n.where(), n.decl.Attr("apply").V.Force(), v))
}

func (s *store) compute(n *node) (symbolic.Value, bool) {
	if s.structural(n) {
		return s.set(n), true
	}
	defs, why := effective(n.parts)
	switch {
	case why != "":
		return &symbolic.Unknown{Place: n.where(), Why: why}, true
	case len(defs) == 0:
		return s.absent(n)
	case len(defs) == 1 && len(defs[0].guards) == 0:
		return defs[0].v.Force(), true
	}
	return s.merge(n, defs), true
}

// structural reports whether the value at n is put together from what is below
// it.
func (s *store) structural(n *node) bool {
	if s.prefix != nil && s.prefix(n.path) {
		return true
	}
	if s.leaf(n) {
		return false
	}
	if n.typ != nil && (n.typ.kind == attrsType || n.typ.kind == subType) {
		return len(n.parts) > 0 || n.typ.kind == attrsType && n.decl == nil
	}
	if n.decl == nil {
		for _, k := range n.kids {
			if len(k.options) > 0 {
				return true
			}
		}
	}
	return len(n.parts) > 1 && allSets(n.parts)
}

func allSets(defs []definition) bool {
	for _, d := range defs {
		if _, ok := d.v.Force().(*symbolic.Attrs); !ok || len(d.guards) > 0 {
			return false
		}
	}
	return true
}

// set is the set of what is below n. Members of registries are references.
func (s *store) set(n *node) symbolic.Value {
	at := n.where()
	attrs := make(map[string]*symbolic.Attr, len(n.kids))
	var rest []symbolic.Value
	for name, k := range n.kids {
		a := &symbolic.Attr{At: k.where(), V: s.ev.Later(func() symbolic.Value {
			if v, ok := s.value(k); ok {
				return v
			}
			return &symbolic.Ref{Place: k.where(), Root: symbolic.Flake, Path: k.path}
		})}
		if always, maybe := k.surely(); !always {
			if maybe == nil {
				continue
			}
			one := symbolic.NewSet(at, map[string]*symbolic.Attr{name: a})
			rest = append(rest, &symbolic.Cond{Place: at, If: maybe, Then: symbolic.Done(one), Else: symbolic.Done(symbolic.NewSet(at, nil))})
			continue
		}
		attrs[name] = a
	}
	for _, g := range n.gaps {
		rest = append(rest, &symbolic.Unknown{Place: g.at, Why: g.why, Fault: g.fault && !g.name})
	}
	return symbolic.NewSet(at, attrs, rest...)
}

// surely reports whether something is defined at n in any case; else maybe is
// the condition, nil if nothing is defined at all.
func (n *node) surely() (always bool, maybe symbolic.Value) {
	if n.decl != nil || len(n.options) > 0 {
		return true, nil
	}
	for _, d := range n.defs {
		if len(d.guards) == 0 {
			return true, nil
		}
		maybe = &symbolic.Unknown{Place: d.at, Why: d.condition()}
	}
	return false, maybe
}

// where is the first place that says something about n.
func (n *node) where() symbolic.Place {
	for _, d := range n.defs {
		if d.at.File != nil {
			return d.at
		}
	}
	for _, o := range n.options {
		return o.At
	}
	return symbolic.Place{}
}

// absent is the value of an option that nothing defines: its default.
func (s *store) absent(n *node) (symbolic.Value, bool) {
	if n.decl == nil {
		return nil, false
	}
	if a := n.decl.Attr("default"); a != nil {
		return s.ev.Known(a.V.Force()), true
	}
	if n.typ != nil && n.typ.kind == attrsType {
		return symbolic.NewSet(n.where(), nil), true
	}
	return nil, false
}

// effective keeps the definitions of the highest priority. why says why that
// is not known.
func effective(defs []definition) (out []definition, why string) {
	best := 1 << 31
	for _, d := range defs {
		if len(d.guards) == 0 {
			best = min(best, d.priority)
		}
	}
	for _, d := range defs {
		if d.priority < best && len(d.guards) > 0 && len(defs) > 1 {
			return nil, "depends on a condition: " + d.condition()
		}
		if d.priority <= best {
			out = append(out, d)
		}
	}
	return out, ""
}

// merge is several definitions of one option as one value, as far as their
// type shows how.
func (s *store) merge(n *node, defs []definition) symbolic.Value {
	at := n.where()
	out := &symbolic.List{Place: at}
	for _, d := range mergeOrder(defs) {
		l, ok := d.v.Force().(*symbolic.List)
		if !ok {
			return s.scalar(n, defs)
		}
		if len(d.guards) == 0 {
			out.Items = append(out.Items, l.Items...)
			continue
		}
		out.Items = append(out.Items, symbolic.Item{V: symbolic.Done(d.guarded(l, &symbolic.List{Place: at})), Rest: true, At: d.at})
	}
	return out
}

// guarded is v under the definition's conditions, otherwise els.
func (d *definition) guarded(v, els symbolic.Value) symbolic.Value {
	for i := len(d.guards) - 1; i >= 0; i-- {
		g := d.guards[i]
		c := &symbolic.Cond{Place: d.at, If: g.v, Then: symbolic.Done(v), Else: symbolic.Done(els)}
		if g.negated {
			c.Then, c.Else = c.Else, c.Then
		}
		v = c
	}
	return v
}

func (s *store) scalar(n *node, defs []definition) symbolic.Value {
	if len(defs) == 1 {
		d := &defs[0]
		var els symbolic.Value = &symbolic.Unknown{Place: d.at, Why: "nothing is defined where " + d.condition() + " does not hold"}
		if v, ok := s.absent(n); ok {
			els = v
		}
		return d.guarded(d.v.Force(), els)
	}
	return &symbolic.Unknown{Place: n.where(), Why: fmt.Sprintf("%d definitions of %s are merged in a way that is not known", len(defs), pathText(n.path))}
}

// at is the value at a path.
func (s *store) at(path []string) (symbolic.Value, bool) {
	n := s.root
	for i, name := range path {
		if s.own != nil && s.own(path[:i]) || !s.expand(n) {
			return nil, false
		}
		k := n.kids[name]
		if k == nil {
			return s.below(n, path[i:])
		}
		n = k
	}
	return s.value(n)
}

// below selects a path from the value at a node that is no set of options.
func (s *store) below(n *node, path []string) (symbolic.Value, bool) {
	if len(n.path) < 1 || s.structural(n) {
		return nil, false
	}
	v, ok := s.value(n)
	if !ok {
		return nil, false
	}
	for _, name := range path {
		if set, ok := s.ev.Known(v).(*symbolic.Attrs); ok && set.Attr(name) == nil && len(set.Rest) == 0 {
			return nil, false
		}
		v = s.ev.Select(v.Where(), v, name)
	}
	if _, bad := v.(*symbolic.Unknown); bad {
		return nil, false
	}
	return v, true
}
