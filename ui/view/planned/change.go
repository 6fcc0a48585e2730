package planned

import (
	"fmt"
	"strconv"
	"strings"

	"assay/fleet"
	"assay/fleet/engine"
	"assay/fleet/run/plan"
	"assay/ui/style"
	"assay/ui/view"
	"assay/ui/view/outline"
	"assay/ui/widget"
	"assay/ui/word"
)

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
func (b *builder) change(id string, g *plan.Group) []*outline.Item {
	ch := &g.Change
	if b.p.Goal == engine.GoalBuild {
		return nil
	}
	if ch.Unknown != "" {
		return b.folded(id+" unknown", style.Unknown, "the difference is not known: "+ch.Unknown, 1)
	}
	nix := b.onlyNix(g)
	packages, paths := ch.Parts()
	parts := []*outline.Item{
		b.part(id, "aspects", len(ch.Aspects), func(id string, i int) *outline.Item { return b.aspect(id, &ch.Aspects[i]) }),
		b.part(id, "options", len(ch.Options), func(id string, i int) *outline.Item { return b.option(id, &ch.Options[i], nix) }),
		b.part(id, "packages", len(packages), func(id string, i int) *outline.Item { return b.pkg(id, &packages[i]) }),
		b.part(id, word.PlainPaths, len(paths), func(id string, i int) *outline.Item { return b.pkg(id, &paths[i]) }),
		b.part(id, "units", len(ch.Units), func(id string, i int) *outline.Item { return b.unit(id, &ch.Units[i]) }),
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
	it := b.placed(item(id, mark(ch.Op), widget.P(ch.Name)), ch.At, optionDepth)
	it.Copy, it.What, it.Words = ch.Name, "the aspect's name", []string{ch.Name}
	return it
}

func (b *builder) pkg(id string, ch *plan.PackageChange) *outline.Item {
	it := b.placed(item(id, mark(ch.Op), widget.P(word.Scoped(ch.Scope, ch.Name)), widget.R(style.Muted, "  "+word.Package(*ch))), ch.At, optionDepth)
	it.Link = view.Link{Place: view.Layers, Name: ch.Name}
	it.Copy, it.What, it.Words = ch.Name, "the package's name", []string{ch.Name}
	return it
}

// unit is a unit whose definition differs.
func (b *builder) unit(id string, ch *plan.UnitChange) *outline.Item {
	it := item(id, mark(ch.Op), widget.P(ch.Name))
	it.Copy, it.What, it.Words = ch.Name, "the unit's name", []string{ch.Name}
	return it
}

// file is a file that differs, with its difference below it.
func (b *builder) file(id string, ch *plan.FileChange) *outline.Item {
	it := right(item(id, mark(ch.Op), widget.P(ch.Path)), style.Muted, word.FileRemark(*ch))
	it.Copy, it.What, it.Words = ch.Path, "the path", []string{ch.Path}
	return it.Add(b.diff(id, ch.Diff, ch.Cut)...)
}

// onlyNix are the options of a group's systems that are set, but that only
// Nix can build.
func (b *builder) onlyNix(g *plan.Group) map[string]bool {
	if len(g.Machines) == 0 {
		return nil
	}
	list, _ := b.p.Omits(g.Machines[0])
	out := make(map[string]bool, len(list))
	for i := range list {
		out[word.Scoped(list[i].Scope, list[i].What)] = true
	}
	return out
}

// omitted says what is not built here, because only Nix can: how much is new
// and how much there is altogether. It is last, since no update changes it.
func (b *builder) omitted(id string, g *plan.Group) []*outline.Item {
	if len(g.Machines) == 0 {
		return nil
	}
	list, known := b.p.Omits(g.Machines[0])
	if !known || len(list) == 0 {
		return nil
	}
	title := "not built here: " + b.omissions(g) + " that only Nix builds"
	if n := len(g.Change.LeftOut); n > 0 && n < len(list) {
		title += ", " + strconv.Itoa(n) + " of them new"
	}
	it := item(id+" left out", widget.R(style.Muted, title))
	fresh := make(map[plan.LeftOut]bool, len(g.Change.LeftOut))
	for _, l := range g.Change.LeftOut {
		fresh[l] = true
	}
	for i, l := range list {
		it.Add(b.leftOut(fmt.Sprint(it.ID, " ", i), &l, fresh[l] && len(fresh) < len(list)))
	}
	return []*outline.Item{it}
}

// omissions counts what is not built of the group's systems, which may be
// different on each.
func (b *builder) omissions(g *plan.Group) string {
	least, most, _ := word.Omissions(b.p, g)
	if least < most {
		return fmt.Sprintf("%d to %s", least, word.Count(most, "option"))
	}
	return word.Count(most, "option")
}

func (b *builder) leftOut(id string, l *plan.LeftOut, fresh bool) *outline.Item {
	what := word.Scoped(l.Scope, l.What)
	why := "  " + l.Why
	if fresh {
		why = "  new; " + l.Why
	}
	it := item(id, widget.P(what), widget.R(style.Muted, why))
	it.Copy, it.What, it.Words = l.What, "the option's path", []string{what, l.Why}
	return b.placed(it, l.At, optionDepth)
}
