package modules

import (
	"fmt"
	"io/fs"
	"runtime"
	"strings"

	"assay/fleet"
	"assay/modules/symbolic"
	"assay/modules/syntax"
)

// Read reads the tree in the directory root of fsys, which is the fleet's
// directory. Files that cannot be parsed and what cannot be understood are
// Problems of the Tree; the error is only for a root that is not there.
func Read(fsys fs.FS, root string) (*Tree, error) {
	if _, err := fs.Stat(fsys, root); err != nil {
		return nil, fmt.Errorf("cannot read the module tree %s: %w; hint: [sources] modules in fleet.toml names its directory", root, cause(err))
	}
	files, problems := discover(fsys, root)
	src := &sources{fsys: fsys, parsed: make(map[string]parsed, len(files))}
	src.parseAll(files, runtime.GOMAXPROCS(0))
	t := &Tree{
		Root: root, byName: map[string]map[string]*Aspect{},
		evaluation: &evaluation{ev: symbolic.New(src, symbolic.DefaultLimits), memo: map[any]any{}, src: src},
	}
	t.lose(problems...)
	r := &reader{tree: t, src: src, seen: map[string]bool{}}
	for _, name := range files {
		r.enqueue(name, fleet.Pos{})
	}
	r.run()
	t.links()
	t.index()
	t.lint()
	for name := range src.parsed {
		if p, ok := src.refused(name); ok {
			t.Problems = append(t.Problems, p)
		}
	}
	fleet.SortProblems(t.Lost)
	fleet.SortProblems(t.Problems)
	return t, nil
}

// reader goes over the flake-parts modules breadth first, as the module system
// does.
type reader struct {
	tree  *Tree
	src   *sources
	seen  map[string]bool
	queue []queued
	group int // definitions of flake so far
	work  int // sets followed in the module at hand
}

type queued struct {
	module *Module
	file   int
}

// enqueue opens a file as a flake-parts module, once.
func (r *reader) enqueue(name string, from fleet.Pos) {
	if r.seen[name] {
		return
	}
	r.seen[name] = true
	f, err := r.src.Parsed(name)
	if err != nil {
		r.tree.lose(unreadable(name, from, err))
		return
	}
	r.tree.Files = append(r.tree.Files, name)
	r.tree.ev.Begin()
	o := &opener{ev: r.tree.ev, args: symbolic.FlakeModuleArgs(symbolic.Place{File: f})}
	r.queue = append(r.queue, queued{o.open(r.tree.ev.File(f)), len(r.tree.Files) - 1})
}

func unreadable(name string, from fleet.Pos, err error) fleet.Problem {
	if bad, ok := err.(*syntax.Error); ok {
		at := fleet.Pos{File: name, Line: bad.Line, Column: bad.Column}
		text := strings.TrimPrefix(bad.Error(), bad.Position.String()+": ")
		text, hint, _ := strings.Cut(text, "; hint: ")
		return failure(at, text, hint)
	}
	if from.IsZero() {
		from = fleetPos(name)
	}
	return failure(from, "cannot read "+name+": "+err.Error(), "")
}

func (r *reader) run() {
	for len(r.queue) > 0 {
		q := r.queue[0]
		r.queue = r.queue[1:]
		r.tree.ev.Begin()
		r.work = 0
		r.module(q)
	}
}

func (r *reader) module(q queued) {
	t := r.tree
	t.Problems = append(t.Problems, q.module.Notes...)
	if q.module.Why != "" {
		t.Problems = append(t.Problems, warning(q.module.At, "the file is not a module that can be read: "+q.module.Why, ""))
	}
	for _, d := range q.module.Config {
		r.registry(d.Value, []string{"flake", "modules"}, q.file, "")
	}
	for _, i := range q.module.Imports {
		switch {
		case i.Module != nil && i.Module.Key != "" && r.seen[i.Module.Key]:
		case i.Module != nil:
			file := q.file
			if i.Module.Key != "" {
				r.seen[i.Module.Key] = true
				t.Files = append(t.Files, i.Module.Key)
				file = len(t.Files) - 1
			}
			r.queue = append(r.queue, queued{i.Module, file})
		case i.Why != "":
			if i.Fault && i.Condition == "" {
				t.lose(failure(i.At, "Nix refuses a flake module: "+i.Why, ""))
				continue
			}
			t.Problems = append(t.Problems, warning(i.At, "a flake module is not known: "+i.Why, ""))
		}
	}
}

