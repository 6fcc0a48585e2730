package modules

import (
	"assay/modules/symbolic"
)

// store holds what the modules of a flake define, by option path. It follows
// a definition only as far as somebody asks.
type store struct {
	tree    *Tree
	ev      *symbolic.Evaluator
	root    *node
	own     func(path []string) bool // whether a path is a member of a registry
	prefix  func(path []string) bool // whether members of a registry are below it
	epoch   int                      // changes with own and prefix
	work    int
	modules int // of the flake so far
	units   int // these and those inside of submodules
}

// maxDefinitions bounds the definitions that one flake may have.
const maxDefinitions = 1_000_000

func newStore(t *Tree) *store {
	s := &store{tree: t, ev: t.ev, root: &node{}}
	s.root.stage, s.root.typed = expanded, true
	s.root.kid("flake").typ = &optionType{kind: subType}
	return s
}

// module enters what a module of the flake declares and defines.
func (s *store) module(m *Module, file int, condition string) {
	s.modules++
	s.units++
	d := definition{file: file, module: s.units, priority: plainPriority, order: plainOrder}
	if condition != "" {
		d = d.under(&symbolic.Unknown{Why: condition}, false)
	}
	for _, o := range m.Options {
		s.declare(s.root, o)
	}
	for _, c := range m.Config {
		d.at = c.At
		s.split(s.root, s.peel(d.with(symbolic.Done(c.Value)), 0))
	}
}

// declare enters declarations below n.
func (s *store) declare(n *node, o Defined) {
	set, ok := s.ev.Known(o.Value).(*symbolic.Attrs)
	if !ok {
		n.gaps = append(n.gaps, gap{at: o.At, why: "what options it declares is not known: " + symbolic.Why(o.Value), name: true})
		return
	}
	for _, name := range set.Names() {
		k, a := n.kid(name), set.Attr(name)
		k.options = append(k.options, Defined{At: a.At, lazy: a.V})
	}
}

// follow reads what is declared at n.
func (s *store) follow(n *node) {
	if n.typed {
		return
	}
	n.typed = true
	for _, o := range n.options {
		v := s.ev.Known(o.lazy.Force())
		if set, ok := v.(*symbolic.Attrs); ok {
			s.declare(n, Defined{Value: set, At: o.At})
			continue
		}
		decl, ok := s.declaration(v)
		if !ok {
			n.gaps = append(n.gaps, gap{at: o.At, why: "the option's declaration is not known: " + symbolic.Why(v), name: true})
			continue
		}
		if n.decl == nil || n.decl.Len() == 0 {
			n.decl = decl
		}
		if a := decl.Attr("type"); a != nil {
			n.typ = n.typ.and(s.typeOf(a.V.Force(), 0), 0)
		}
	}
	if n.typ != nil && n.typ.kind == subType {
		for _, v := range n.typ.modules {
			m := s.submodule(n, v)
			n.always = append(n.always, m)
			s.declarations(n, m, 0)
		}
	}
}

// submodule opens a module of the submodule at n.
func (s *store) submodule(n *node, v symbolic.Value) *Module {
	name := ""
	if len(n.path) > 0 {
		name = n.path[len(n.path)-1]
	}
	at := v.Where()
	args := symbolic.FlakeModuleArgsWith(at, map[string]symbolic.Value{
		"name":   symbolic.Text(at, name),
		"config": &symbolic.Ref{Place: at, Root: symbolic.Flake, Path: n.path},
	})
	o := &opener{tree: s.tree, ev: s.ev, args: args}
	return o.open(v)
}

// declarations enters what a module of the submodule at n declares.
func (s *store) declarations(n *node, m *Module, depth int) {
	for _, o := range m.Options {
		s.declare(n, o)
	}
	for _, i := range m.Imports {
		if i.Module != nil && depth < maxNesting {
			s.declarations(n, i.Module, depth+1)
		}
	}
}

// opened enters what a module of the submodule at n defines.
func (s *store) opened(n *node, m *Module, d definition, depth int) {
	if depth > maxNesting {
		return
	}
	if m.Why != "" {
		n.gaps = append(n.gaps, gap{at: d.at, why: m.Why})
	}
	s.units++
	d.module = s.units
	for _, c := range m.Config {
		s.split(n, s.peel(d.with(symbolic.Done(c.Value)), 0))
	}
	for _, i := range m.Imports {
		switch {
		case i.Module != nil:
			s.opened(n, i.Module, d, depth+1)
		case i.Why != "":
			n.gaps = append(n.gaps, gap{at: d.at, why: i.Why, fault: i.Fault})
		}
	}
}

// expand follows the definitions at n: their properties are taken off, and
// sets are handed to the nodes below. It reports false while that is going on.
func (s *store) expand(n *node) bool {
	switch n.stage {
	case expanding:
		return false
	case expanded:
		return true
	}
	n.stage = expanding
	s.follow(n)
	for _, d := range n.defs {
		s.renew()
		n.parts = append(n.parts, s.peel(d, 0)...)
	}
	s.typeKids(n)
	switch {
	case s.leaf(n):
	case n.typ != nil && n.typ.kind == subType:
		s.submodules(n)
	default:
		s.split(n, n.parts)
	}
	s.typeKids(n)
	n.stage = expanded
	return true
}

