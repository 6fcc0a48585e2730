package planned

import (
	"fmt"
	"strconv"
	"strings"

	"assay/fleet/engine"
	"assay/fleet/run/plan"
	"assay/ui/action"
	"assay/ui/style"
	"assay/ui/view"
	"assay/ui/view/outline"
	"assay/ui/widget"
	"assay/ui/word"
)

// How much of a plan is there before somebody asks for more.
const (
	groupsWhole  = 10 // groups whose differences are there, and shown
	machinesFlat = 6  // of a group; of more machines there is one line to open
	fewLines     = 40 // differences of the whole plan; of more, long parts stay closed
	longPart     = 4
	groupNames   = 32 // columns of their names, for all of them to be on its line
	problemsOpen = 3  // machines with a problem; more of them stay closed
)

// builder makes the tree's items.
type builder struct {
	v   *View
	p   *plan.Plan
	w   int
	few bool // differences, so that all can be shown at once
}

// fill makes the tree's items, where they are not there or no longer right.
func (v *View) fill(p *plan.Plan, w int) {
	if v.made == (made{p, w}) {
		return
	}
	v.made = made{p, w}
	b := builder{v, p, w, differences(p) <= fewLines}
	var roots []*outline.Item
	if it := b.alarm(); it != nil {
		roots = append(roots, it)
	}
	for i := range p.Groups {
		roots = append(roots, b.group(i))
	}
	for _, it := range []*outline.Item{b.problems(plan.StatusError), b.problems(plan.StatusUnreachable), b.unchanged()} {
		if it != nil {
			roots = append(roots, it)
		}
	}
	v.tree.Empty([]widget.Line{{widget.P("The plan names no machine.")}})
	v.tree.Set(roots)
}

// differences is how many there are in the whole plan.
func differences(p *plan.Plan) int {
	n := 0
	for i := range p.Groups {
		c := &p.Groups[i].Change
		n += len(c.Aspects) + len(c.Options) + len(c.Packages) + len(c.Units) + len(c.Files)
	}
	return n
}

// again has the items made anew before the next drawing.
func (v *View) again() { v.made, v.total = made{}, nil }

func item(id string, spans ...widget.Span) *outline.Item {
	return &outline.Item{Node: widget.Node{ID: id, Line: spans}}
}

func right(it *outline.Item, role style.Role, text string) *outline.Item {
	if text != "" {
		it.Right = widget.Line{widget.R(role, text)}
	}
	return it
}

func toMachine(it *outline.Item, name string) *outline.Item {
	it.Link, it.Copy, it.Words = view.Link{Place: view.Machine, Name: name}, name, []string{name}
	return it
}

// group is one group: its machines, then what changes on them.
func (b *builder) group(i int) *outline.Item {
	g := &b.p.Groups[i]
	id := "group " + strconv.Itoa(i)
	it := item(id, b.heading(g)...)
	it.Copy, it.What = strings.Join(g.Machines, " "), "the machines' names"
	it.Number = i + 1
	it.Open = i < groupsWhole || b.v.whole[i]
	if len(g.Machines) > 1 {
		right(it, style.Muted, b.groupSize(g))
	}
	if i >= groupsWhole && !b.v.whole[i] && !b.v.all {
		return it.Add(outline.Note(id+" more", widget.R(style.Muted, b.v.env.Style.Glyphs.Ellipsis)))
	}
	it.Add(b.machines(id, g)...)
	if g.Varies {
		it.Add(outline.Note(id+" varies", widget.R(style.Muted, "the same change on each, apart from store paths")))
	}
	return it.Add(b.change(id, g)...).Add(b.omitted(id, g)...)
}

// heading names a group and says how much changes, and who is left out of it.
func (b *builder) heading(g *plan.Group) []widget.Span {
	name, digest := groupName(g), b.digest(&g.Change)
	skip := b.v.env.Style.Glyphs.Skip
	switch out := b.outOf(g); {
	case len(out) == 0:
		return []widget.Span{widget.R(style.Strong, name), widget.P("  "), digest}
	case len(out) == len(g.Machines):
		return []widget.Span{widget.R(style.Muted, skip+" "+name+"  left out by you")}
	default:
		return []widget.Span{widget.R(style.Strong, name), widget.R(style.Warn, "  "+skip+" left out by you: "+word.Names(out, 1)), widget.P("  "), digest}
	}
}

