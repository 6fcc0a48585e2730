package modules

import (
	"slices"
	"strings"

	"assay/fleet"
	"assay/modules/symbolic"
)

// denKeys are the attributes of an aspect that are no classes.
var denKeys = []string{"name", "description", "meta", "__functor", "__functionArgs", "provides", "_", "includes", "policies", "excludes"}

// value takes one definition of an aspect.
func (d *den) value(a *denAspect, v symbolic.Value, condition string, file, depth int) {
	ev := d.r.tree.ev
	if d.work++; depth > maxNesting || d.work > maxDen {
		return
	}
	if ev.Spent() {
		d.r.tree.begin()
	}
	v = ev.Known(v)
	for range 3 {
		f, ok := v.(*symbolic.Func)
		if !ok {
			break
		}
		names, _, pattern := symbolic.Formals(f)
		if !pattern {
			if depth == 0 {
				a.factory = f
			}
			return
		}
		condition = both(condition, denContext(names))
		v = ev.Known(ev.Apply(f.Where(), f, d.arguments(a, f.Where())))
	}
	switch v := v.(type) {
	case *symbolic.Attrs:
		d.set(a, v, condition, file, depth)
	case *symbolic.Wrap, *symbolic.Cond:
		s := d.r.store
		for _, part := range s.peel(definition{v: symbolic.Done(v), at: v.Where()}, 0) {
			if set, ok := part.v.Force().(*symbolic.Attrs); ok {
				d.set(a, set, both(condition, part.condition()), file, depth)
			}
		}
	default:
		a.why = append(a.why, denUnknown(v))
	}
}

func denUnknown(v symbolic.Value) symbolic.Value {
	return &symbolic.Unknown{Place: v.Where(), Why: orElse(symbolic.Why(v), "it is no aspect")}
}

// denContext is what den must have for a function of these arguments to apply.
func denContext(names []string) string {
	for _, context := range []string{"user", "home"} {
		if slices.Contains(names, context) {
			return "den having a " + context
		}
	}
	return ""
}

// arguments are those of a function that is an aspect: the module system's, and
// den's, which are not known without a machine.
func (d *den) arguments(a *denAspect, at symbolic.Place) symbolic.Value {
	special := map[string]symbolic.Value{"config": &symbolic.Ref{Place: at, Root: symbolic.Flake, Path: a.path}}
	for _, name := range []string{"host", "user", "home", "class", "aspect-chain"} {
		special[name] = &symbolic.Ref{Place: at, Root: symbolic.Arg, Path: []string{name}}
	}
	return symbolic.FlakeModuleArgsWith(at, special)
}

// set takes the attributes of an aspect.
func (d *den) set(a *denAspect, set *symbolic.Attrs, condition string, file, depth int) {
	ev := d.r.tree.ev
	if inner, ok := set.Attr("config"), set.Attr("includes") == nil; inner != nil && ok {
		d.value(a, inner.V.Force(), condition, file, depth+1)
	}
	for _, name := range set.Names() {
		attr := set.Attr(name)
		switch {
		case name == "includes":
			d.includes(a, attr.V.Force(), attr.At, condition, depth)
		case name == "provides" || name == "_":
			provided, ok := ev.Known(attr.V.Force()).(*symbolic.Attrs)
			if !ok {
				a.why = append(a.why, denUnknown(ev.Known(attr.V.Force())))
				continue
			}
			for _, one := range provided.Names() {
				below := d.aspect(append(slices.Clone(a.path), "provides", one), file)
				d.value(below, provided.Attr(one).V.Force(), condition, file, depth+1)
			}
		case slices.Contains(denKeys, name) || name == "config" || name == "imports" || name == "options":
		default:
			class := fleet.Class(name)
			a.own[class] = append(a.own[class], Contributor{At: attr.At.Pos(), File: file, value: attr.V.Force(), class: class, Condition: condition})
		}
	}
	for _, rest := range set.Rest {
		a.why = append(a.why, denUnknown(rest))
	}
}

