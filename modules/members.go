package modules

import (
	"slices"

	"assay/fleet"
	"assay/modules/symbolic"
)

// members enters every member of every registry as an aspect.
func (r *reading) members() {
	for i := range r.registries {
		reg := &r.registries[i]
		if reg.List || reg.Multi {
			continue
		}
		r.tree.begin()
		r.descend(r.store.root, reg, 0)
	}
}

// descend goes from a node to the members below it.
func (r *reading) descend(n *node, reg *Registry, depth int) {
	r.store.renew()
	r.store.expand(n)
	if depth == len(reg.Path) {
		r.aspect(n, reg)
		return
	}
	r.gaps(n, reg, depth)
	if want := reg.Path[depth]; want != "*" {
		if k := n.kids[want]; k != nil {
			r.descend(k, reg, depth+1)
		}
		return
	}
	for _, name := range n.names() {
		r.descend(n.kids[name], reg, depth+1)
	}
}

// gaps reports what may hide members below n.
func (r *reading) gaps(n *node, reg *Registry, depth int) {
	for _, g := range n.gaps {
		at := g.at.Pos()
		switch {
		case g.fault && !g.name:
			r.tree.lose(failure(at, g.why, ""))
		case g.name && reg.Path[depth] == "*":
			r.tree.Problems = append(r.tree.Problems, warning(at, "a member of "+pathText(n.path)+" has a name that is not known: "+g.why, ""))
		case !g.name:
			r.tree.Problems = append(r.tree.Problems, warning(at, "definitions of the flake are not known: "+g.why, ""))
		}
	}
}

// aspect enters a member.
func (r *reading) aspect(n *node, reg *Registry) {
	t := r.tree
	if len(n.parts) == 0 && n.decl == nil || t.byPath[pathKey(n.path)] != nil {
		return
	}
	t.begin()
	class, name := reg.nameOf(n.path)
	if t.Aspect(class, name) != nil {
		name = pathText(n.path)
	}
	a := &Aspect{Class: class, Name: name, Path: n.path}
	if n.typ != nil {
		for _, v := range n.typ.modules {
			a.Contributors = append(a.Contributors, r.contributor(v, a.Class))
		}
	}
	for _, d := range mergeOrder(n.parts) {
		a.Contributors = append(a.Contributors, Contributor{At: d.place(), File: d.file, value: d.v.Force(), class: class, Condition: d.condition()})
	}
	r.declared(a, n)
	if len(a.Contributors) == 0 {
		return
	}
	t.add(a)
}

// declared adds what the declaration of a member's option gives it: its default,
// and the key that apply puts on it.
func (r *reading) declared(a *Aspect, n *node) {
	if n.decl == nil {
		return
	}
	ev := r.tree.ev
	if d := n.decl.Attr("default"); d != nil && len(n.parts) == 0 {
		a.Contributors = append(a.Contributors, r.contributor(d.V.Force(), a.Class))
	}
	apply := n.decl.Attr("apply")
	if apply == nil {
		return
	}
	at := n.where()
	applied, ok := ev.Apply(at, apply.V.Force(), &symbolic.Ref{Place: at, Root: symbolic.Flake, Path: n.path}).(*symbolic.Attrs)
	if !ok || applied.Attr("key") == nil {
		return
	}
	if s, ok := ev.Known(applied.Attr("key").V.Force()).(*symbolic.String); ok {
		a.Key, _ = s.Text()
	}
}

// contributor is a module that an option's declaration gives.
func (r *reading) contributor(v symbolic.Value, class fleet.Class) Contributor {
	at := v.Where().Pos()
	return Contributor{At: at, File: max(slices.Index(r.tree.Files, at.File), 0), value: v, class: class, declared: true}
}

// place is where a definition is written.
func (d *definition) place() fleet.Pos {
	if d.at.File != nil {
		return d.at.Pos()
	}
	return d.v.Force().Where().Pos()
}

// named returns the class and name under which the tree keeps the member of a
// registry that ref refers to.
func (t *Tree) named(registries []Registry, ref *symbolic.Ref) (class fleet.Class, name string, ok bool) {
	if ref.Root != symbolic.Flake {
		return "", "", false
	}
	if a := t.Member(ref.Path); a != nil {
		return a.Class, a.Name, true
	}
	reg := registryOf(registries, ref.Path)
	if reg == nil {
		return "", "", false
	}
	class, name = reg.nameOf(ref.Path)
	return class, name, true
}

func distinct(ps []fleet.Problem) []fleet.Problem {
	return slices.CompactFunc(ps, func(a, b fleet.Problem) bool { return a == b })
}
