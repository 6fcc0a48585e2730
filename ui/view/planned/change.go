package planned

import (
	"fmt"
	"strconv"
	"strings"

	"assay/fleet"
	"assay/fleet/run/plan"
	"assay/ui/action"
	"assay/ui/style"
	"assay/ui/view"
	"assay/ui/view/outline"
	"assay/ui/widget"
	"assay/ui/word"
)

// diffLines is how many lines of a difference are in the tree; enter on the
// line below them opens all.
const diffLines = 80

// mark says the direction of a difference.
func mark(op plan.Op) widget.Span {
	switch op {
	case plan.Added:
		return widget.R(style.Added, "+ ")
	case plan.Removed:
		return widget.R(style.Removed, "- ")
	}
	return widget.R(style.Warn, "~ ")
}

// change is everything that differs, part by part.
func (b *builder) change(id string, ch *plan.Change) []*outline.Item {
	if ch.Unknown != "" {
		return b.folded(id+" unknown", style.Unknown, "the difference is not known: "+ch.Unknown, 1)
	}
	parts := []*outline.Item{
		b.part(id, "aspects", len(ch.Aspects), func(id string, i int) *outline.Item { return b.aspect(id, &ch.Aspects[i]) }),
		b.part(id, "options", len(ch.Options), func(id string, i int) *outline.Item { return b.option(id, &ch.Options[i]) }),
		b.part(id, "packages", len(ch.Packages), func(id string, i int) *outline.Item { return b.pkg(id, &ch.Packages[i]) }),
		b.part(id, "files", len(ch.Files), func(id string, i int) *outline.Item { return b.file(id, &ch.Files[i]) }),
	}
	var list []*outline.Item
	for _, it := range parts {
		if it != nil {
			list = append(list, it)
		}
	}
	return list
}

// part is a heading with n items below it, nil without any.
func (b *builder) part(id, title string, n int, one func(id string, i int) *outline.Item) *outline.Item {
	if n == 0 {
		return nil
	}
	it := item(id+" "+title, widget.R(style.Heading, title+" "), widget.R(style.Muted, "("+strconv.Itoa(n)+")"))
	it.Open = b.few || n <= longPart
	for i := range n {
		it.Add(one(fmt.Sprint(it.ID, " ", i), i))
	}
	return it
}

// placed gives an item its place in a file.
func placed(it *outline.Item, at string) *outline.Item {
	if at == "" {
		return it
	}
	right(it, style.Muted, at)
	if pos, ok := position(at); ok {
		it.At, it.Link = pos, view.At(pos)
	}
	return it
}

// position reads "file:line".
func position(at string) (fleet.Pos, bool) {
	i := strings.LastIndexByte(at, ':')
	if i <= 0 {
		return fleet.Pos{}, false
	}
	line, err := strconv.Atoi(at[i+1:])
	if err != nil || line < 1 {
		return fleet.Pos{}, false
	}
	return fleet.Pos{File: at[:i], Line: line}, true
}

func (b *builder) aspect(id string, ch *plan.AspectChange) *outline.Item {
	it := placed(item(id, mark(ch.Op), widget.P(ch.Name)), ch.At)
	it.Copy, it.What, it.Words = ch.Name, "the aspect's name", []string{ch.Name}
	return it
}

func (b *builder) pkg(id string, ch *plan.PackageChange) *outline.Item {
	it := placed(item(id, mark(ch.Op), widget.P(word.Scoped(ch.Scope, ch.Name)), widget.R(style.Muted, "  "+word.Supply(*ch))), ch.At)
	it.Link = view.Link{Place: view.Layers, Name: ch.Name}
	it.Copy, it.What, it.Words = ch.Name, "the package's name", []string{ch.Name}
	return it
}

// file is a file that differs, with its difference below it.
func (b *builder) file(id string, ch *plan.FileChange) *outline.Item {
	it := right(item(id, mark(ch.Op), widget.P(ch.Path)), style.Muted, word.FileRemark(*ch))
	it.Copy, it.What, it.Words = ch.Path, "the path", []string{ch.Path}
	return it.Add(b.diff(id, ch.Path, ch.Diff, ch.Cut)...)
}

// diff are the lines of a unified difference; of many the first ones. Enter on
// a line opens all of it.
func (b *builder) diff(id, title, text string, cut bool) []*outline.Item {
	var list []*outline.Item
	n := 0
	for line := range strings.Lines(text) {
		if n++; n > diffLines {
			continue
		}
		line = strings.TrimSuffix(line, "\n")
		it := item(fmt.Sprint(id, " line ", n), widget.R(diffRole(line), line))
		it.Copy, it.What = line, "the line"
		b.v.pages[it.ID] = view.Page{Title: title, Text: text}
		list = append(list, it)
	}
	if n <= diffLines && !cut {
		return list
	}
	rest := "... "
	if n > diffLines {
		rest += word.Count(n-diffLines, "more line")
	}
	switch {
	case cut && n > diffLines:
		rest += ", and the diff goes on"
	case cut:
		rest += "the diff goes on"
	}
	it := item(id+" rest", widget.R(style.Muted, rest))
	if n > diffLines {
		it.Line = append(it.Line, widget.R(style.Muted, "; "+b.v.env.Key(action.Enter)+" shows all that the plan has"))
		b.v.pages[it.ID] = view.Page{Title: title, Text: text}
	}
	return append(list, it)
}

func diffRole(line string) style.Role {
	switch {
	case strings.HasPrefix(line, "@@"):
		return style.Muted
	case strings.HasPrefix(line, "+"):
		return style.Added
	case strings.HasPrefix(line, "-"):
		return style.Removed
	}
	return style.Plain
}

// omitted says what only Nix can build: what is newly left out, and how much
// is altogether.
func (b *builder) omitted(id string, g *plan.Group) []*outline.Item {
	if len(g.Machines) == 0 {
		return nil
	}
	list, known := b.p.Omits(g.Machines[0])
	if !known || len(list) == 0 {
		return nil
	}
	title, role := word.Omitted(b.p, g), style.Warn
	if title == "" {
		role = style.Muted
		title = "left out as before: " + word.Count(len(list), "option") + " that only Nix can build"
	}
	it := item(id+" left out", widget.R(role, title))
	fresh := make(map[plan.LeftOut]bool, len(g.Change.LeftOut))
	for _, l := range g.Change.LeftOut {
		fresh[l] = true
	}
	for i, l := range list {
		it.Add(b.leftOut(fmt.Sprint(it.ID, " ", i), &l, fresh[l]))
	}
	return []*outline.Item{it}
}

func (b *builder) leftOut(id string, l *plan.LeftOut, fresh bool) *outline.Item {
	what := word.Scoped(l.Scope, l.What)
	it := item(id, widget.P(what), widget.R(style.Muted, "  "+l.Why))
	if fresh {
		it.Line = append(widget.Line{widget.R(style.Warn, "newly ")}, it.Line...)
	}
	it.Copy, it.What, it.Words = l.What, "the option's path", []string{what, l.Why}
	return placed(it, l.At)
}