// renew starts a new budget where the last definition has used up its own.
func (s *store) renew() {
	if s.ev.Spent() {
		s.tree.begin()
	}
}

// submodules enters the modules of the submodule at n: its definitions, which are
// merged like those of a list, and those that its type has. The module system
// makes the latter imports of modules that come first, and so the last that it
// meets: lib.modules.mergeOptionDecls, substSubModules.
func (s *store) submodules(n *node) {
	for _, p := range mergeOrder(n.parts) {
		s.renew()
		m := s.submodule(n, p.v.Force())
		s.declarations(n, m, 0)
		s.opened(n, m, p, 0)
	}
	for _, m := range n.always {
		s.opened(n, m, definition{at: symbolic.Place{}, file: -1, priority: plainPriority, order: plainOrder}, 0)
	}
}

// leaf reports whether what is below n are no options.
func (s *store) leaf(n *node) bool {
	if s.own != nil && s.own(n.path) {
		return true
	}
	return n.typ != nil && (n.typ.kind == moduleType || n.typ.kind == listType)
}

func (s *store) typeKids(n *node) {
	if n.typ == nil || n.typ.kind != attrsType {
		return
	}
	for _, k := range n.kids {
		if k.typ == nil {
			k.typ = n.typ.elem
		}
	}
}

// split hands the attributes of sets to the nodes below.
func (s *store) split(n *node, parts []definition) {
	for _, d := range parts {
		switch v := d.v.Force().(type) {
		case *symbolic.Attrs:
			s.splitSet(n, d, v)
		case *symbolic.Unknown:
			n.gaps = append(n.gaps, gap{at: d.v.Force().Where(), why: v.Why, fault: v.Fault})
		default:
			if why := symbolic.Why(v); why != "" {
				n.gaps = append(n.gaps, gap{at: d.v.Force().Where(), why: why, v: v})
			}
		}
	}
}

func (s *store) splitSet(n *node, d definition, set *symbolic.Attrs) {
	for _, name := range set.Names() {
		if s.work++; s.work > maxDefinitions {
			if s.work == maxDefinitions+1 {
				n.gaps = append(n.gaps, gap{at: d.at, why: "the flake defines too much to be read"})
			}
			return
		}
		a, k := set.Attr(name), n.kid(name)
		below := d.with(a.V)
		below.at = a.At
		k.defs = append(k.defs, below)
	}
	for _, v := range set.Rest {
		if c, ok := s.ev.Known(v).(*symbolic.Cond); ok {
			s.split(n, s.peel(d.with(symbolic.Done(c)), 0))
			continue
		}
		n.gaps = append(n.gaps, gap{at: v.Where(), why: symbolic.Why(v), name: true, v: v})
	}
}

// peel takes the properties of the module system and conditions off a
// definition.
func (s *store) peel(d definition, depth int) []definition {
	v := s.ev.Known(d.v.Force())
	if s.work++; depth > maxNesting || s.work > maxDefinitions {
		return []definition{d.with(symbolic.Done(&symbolic.Unknown{Place: v.Where(), Why: "the file defines too much to be read"}))}
	}
	switch v := v.(type) {
	case *symbolic.Wrap:
		return s.unwrap(d, v, depth)
	case *symbolic.Cond:
		common, then, els := v.Split()
		var out []definition
		if common != nil {
			out = append(out, d.with(symbolic.Done(common)))
		}
		out = append(out, s.peel(d.with(symbolic.Done(then)).under(v.If, false), depth+1)...)
		return append(out, s.peel(d.with(symbolic.Done(els)).under(v.If, true), depth+1)...)
	}
	return []definition{d.with(symbolic.Done(v))}
}

func (s *store) unwrap(d definition, w *symbolic.Wrap, depth int) []definition {
	switch w.Kind {
	case symbolic.MkMerge:
		l, ok := s.ev.Known(w.Body.Force()).(*symbolic.List)
		if !ok {
			return []definition{d.with(w.Body)}
		}
		var out []definition
		for _, item := range l.Items {
			part := d.with(item.V)
			if at := item.V.Force().Where(); at.File != nil {
				part.at = at
			}
			if item.Rest {
				part = part.with(symbolic.Done(&symbolic.Unknown{Place: part.at, Why: "merges definitions that are not known: " + symbolic.Why(item.V.Force())}))
			}
			out = append(out, s.peel(part, depth+1)...)
		}
		return out
	case symbolic.MkIf:
		c := s.ev.Known(w.If.Force())
		if b, ok := c.(symbolic.Bool); ok && !b.B {
			return nil
		} else if !ok {
			d = d.under(c, false)
		}
	case symbolic.MkOverride:
		d.priority = w.N
	case symbolic.MkOrder:
		d.order = w.N
	}
	return s.peel(d.with(w.Body), depth+1)
}

// find returns the node at a path, expanded up to it, or nil.
func (s *store) find(path []string) *node {
	n := s.root
	for _, name := range path {
		if !s.expand(n) {
			return nil
		}
		s.follow(n)
		k := n.kids[name]
		if k == nil {
			return nil
		}
		n = k
	}
	return n
}
