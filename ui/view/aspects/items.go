package aspects

import (
	"cmp"
	"path"
	"slices"
	"strconv"
	"strings"

	"assay/fleet"
	"assay/fleet/session"
	"assay/ui/style"
	"assay/ui/term"
	"assay/ui/view"
	"assay/ui/view/aspect"
	"assay/ui/view/outline"
	"assay/ui/widget"
	"assay/ui/word"
)

// maker makes the lines of aspects.
type maker struct {
	env   view.Env
	width width
	doubt bool // a machine may get an aspect by what could not be read
	gets  map[*session.Aspect]getters
	who   int // columns for who gets an aspect
	place int // columns for where it is defined
}

// getters are the machines that get an aspect.
type getters struct {
	who   string // up to three names, or how many
	count string
}

func newMaker(env view.Env, as drawn, all []session.Aspect) *maker {
	m := &maker{env: env, width: as.width, doubt: as.doubt, gets: make(map[*session.Aspect]getters, len(all))}
	for i := range all {
		a := &all[i]
		g := who(a)
		m.gets[a] = g
		m.who = max(m.who, term.Width(term.Clean(g.who)))
		m.place = max(m.place, term.Width(term.Clean(place(a))))
	}
	m.who, m.place = min(m.who, 28), min(m.place, 56)
	return m
}

func who(a *session.Aspect) getters {
	on := a.On()
	g := getters{count: word.Count(len(on), "machine")}
	switch {
	case len(on) == 0:
		g.count = "no machine"
	case len(on) <= 3:
		g.who = strings.Join(on, " ")
		return g
	}
	g.who = g.count
	return g
}

// byClass is the tree by class and by the parts of names. Aspects of which
// nothing says the class come last, by registry.
func (m *maker) byClass(all []session.Aspect) []*outline.Item {
	var out, unclassed []*outline.Item
	for len(all) > 0 {
		first := &all[0]
		n := slices.IndexFunc(all, func(a session.Aspect) bool { return heading(&a) != heading(first) })
		if n < 0 {
			n = len(all)
		}
		top := m.class(first, all[:n])
		root := newBranch(top.ID + "/")
		for i := range all[:n] {
			a := &all[i]
			name := within(a)
			root.add(name, m.aspect(a, lastPart(name)))
		}
		top.Add(root.grown()...)
		if first.Class == "" {
			unclassed = append(unclassed, top)
		} else {
			out = append(out, top)
		}
		all = all[n:]
	}
	return append(out, unclassed...)
}

func lastPart(name string) string { return name[strings.LastIndexByte(name, '/')+1:] }

// heading is what an aspect stands below: its class, or else its registry.
func heading(a *session.Aspect) string {
	if a.Class != "" {
		return string(a.Class)
	}
	return cmp.Or(a.Registry, "no registry")
}

// within is an aspect's name below its heading. Below its registry it needs no
// more than what that leaves open.
func within(a *session.Aspect) string {
	if short, ok := strings.CutPrefix(a.Name, a.Registry+"."); ok && a.Class == "" && short != "" {
		return short
	}
	return a.Name
}

// class is the line of a class, or of a registry without one.
func (m *maker) class(first *session.Aspect, all []session.Aspect) *outline.Item {
	right, what := word.Count(len(all), "aspect"), "the class"
	if n := countUnused(all); n > 0 {
		right = strconv.Itoa(n) + " unused of " + right
	}
	id, name := "class "+string(first.Class), heading(first)
	switch {
	case first.Class == "":
		right, what, id = right+", of no class that is known", "the registry", "registry "+name
	case !aspect.Applies(first.Class):
		right += ", not for machines"
	}
	return &outline.Item{
		Node: widget.Node{
			ID: id, Open: true,
			Line: widget.Line{widget.R(style.Strong, name)}, Right: widget.Line{widget.R(style.Muted, right)},
		},
		Copy: name, What: what,
	}
}

// aspect is the line of an aspect, with where it is defined, what it imports
// and what imports it below.
func (m *maker) aspect(a *session.Aspect, title string) *outline.Item {
	name := view.AspectName(a.Class, a.Name)
	it := m.line("aspect "+name, a, title)
	it.Words = words(a)
	id := it.ID + " "
	if registry := aspect.Registry(a); registry != "" {
		it.Add(outline.Note(id+"registry", widget.R(style.Muted, "registry  "), widget.P(registry)))
	}
	it.Add(aspect.Places(id, "defined   ", a)...)
	it.Add(aspect.Imports(m.env, id, "imports   ", a)...)
	return it.Add(aspect.Users(id, "used by   ", a)...)
}

// line is an aspect without anything below it.
func (m *maker) line(id string, a *session.Aspect, title string) *outline.Item {
	line := widget.Line{widget.R(style.Link, title)}
	if aspect.Unused(a) {
		line = append(line, widget.P("  "), aspect.UnusedSpan(m.env.Style, m.doubt, ""))
	}
	if n := len(a.Imports); n > 0 {
		line = append(line, widget.R(style.Muted, "  "+imports(a, n)))
	}
	return &outline.Item{
		Node: widget.Node{ID: id, Line: line, Right: m.right(a)},
		Link: view.ToAspect(a.Class, a.Name), At: first(a), Copy: a.Name,
	}
}