// outOf are the group's machines that are left out.
func (b *builder) outOf(g *plan.Group) []string {
	var out []string
	for _, name := range g.Machines {
		if b.v.out[name] {
			out = append(out, name)
		}
	}
	return out
}

func groupName(g *plan.Group) string {
	if len(g.Machines) == 1 {
		return g.Machines[0]
	}
	count := word.Count(len(g.Machines), "machine")
	if all := strings.Join(g.Machines, ", "); len(all) <= groupNames {
		return count + ": " + all
	}
	return count + ": " + word.Names(g.Machines, 1)
}

func (b *builder) groupSize(g *plan.Group) string {
	var n int64
	for _, name := range g.Machines {
		if e := b.p.Entry(name); e != nil && !b.v.out[name] {
			n += e.Copy.Bytes
		}
	}
	if n == 0 {
		return ""
	}
	return word.Size(n) + " to copy"
}

// digest says how much changes, without what does not.
func (b *builder) digest(ch *plan.Change) widget.Span {
	switch {
	case b.p.Goal == engine.GoalBuild:
		return widget.R(style.Muted, "not compared: no host is asked")
	case ch.Unknown != "":
		return widget.R(style.Unknown, b.v.env.Style.Glyphs.Unknown+" the difference is not known")
	}
	if ch.Revision {
		return widget.R(style.Muted, word.NoDifference(ch))
	}
	var parts []string
	packages, paths := ch.Parts()
	for _, part := range []struct {
		n    int
		what string
	}{{len(ch.Aspects), "aspect"}, {len(ch.Options), "option"}, {len(packages), "package"}, {len(paths), "other path"}, {len(ch.Units), "unit"}, {len(ch.Files), "file"}} {
		if part.n > 0 {
			parts = append(parts, word.Count(part.n, part.what))
		}
	}
	if ch.Rebuilt > 0 {
		parts = append(parts, word.Rebuilt(ch.Rebuilt))
	}
	if len(parts) == 0 {
		return widget.R(style.Muted, word.NoDifference(ch))
	}
	return widget.P(strings.Join(parts, ", "))
}

// machines are the group's machines; where they are many, below one line.
func (b *builder) machines(id string, g *plan.Group) []*outline.Item {
	var list []*outline.Item
	widest := outline.Widest(g.Machines, func(name string) string { return name }, 24)
	for _, name := range g.Machines {
		list = append(list, b.machine(id, name, widest))
	}
	if len(list) <= machinesFlat {
		return list
	}
	all := item(id+" machines", widget.P("machines  "), widget.R(style.Muted, word.Names(g.Machines, 20)))
	return []*outline.Item{all.Add(list...)}
}

// machine is one machine of a group: what it runs and is to run.
func (b *builder) machine(group, name string, widest int) *outline.Item {
	g := b.v.env.Style.Glyphs
	it := toMachine(item(group+" machine "+name), name)
	e := b.p.Entry(name)
	if e == nil {
		it.Line = widget.Line{widget.P(name)}
		return it
	}
	if b.v.out[name] {
		it.Line = widget.Line{
			widget.R(style.Muted, g.Skip+" "+widget.Pad(name, widest)+"  left out by you; "),
			widget.R(style.Key, b.v.env.Key(action.Leave)), widget.R(style.Muted, " takes it in again"),
		}
		return it
	}
	it.Line = widget.Line{
		widget.P(g.Mark + " "), widget.R(style.Link, widget.Pad(name, widest)),
		widget.P("  " + word.Runs(b.p, e) + word.Generation(e.From.Generation)), widget.R(style.Muted, " -> "),
		widget.P(word.Path(e.To.Path) + word.Generation(e.To.Generation)),
	}
	right(it, style.Muted, b.toCopy(e))
	if said := word.AgeKey(e.AgeKey); said != "" {
		it.Add(b.folded(it.ID+" identity", style.Muted, "age identity: "+said, 3)...)
	}
	if e.Damaged != "" {
		it.Open = true
		it.Add(b.folded(it.ID+" damaged", style.Fail, g.Fail+" damaged: "+e.Damaged, 3)...)
	}
	return it
}