// registry descends to flake.modules and enters what is defined there.
func (r *reader) registry(v symbolic.Value, path []string, file int, condition string) {
	r.each(v, condition, func(set *symbolic.Attrs, condition string) {
		if len(path) == 1 {
			r.group++ // set is a definition of flake
		}
		if len(path) == 0 {
			r.classes(set, file, condition)
			return
		}
		if a := set.Attr(path[0]); a != nil {
			r.registry(a.V.Force(), path[1:], file, condition)
		}
	})
}

func (r *reader) classes(set *symbolic.Attrs, file int, condition string) {
	r.open(set, "a class of flake.modules")
	for _, class := range set.Names() {
		r.each(set.Attr(class).V.Force(), condition, func(aspects *symbolic.Attrs, condition string) {
			r.open(aspects, "an aspect of flake.modules."+symbolic.AttrName(class))
			for _, name := range aspects.Names() {
				a := aspects.Attr(name)
				r.aspect(class, name, Contributor{At: a.At.Pos(), File: file, value: a.V.Force(), group: r.group, Condition: condition})
			}
		})
	}
}

// aspect enters a contributor; one that is a merge counts as several.
func (r *reader) aspect(class, name string, c Contributor) {
	w, ok := c.value.(*symbolic.Wrap)
	if !ok {
		r.tree.add(class, name, c)
		return
	}
	switch w.Kind {
	case symbolic.MkMerge:
		l, ok := w.Body.Force().(*symbolic.List)
		if !ok {
			r.tree.add(class, name, c)
			return
		}
		for _, item := range l.Items {
			part := c
			part.value = item.V.Force()
			if at := part.value.Where().Pos(); !at.IsZero() {
				part.At = at
			}
			r.aspect(class, name, part)
		}
	case symbolic.MkIf:
		if b, ok := w.If.Force().(symbolic.Bool); ok && !b.B {
			return
		} else if !ok {
			c.Condition = both(c.Condition, conditionText(w.If.Force()))
		}
		c.value = w.Body.Force()
		r.aspect(class, name, c)
	default:
		c.value = w.Body.Force()
		r.aspect(class, name, c)
	}
}

// open warns of attributes whose names are not known.
func (r *reader) open(set *symbolic.Attrs, what string) {
	for _, v := range set.Rest {
		r.tree.Problems = append(r.tree.Problems, warning(v.Where().Pos(), what+" has a name that is not known: "+symbolic.Why(v), ""))
	}
}

// each calls f with every set that v may be.
func (r *reader) each(v symbolic.Value, condition string, f func(*symbolic.Attrs, string)) {
	if r.work++; r.work > maxModules {
		if r.work == maxModules+1 {
			r.tree.Problems = append(r.tree.Problems, failure(v.Where().Pos(), "the file defines too much to be read", ""))
		}
		return
	}
	switch v := v.(type) {
	case *symbolic.Attrs:
		f(v, condition)
	case *symbolic.Cond:
		common, then, els := v.Split()
		if common != nil {
			r.each(common, condition, f)
		}
		r.each(then, both(condition, conditionText(v.If)), f)
		r.each(els, both(condition, not(conditionText(v.If))), f)
	case *symbolic.Wrap:
		r.wrapped(v, condition, f)
	case *symbolic.Unknown:
		if v.Fault {
			r.tree.lose(failure(v.Where().Pos(), v.Why, ""))
			return
		}
		r.tree.Problems = append(r.tree.Problems, warning(v.Where().Pos(), v.Why, ""))
	default:
		if why := symbolic.Why(v); why != "" {
			r.tree.Problems = append(r.tree.Problems, warning(v.Where().Pos(), "definitions of the flake are not known: "+why, ""))
		}
	}
}

func (r *reader) wrapped(w *symbolic.Wrap, condition string, f func(*symbolic.Attrs, string)) {
	switch w.Kind {
	case symbolic.MkMerge:
		l, ok := w.Body.Force().(*symbolic.List)
		if !ok {
			r.each(w.Body.Force(), condition, f)
			return
		}
		for _, item := range l.Items {
			r.each(item.V.Force(), condition, f)
		}
	case symbolic.MkIf:
		c := w.If.Force()
		if b, ok := c.(symbolic.Bool); ok {
			if b.B {
				r.each(w.Body.Force(), condition, f)
			}
			return
		}
		r.each(w.Body.Force(), both(condition, conditionText(c)), f)
	default:
		r.each(w.Body.Force(), condition, f)
	}
}
