package modules

import (
	"cmp"
	"maps"
	"slices"
	"strings"

	"assay/fleet"
	"assay/modules/symbolic"
)

// den is what a flake says in the options of vic/den: aspects, each with
// modules of several classes, which include each other.
//
// Semantics after den's nix/lib/aspects and modules/context. What den decides
// while it evaluates (functions of a host or a user, forwarded classes) is
// followed as far as it does not depend on that; the rest has a reason.
type den struct {
	r       *reading
	aspects map[string]*denAspect // by pathKey
	order   []*denAspect
	work    int
}

// denAspect is one aspect: den.aspects.NAME, what it provides, den.default, or
// a member of a namespace.
type denAspect struct {
	path     []string
	own      map[fleet.Class][]Contributor
	includes []denInclude
	factory  *symbolic.Func // it is a function of one argument, to be called
	why      []symbolic.Value
	file     int
	classes  map[fleet.Class]bool // with those of its includes
}

// denInclude is an element of includes: another aspect, one written in place,
// or what is not the flake's.
type denInclude struct {
	at        symbolic.Place
	path      []string   // of another aspect
	inline    *denAspect // written in place, or what a call makes
	foreign   symbolic.Value
	condition string
}

// maxDen bounds the aspects and includes of one flake.
const maxDen = 20_000

// denRegistries are den's own; namespaces are added as they are met.
var denRegistries = []Registry{
	{Path: []string{"den", "aspects", "*"}, Multi: true},
	{Path: []string{"den", "default"}, Multi: true},
	{Path: []string{"den", "ful", "*", "*"}, Multi: true},
}

// isDenNamespace recognises den.namespace NAME SOURCES, a flake module.
func isDenNamespace(c *call) bool {
	n := len(c.path)
	return n >= 2 && c.path[n-1] == "namespace" && c.path[n-2] == "den" && len(c.args()) == 2
}

func loadDenNamespace(o *opener, c *call) *Module {
	m := &Module{At: c.Pos()}
	s, ok := o.ev.Known(c.args()[0].Force()).(*symbolic.String)
	name, known := "", false
	if ok {
		name, known = s.Text()
	}
	if !known {
		m.Imports = []Import{{At: m.At, Why: "the name of a namespace of den is not known"}}
		return m
	}
	at := c.Place
	argument := symbolic.NewAttrs(at, map[string]symbolic.Value{name: &symbolic.Ref{Place: at, Root: symbolic.Flake, Path: []string{name}}})
	module := symbolic.NewAttrs(at, map[string]symbolic.Value{"args": argument})
	m.Config = []Defined{{Value: symbolic.NewAttrs(at, map[string]symbolic.Value{"_module": module}), At: at}}
	m.registries = []Registry{{Path: []string{name, "*"}, Multi: true}}
	return m
}

// denAspects makes aspects of what den holds: one for every class that a den
// aspect has modules of, itself or by what it includes.
func (r *reading) denAspects() {
	d := &den{r: r, aspects: map[string]*denAspect{}}
	for i := range r.registries {
		reg := &r.registries[i]
		if reg.Multi {
			r.tree.begin()
			d.descend(r.store.root, reg, 0)
		}
	}
	d.spread()
	for _, a := range d.order {
		for _, class := range slices.Sorted(maps.Keys(a.classes)) {
			d.enter(a, class)
		}
	}
	r.den = d
}

func (d *den) descend(n *node, reg *Registry, depth int) {
	if d.r.tree.ev.Spent() {
		d.r.tree.begin()
	}
	d.r.store.expand(n)
	if depth == len(reg.Path) {
		d.read(n)
		return
	}
	if depth > 0 {
		d.r.gaps(n, reg, depth)
	}
	if want := reg.Path[depth]; want != "*" {
		if k := n.kids[want]; k != nil {
			d.descend(k, reg, depth+1)
		}
		return
	}
	for _, name := range n.names() {
		if len(n.path) != 1 || name != "ctx" && name != "schema" { // of a namespace
			d.descend(n.kids[name], reg, depth+1)
		}
	}
}

// read takes the definitions of an aspect.
func (d *den) read(n *node) {
	for i := range n.parts {
		part := &n.parts[i]
		d.value(d.aspect(n.path, part.file), part.v.Force(), part.condition(), part.file, 0)
	}
}

// aspect is the one at a path, which is made if it is new.
func (d *den) aspect(path []string, file int) *denAspect {
	path = denPath(path)
	if a := d.aspects[pathKey(path)]; a != nil {
		return a
	}
	a := &denAspect{path: slices.Clone(path), own: map[fleet.Class][]Contributor{}, file: file}
	d.aspects[pathKey(path)] = a
	d.order = append(d.order, a)
	return a
}

// denPath is a path as aspects are kept: without the other names that den gives
// them.
func denPath(path []string) []string {
	if len(path) > 2 && path[0] == "_module" && path[1] == "args" { // den gives its modules the arguments den and the namespaces
		path = path[2:]
	}
	if len(path) > 2 && path[0] == "den" && path[1] == "ful" {
		path = path[2:]
	}
	out := slices.Clone(path)
	for i, name := range out {
		if name == "_" {
			out[i] = "provides"
		}
	}
	return out
}