// toCopy says how much a machine needs, "" where that is not asked.
func (b *builder) toCopy(e *plan.Entry) string {
	if e.Copy.Bytes == 0 && b.p.Goal != engine.GoalBuild {
		return noCopy + b.grows(e)
	}
	return word.ToCopy(b.p, e) + b.grows(e)
}

// grows says by how much a machine's system grows, "" where nobody knows.
func (b *builder) grows(e *plan.Entry) string {
	if e.Grows == 0 {
		return ""
	}
	return " " + b.v.env.Style.Glyphs.Dot + " closure " + word.Growth(e.Grows)
}

// folded are notes with a long text, so many levels deep.
func (b *builder) folded(id string, role style.Role, text string, depth int) []*outline.Item {
	var list []*outline.Item
	for i, l := range view.Fold(text, max(b.room(depth), 20)) {
		list = append(list, outline.Note(fmt.Sprint(id, " ", i), widget.R(role, l)))
	}
	return list
}

// room is how many columns an item's text has, so many levels deep.
func (b *builder) room(depth int) int { return b.w - 4 - 2*depth }

// alarm is about the hosts that are not who they should be.
func (b *builder) alarm() *outline.Item {
	who := b.v.sum(b.p).strangers
	if len(who) == 0 {
		return nil
	}
	it := item("identity", widget.R(style.Fail, b.v.env.Style.Glyphs.Fail+" "+word.Count(len(who), "machine")+" could not prove to be who they should be"))
	it.Open = true
	for _, name := range who {
		it.Add(b.problem("identity ", b.p.Entry(name)))
	}
	return it
}

// problems are the machines of a status that no run can help.
func (b *builder) problems(s plan.Status) *outline.Item {
	var list []*outline.Item
	var who []string
	for i := range b.p.Hosts {
		if e := &b.p.Hosts[i]; e.Status == s && !e.Identity {
			list = append(list, b.problem(string(s)+" ", e))
			who = append(who, e.Machine)
		}
	}
	if len(list) == 0 {
		return nil
	}
	it := item(string(s), widget.R(style.Fail, fmt.Sprintf("%s %d %s", b.v.env.Style.Glyphs.Fail, len(who), problemName(s, len(who)))), widget.P("  "+word.Names(who, 20)))
	it.Open = len(list) <= problemsOpen
	return it.Add(list...)
}

func problemName(s plan.Status, n int) string {
	if s == plan.StatusError {
		return plural(n, "error")
	}
	return string(s)
}

// problem is one such machine, with the cause and what to do about it.
func (b *builder) problem(id string, e *plan.Entry) *outline.Item {
	it := toMachine(item(id+e.Machine, widget.R(style.Link, e.Machine)), e.Machine)
	it.Open = true
	cause := word.Terse(e.Machine, e.Cause)
	it.Words = append(it.Words, cause)
	it.Add(b.folded(it.ID+" cause", style.Plain, cause, 2)...)
	if e.Hint != "" {
		it.Add(b.folded(it.ID+" hint", style.Muted, "hint: "+e.Hint, 2)...)
	}
	for i, line := range e.Log {
		it.Add(item(fmt.Sprintf("%s log %d", it.ID, i), widget.R(style.Muted, "  "+line)))
	}
	return it
}

func (b *builder) unchanged() *outline.Item {
	var list []*outline.Item
	var who []string
	for i := range b.p.Hosts {
		if e := &b.p.Hosts[i]; e.Status == plan.StatusUnchanged {
			it := toMachine(item("unchanged "+e.Machine, widget.R(style.Link, e.Machine)), e.Machine)
			list = append(list, right(it, style.Muted, "runs "+word.Runs(b.p, e)))
			who = append(who, e.Machine)
		}
	}
	if len(list) == 0 {
		return nil
	}
	return item("unchanged", widget.R(style.OK, fmt.Sprintf("%s %d unchanged", b.v.env.Style.Glyphs.OK, len(who))), widget.P("  "+word.Names(who, 20))).Add(list...)
}