// includes takes a list of aspects.
func (d *den) includes(a *denAspect, v symbolic.Value, at symbolic.Place, condition string, depth int) {
	ev := d.r.tree.ev
	if d.work++; depth > maxNesting || d.work > maxDen {
		return
	}
	switch v := ev.Known(v).(type) {
	case *symbolic.List:
		for _, item := range v.Items {
			where := item.At
			if where.File == nil {
				where = at
			}
			if item.Rest {
				d.includes(a, item.V.Force(), where, condition, depth+1)
				continue
			}
			a.includes = append(a.includes, d.include(item.V.Force(), where, condition, a.file, depth))
		}
	case *symbolic.Cond:
		d.includes(a, v.Then.Force(), at, both(condition, conditionText(v.If)), depth+1)
		d.includes(a, v.Else.Force(), at, both(condition, not(conditionText(v.If))), depth+1)
	default:
		a.includes = append(a.includes, denInclude{at: at, foreign: denUnknown(v), condition: condition})
	}
}

// include is one element of includes.
func (d *den) include(v symbolic.Value, at symbolic.Place, condition string, file, depth int) denInclude {
	i := denInclude{at: at, condition: condition}
	if path := angled(at.Source()); path != nil {
		v = &symbolic.Ref{Place: at, Root: symbolic.Flake, Path: d.found(path)}
	}
	switch v := v.(type) {
	case *symbolic.Ref:
		path := denPath(v.Path)
		switch {
		case v.Root == symbolic.Flake && d.holds(path):
			i.path = path
		case v.Root == symbolic.Flake && len(path) > 1 && path[0] == "den" && path[1] == "provides":
			i.foreign = denBattery(v.Place, pathText(path))
		case v.Root == symbolic.Inputs || v.Root == symbolic.Arg:
			i.foreign = v
		default:
			i.foreign = denUnknown(v)
		}
	case *symbolic.Call:
		i = d.called(i, v, file, depth)
	default:
		i.inline = &denAspect{own: map[fleet.Class][]Contributor{}, file: file}
		d.value(i.inline, v, "", file, depth+1)
	}
	return i
}

// denBattery is an aspect that den brings: a module from outside.
func denBattery(at symbolic.Place, name string) symbolic.Value {
	return &symbolic.Ref{Place: at, Root: symbolic.Inputs, Path: append([]string{"den"}, strings.Split(strings.TrimPrefix(name, "den."), ".")...)}
}

// called is an aspect that a call makes: of a function of the flake, or of one
// of den's.
func (d *den) called(i denInclude, c *symbolic.Call, file, depth int) denInclude {
	ev := d.r.tree.ev
	if of := callOf(ev, c); of != nil {
		path := denPath(of.path)
		r, _ := of.root.(*symbolic.Ref)
		switch {
		case r == nil || r.Root != symbolic.Flake:
		case len(path) > 1 && path[0] == "den" && path[1] == "provides":
			i.foreign = denBattery(c.Place, pathText(path))
			return i
		case d.holds(path):
			if f := d.function(path); f != nil {
				var v symbolic.Value = f
				for _, arg := range of.args() {
					v = ev.Known(ev.Apply(c.Place, v, arg.Force()))
				}
				i.inline = &denAspect{path: path, own: map[fleet.Class][]Contributor{}, file: file}
				d.value(i.inline, v, "", file, depth+1)
				return i
			}
		}
	}
	i.foreign = denUnknown(c)
	return i
}

// function is an aspect that is a function of one argument, or nil.
func (d *den) function(path []string) symbolic.Value {
	n := d.r.store.find(path)
	if n == nil || !d.r.store.expand(n) || len(n.parts) != 1 {
		return nil
	}
	f, ok := n.parts[0].v.Force().(*symbolic.Func)
	if !ok {
		return nil
	}
	return f
}

// holds reports whether a path is below one of the registries of aspects.
func (d *den) holds(path []string) bool {
	for i := range d.r.registries {
		reg := &d.r.registries[i]
		if reg.Multi && len(path) >= len(reg.Path) && reg.above(path[:len(reg.Path)]) {
			return true
		}
	}
	return false
}

// angled is what <a/b> names, or nil for other text.
func angled(source string) []string {
	inner, ok := strings.CutPrefix(source, "<")
	inner, end := strings.CutSuffix(inner, ">")
	if !ok || !end || strings.ContainsAny(inner, " <>") {
		return nil
	}
	return strings.Split(strings.ReplaceAll(inner, "/", ".provides."), ".")
}

// found is the path that den's __findFile looks up.
func (d *den) found(path []string) []string {
	if path[0] == "den" {
		return path
	}
	if n := d.r.store.find([]string{"den", "aspects"}); n != nil && n.kids[path[0]] != nil {
		return append([]string{"den", "aspects"}, path...)
	}
	if len(path) > 1 && path[1] == "provides" {
		return append([]string{path[0]}, path[2:]...)
	}
	return path
}