// imports marks an aspect that imports others: one that does nothing else is
// an aggregate.
func imports(a *session.Aspect, n int) string {
	if a.Aggregate {
		return "aggregate of " + strconv.Itoa(n)
	}
	return "imports " + strconv.Itoa(n)
}

// right says who gets an aspect and, where there is room, where it is defined.
func (m *maker) right(a *session.Aspect) widget.Line {
	role := style.Muted
	if aspect.Unused(a) {
		role = style.Warn
	}
	line := widget.Line{widget.R(role, widget.Pad(term.Cut(term.Clean(m.gets[a].who), m.who, m.env.Style.Glyphs.Ellipsis), m.who))}
	if m.width == narrow {
		return widget.Line{widget.R(role, widget.Pad(m.gets[a].count, len("9999 machines")))}
	}
	if m.width == roomy {
		text := term.Cut(term.Clean(place(a)), m.place, m.env.Style.Glyphs.Ellipsis)
		return append(line, widget.R(style.Muted, "  "+widget.Pad(text, m.place)))
	}
	return append(line, widget.R(style.Muted, widget.Pad("  "+word.Count(len(a.Files), "place"), len("  99 places"))))
}

func first(a *session.Aspect) fleet.Pos {
	if len(a.Files) == 0 {
		return fleet.Pos{}
	}
	return a.Files[0].At
}

// place is where an aspect is defined, with the number of further places.
func place(a *session.Aspect) string {
	text := first(a).String()
	if more := len(a.Files) - 1; more > 0 {
		text += " and " + strconv.Itoa(more) + " more"
	}
	return text
}

// words are what a filter finds an aspect by.
func words(a *session.Aspect) []string {
	out := make([]string, 0, 2+len(a.Files)+len(a.Machines))
	out = append(out, view.AspectName(a.Class, a.Name), a.Registry)
	for _, f := range a.Files {
		out = append(out, f.At.File)
	}
	for _, use := range a.Machines {
		out = append(out, use.Machine)
		if use.User != "" {
			out = append(out, use.User)
		}
	}
	return out
}

// byFile is the tree by directories and files. An aspect is there once for
// every file that has a part in it.
func (m *maker) byFile(all []session.Aspect) []*outline.Item {
	files := map[string][]*session.Aspect{}
	for i := range all {
		for _, f := range all[i].Files {
			if list := files[f.At.File]; len(list) == 0 || list[len(list)-1] != &all[i] {
				files[f.At.File] = append(list, &all[i])
			}
		}
	}
	paths := make([]string, 0, len(files))
	for p := range files {
		paths = append(paths, p)
	}
	slices.Sort(paths)
	names := map[string]int{} // columns for the names of files, by directory
	for _, p := range paths {
		names[path.Dir(p)] = min(max(names[path.Dir(p)], term.Width(term.Clean(path.Base(p)))), 20)
	}
	root, seen := newBranch("directory "), map[*session.Aspect]bool{}
	if m.width == roomy {
		m.width = usual // the place of each is above it
	} else {
		m.width = narrow
	}
	for _, p := range paths {
		root.add(p, m.file(p, names[path.Dir(p)], files[p], seen))
	}
	return root.grown()
}

// file is the line of a file with the aspects that it has a part in: on the
// same line where that is one. seen are those that have been there before; the
// first place of an aspect is the one that links lead to.
func (m *maker) file(p string, wide int, parts []*session.Aspect, seen map[*session.Aspect]bool) *outline.Item {
	if len(parts) == 1 {
		it := m.part(parts[0], p, seen)
		it.Line = append(widget.Line{widget.P(widget.Pad(path.Base(p), wide) + "  ")}, it.Line...)
		return it
	}
	file := &outline.Item{
		Node: widget.Node{ID: "file " + p, Line: widget.Line{widget.P(path.Base(p))}, Open: true},
		Link: view.Link{Place: view.File, Name: p, Line: 1}, At: fleet.Pos{File: p, Line: 1},
		Copy: p, What: "the path",
	}
	for _, a := range parts {
		file.Add(m.part(a, p, seen))
	}
	return file
}

// part is an aspect where one of its files is.
func (m *maker) part(a *session.Aspect, file string, seen map[*session.Aspect]bool) *outline.Item {
	name := view.AspectName(a.Class, a.Name)
	id := "aspect " + name
	if seen[a] {
		id = file + " " + name
	}
	seen[a] = true
	it := m.line(id, a, strings.TrimPrefix(name, "/"))
	it.Words = words(a)
	if i := slices.IndexFunc(a.Files, func(f session.Contribution) bool { return f.At.File == file }); i >= 0 {
		it.At = a.Files[i].At
	}
	return it
}
