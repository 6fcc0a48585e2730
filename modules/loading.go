package modules

import (
	"fmt"
	"slices"
	"strings"

	"assay/fleet"
	"assay/modules/symbolic"
	"assay/modules/syntax"
)

// loading is one pass over the modules of a flake, breadth first, as the
// module system goes.
type loading struct {
	*reading
	store    *store
	special  map[string]symbolic.Value // specialArgs of the flake's modules
	seen     map[string]bool           // files that are modules
	queue    []queued
	files    []string
	loaders  []Loader
	lost     []fleet.Problem // problems that hide definitions
	refused  []fleet.Problem // modules that Nix refuses, which hide more
	problems []fleet.Problem

	registries []Registry // that modules from outside declare
}

// maxFlake bounds the files that are modules of one flake.
const maxFlake = 100_000

// queued is a module that is to be entered.
type queued struct {
	module    *Module
	file      int
	condition string
}

// opener opens modules of the flake itself. Files that they import are left to
// the queue.
func (l *loading) opener(at symbolic.Place) *opener {
	return &opener{tree: l.tree, rd: l.reading, ev: l.tree.ev, args: symbolic.FlakeModuleArgsWith(at, l.special), shallow: true}
}

// loader notes how files became modules.
func (l *loading) loader(one Loader) {
	if !slices.ContainsFunc(l.loaders, func(o Loader) bool {
		return o.Name == one.Name && o.At == one.At && slices.Equal(o.Dirs, one.Dirs)
	}) {
		l.loaders = append(l.loaders, one)
	}
}

// file enters a file as a module of the flake, once.
func (l *loading) file(name string, from fleet.Pos, condition string) {
	name = l.src.moduleFile(name)
	if l.seen[name] {
		return
	}
	l.seen[name] = true
	if len(l.files) >= maxFlake {
		if len(l.files) == maxFlake {
			l.lost = append(l.lost, failure(fleetPos(name), fmt.Sprintf("the flake has more than %d modules; this one and those after it are not read", maxFlake), ""))
			l.files = append(l.files, name)
		}
		return
	}
	f, err := l.src.Parsed(name)
	if err != nil {
		l.unreadable(name, from, condition, err)
		return
	}
	l.files = append(l.files, name)
	l.tree.begin()
	m := l.opener(symbolic.Place{File: f}).open(l.tree.ev.File(f))
	l.queue = append(l.queue, queued{m, len(l.files) - 1, condition})
}

func (l *loading) unreadable(name string, from fleet.Pos, condition string, err error) {
	_, syntactic := err.(*syntax.Error)
	switch {
	case condition != "":
		l.problems = append(l.problems, warning(from, "a flake module is not known: cannot import "+name+": "+err.Error(), ""))
	case from.Line > 0 && !syntactic:
		l.refused = append(l.refused, failure(from, "Nix refuses a flake module: cannot import "+name+": "+err.Error(), ""))
	default:
		l.lost = append(l.lost, unreadable(name, from, err))
	}
}

// module enters a value as a module of the flake.
func (l *loading) module(v symbolic.Value, at fleet.Pos, file int) {
	l.tree.begin()
	l.imports(l.opener(v.Where()).classify(v, at), queued{file: file})
}

// firstFile is where the flake begins.
func (l *loading) firstFile() string {
	if len(l.files) == 0 {
		return FlakeFile
	}
	return l.files[0]
}

func (l *loading) run() {
	for len(l.queue) > 0 {
		q := l.queue[0]
		l.queue = l.queue[1:]
		l.tree.begin()
		l.enter(q)
	}
}

func (l *loading) enter(q queued) {
	m := q.module
	l.problems = append(l.problems, m.Notes...)
	if m.Why != "" {
		l.problems = append(l.problems, warning(m.At, "the file is not a module that can be read: "+m.Why, ""))
	}
	l.store.module(m, q.file, q.condition)
	for _, one := range m.loaders {
		l.loader(one)
	}
	for _, reg := range m.registries {
		if registryOf(l.registries, reg.Path) == nil {
			l.registries = append(l.registries, reg)
		}
	}
	for _, i := range m.Imports {
		l.imports(i, q)
	}
}

// imports enters what a module of the flake imports.
func (l *loading) imports(i Import, from queued) {
	condition := both(from.condition, i.Condition)
	switch {
	case i.Module != nil && i.Module.pending != "":
		l.file(i.Module.pending, i.At, condition)
	case i.Module != nil && i.Module.Key != "" && l.seen[i.Module.Key]:
	case i.Module != nil:
		if i.Module.Key != "" {
			l.seen[i.Module.Key] = true
		}
		l.queue = append(l.queue, queued{i.Module, from.file, condition})
	case i.Why != "" && i.Fault && condition == "":
		l.refused = append(l.refused, failure(i.At, "Nix refuses a flake module: "+i.Why, ""))
	case i.Why != "":
		l.problems = append(l.problems, warning(i.At, "a flake module is not known: "+i.Why, ""))
	}
}

// signature says which modules were met and which registries they declare; two
// passes with the same one have met the same.
func (l *loading) signature(registries []Registry) string {
	var b strings.Builder
	for _, name := range l.files {
		b.WriteString(name + "\n")
	}
	for _, r := range registries {
		b.WriteString(pathText(r.Path) + "\n")
	}
	fmt.Fprintf(&b, "%d %d", l.store.modules, len(l.problems))
	return b.String()
}