// denName is what people call an aspect: "tools/nix" for what den.aspects.tools
// provides, "vix/bootable" for a member of a namespace.
func denName(path []string) string {
	if len(path) > 2 && path[0] == "den" && path[1] == "aspects" {
		path = path[2:]
	} else if len(path) == 2 && path[0] == "den" {
		return "den.default"
	}
	return strings.Join(slices.DeleteFunc(slices.Clone(path), func(name string) bool { return name == "provides" }), "/")
}

// spread works out which classes every aspect has modules of.
func (d *den) spread() {
	users := map[*denAspect][]*denAspect{}
	for _, a := range d.order {
		a.classes = map[fleet.Class]bool{}
		d.direct(a, a, users, 0)
	}
	queue := slices.Clone(d.order)
	for len(queue) > 0 {
		a := queue[0]
		queue = queue[1:]
		for _, user := range users[a] {
			before := len(user.classes)
			maps.Copy(user.classes, a.classes)
			if len(user.classes) > before {
				queue = append(queue, user)
			}
		}
	}
}

// direct notes the classes that an aspect has modules of itself, and which
// others it includes; from is it, or what is written in place inside of it.
func (d *den) direct(from, a *denAspect, users map[*denAspect][]*denAspect, depth int) {
	for class := range from.own {
		a.classes[class] = true
	}
	for _, i := range from.includes {
		if i.inline != nil && depth < maxNesting {
			d.direct(i.inline, a, users, depth+1)
		} else if of := d.aspects[pathKey(i.path)]; of != nil {
			users[of] = append(users[of], a)
		}
	}
}

// enter makes the tree's aspect of one class.
func (d *den) enter(a *denAspect, class fleet.Class) {
	if a.factory != nil {
		return
	}
	t := d.r.tree
	one := &Aspect{Class: class, Name: denName(a.path), Path: append(slices.Clone(a.path), string(class))}
	one.Key = "den." + string(class) + "." + pathText(a.path) // den applies an aspect once, however often it is included
	if t.Aspect(class, one.Name) != nil {
		one.Name = pathText(a.path)
	}
	one.Contributors = slices.SortedStableFunc(slices.Values(a.own[class]), func(x, y Contributor) int { return cmp.Compare(x.File, y.File) })
	if v := d.imports(a, class, 0); v != nil {
		one.Contributors = append(one.Contributors, Contributor{At: v.Where().Pos(), File: a.file, value: v, class: class})
	}
	if len(one.Contributors) > 0 && t.Aspect(class, one.Name) == nil {
		t.add(one)
	}
}

// imports is a module that imports what an aspect includes, or nil.
func (d *den) imports(a *denAspect, class fleet.Class, depth int) symbolic.Value {
	var at symbolic.Place
	list := &symbolic.List{}
	for i := range a.includes {
		include := &a.includes[i]
		v := d.included(include, class, depth)
		if v == nil {
			continue
		}
		if at.File == nil {
			at = include.at
		}
		item := symbolic.Item{V: symbolic.Done(v), At: include.at}
		if include.condition != "" {
			when := &symbolic.Unknown{Why: include.condition}
			then := &symbolic.List{Place: include.at, Items: []symbolic.Item{item}}
			item = symbolic.Item{Rest: true, At: include.at, V: symbolic.Done(&symbolic.Cond{
				Place: include.at, If: when, Then: symbolic.Done(then), Else: symbolic.Done(&symbolic.List{}),
			})}
		}
		list.Items = append(list.Items, item)
	}
	for _, why := range a.why {
		list.Items = append(list.Items, symbolic.Item{V: symbolic.Done(why), At: why.Where()})
		if at.File == nil {
			at = why.Where()
		}
	}
	if len(list.Items) == 0 {
		return nil
	}
	list.Place = at
	return symbolic.NewAttrs(at, map[string]symbolic.Value{"imports": list})
}

// included is what an include brings to a class, or nil.
func (d *den) included(i *denInclude, class fleet.Class, depth int) symbolic.Value {
	switch {
	case i.foreign != nil:
		return i.foreign
	case i.inline == nil:
		of := d.aspects[pathKey(i.path)]
		if of == nil || !of.classes[class] {
			return nil
		}
		return &symbolic.Ref{Place: i.at, Root: symbolic.Flake, Path: append(slices.Clone(of.path), string(class))}
	case depth > maxNesting:
		return nil
	}
	list := &symbolic.List{Place: i.at}
	for _, c := range i.inline.own[class] {
		list.Items = append(list.Items, symbolic.Item{V: symbolic.Done(c.value), At: i.at})
	}
	if v := d.imports(i.inline, class, depth+1); v != nil {
		list.Items = append(list.Items, symbolic.Item{V: symbolic.Done(v), At: i.at})
	}
	if len(list.Items) == 0 {
		return nil
	}
	return symbolic.NewAttrs(i.at, map[string]symbolic.Value{"imports": list})
}
