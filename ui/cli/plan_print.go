package cli

import (
	"fmt"
	"strings"

	"assay/fleet/engine"
	"assay/fleet/host"
	"assay/fleet/run/plan"
	"assay/ui/word"
)

// How much of a change is shown; --json has all.
const (
	leftOutShown = 10 // newly left-out options; of more only the number
	wholeShown   = 20 // lines of a file that is added or removed
	diffShown    = 80 // lines of the diff of a file that changes
	pathsShown   = 6  // store paths of one direction that are no packages, unless all are wanted
	listShown    = 20 // packages, or units of one direction, unless all are wanted
	valueShown   = 20 // lines or elements of an option's value that change
)

// ops are the marks of added, removed and changed things.
var ops = map[plan.Op]cell{
	plan.Added:   {text: "+", role: good},
	plan.Removed: {text: "-", role: bad},
	plan.Changed: {text: "~", role: warn},
}

// detailed is how many groups update and rollback show in full before they
// ask; the plan command shows all.
const detailed = 10

// printPlan shows a plan for a person to approve: the first groups in full,
// of the others how much changes. A limit below 0 shows all in full.
func (a *app) printPlan(pl *plan.Plan, limit int) {
	p := a.text()
	if todo := word.Todo(pl.Todo); todo != "" {
		p.clean("%s", todo)
		p.line("")
	}
	p.whole = a.planWhole
	for i := range pl.Groups {
		if limit < 0 || i < limit {
			p.group(pl, &pl.Groups[i])
		} else {
			p.digest(pl, &pl.Groups[i])
		}
	}
	if limit >= 0 && len(pl.Groups) > limit {
		p.line("%s", p.paint(faint, fmt.Sprintf("the first %d groups are shown in full; assay plan shows all", limit)))
	}
	p.unchanged(pl)
	p.problems(pl)
	amount := ""
	if pl.Goal != engine.GoalBuild {
		amount = "; " + word.Amount(pl.Size()) + " to copy"
	}
	p.clean("plan %s: %s to %s, %d unchanged, %d unreachable, %s%s",
		pl.ID, word.Count(pl.Count(plan.StatusChange), "machine"), word.PlanVerb(pl), pl.Count(plan.StatusUnchanged), pl.Count(plan.StatusUnreachable),
		word.Count(pl.Count(plan.StatusError), "error"), amount)
}

func (p *printer) group(pl *plan.Plan, g *plan.Group) {
	p.line("%s", p.paint(strong, host.Sanitize(strings.Join(g.Machines, ", "))))
	var rows [][]cell
	for _, name := range g.Machines {
		e := pl.Entry(name)
		rows = append(rows, []cell{
			c(name), c(word.Runs(pl, e) + word.Generation(e.From.Generation)), {text: "->", role: faint},
			c(word.Path(e.To.Path) + word.Generation(e.To.Generation)), cr(faint, word.ToCopy(pl, e)), cr(faint, closure(e)),
		})
	}
	p.rows("  ", rows)
	for _, name := range g.Machines {
		p.damage(pl.Entry(name))
	}
	if g.Varies {
		p.line("  %s", p.paint(faint, "the same change on each, apart from store paths"))
	}
	p.change(&g.Change)
	p.omitted(pl, g)
	p.line("")
}

// digest says how much changes, on one line per machine.
func (p *printer) digest(pl *plan.Plan, g *plan.Group) {
	what := word.Differences(&g.Change)
	for _, name := range g.Machines {
		e := pl.Entry(name)
		all := what
		if amount := word.ToCopy(pl, e); amount != "" {
			all += "; " + amount
		}
		p.line("%s  %s", p.paint(strong, host.Sanitize(name)), host.Sanitize(fmt.Sprintf("%s -> %s  %s", word.Runs(pl, e), word.Path(e.To.Path), all)))
		p.damage(e)
	}
}

// damage says what is wrong with what the machine has, and what becomes of its
// age identity.
func (p *printer) damage(e *plan.Entry) {
	if said := word.AgeKey(e.AgeKey); said != "" {
		p.line("%s%s", p.paint(faint, "  identity"), p.fold(fmt.Sprintf(" %s: %s", e.Machine, said), len("  identity"), 4))
	}
	if e.Damaged != "" {
		p.line("%s%s", p.paint(bad, "  damaged"), p.fold(host.Sanitize(fmt.Sprintf(" %s: %s", e.Machine, e.Damaged)), len("  damaged"), 4))
	}
}

func (p *printer) change(ch *plan.Change) {
	if ch.Unknown != "" {
		p.clean("  the difference is not known: %s", ch.Unknown)
	} else if ch.Empty() || ch.Revision {
		p.line("  %s", word.NoDifference(ch))
	}
	p.aspectChanges(ch.Aspects)
	p.optionChanges(ch.Options)
	packages, paths := ch.Parts()
	p.packageChanges(packages)
	if rebuilt := word.Rebuilt(ch.Rebuilt); rebuilt != "" {
		p.line("  %s", p.paint(faint, rebuilt))
	}
	p.pathChanges(paths)
	p.unitChanges(ch.Units)
	p.fileChanges(ch.Files)
	p.leftOut(ch.LeftOut)
}

func (p *printer) section(title string, n int) bool {
	if n > 0 {
		p.line("  %s", p.paint(faint, fmt.Sprintf("%s (%d)", title, n)))
	}
	return n > 0
}

func (p *printer) aspectChanges(list []plan.AspectChange) {
	if !p.section("aspects", len(list)) {
		return
	}
	var rows [][]cell
	for _, ch := range list {
		rows = append(rows, []cell{ops[ch.Op], c(ch.Name), cr(faint, ch.At)})
	}
	p.rows("    ", rows)
}

func (p *printer) packageChanges(list []plan.PackageChange) {
	if !p.section("packages", len(list)) {
		return
	}
	var rows [][]cell
	shown := p.shown(len(list), listShown)
	for _, ch := range list[:shown] {
		rows = append(rows, []cell{ops[ch.Op], c(word.Scoped(ch.Scope, ch.Name)), c(word.Package(ch)), cr(faint, ch.At)})
	}
	p.rows("    ", rows)
	p.more(len(list) - shown)
}

// pathChanges lists store paths that are no packages, those of one direction
// together: the first of them tell what they are.
func (p *printer) pathChanges(list []plan.PackageChange) {
	if p.section(word.PlainPaths, len(list)) {
		p.together(len(list), pathsShown, func(i int) (plan.Op, string) {
			return list[i].Op, word.Scoped(list[i].Scope, list[i].Name)
		})
	}
}

// unitChanges lists the units whose definitions differ, those of one direction
// together.
func (p *printer) unitChanges(list []plan.UnitChange) {
	if !p.section("units", len(list)) {
		return
	}
	p.together(len(list), listShown, func(i int) (plan.Op, string) { return list[i].Op, list[i].Name })
}

// together prints the names of n differences, those of one direction behind
// its mark, and of long lists the beginning.
func (p *printer) together(n, most int, of func(i int) (plan.Op, string)) {
	for _, op := range []plan.Op{plan.Removed, plan.Added, plan.Changed} {
		var cells []cell
		for i := range n {
			if is, name := of(i); is == op {
				cells = append(cells, c(name))
			}
		}
		if shown := p.shown(len(cells), most); shown > 0 {
			p.marked(op, cells[:shown]...)
			p.more(len(cells) - shown)
		}
	}
}

// shown is how many of a list of so many are shown. One that is left out would
// take the line that says so.
func (p *printer) shown(n, most int) int {
	if p.whole || n <= most+1 {
		return n
	}
	return most
}

// more says that so many are not shown.
func (p *printer) more(n int) {
	if n > 0 {
		p.line("    %s", p.paint(faint, fmt.Sprintf("and %d more; assay plan --all shows them", n)))
	}
}

// closure says by how much the machine's system grows.
func closure(e *plan.Entry) string {
	if e.Grows == 0 {
		return ""
	}
	return "closure " + word.Growth(e.Grows)
}

func (p *printer) fileChanges(list []plan.FileChange) {
	p.section("files", len(list))
	for _, ch := range list {
		p.marked(ch.Op, c(ch.Path), cr(faint, word.FileRemark(ch)))
		most := wholeShown
		if ch.Op == plan.Changed {
			most = diffShown
		}
		p.diff(ch.Diff, most, ch.Cut)
	}
}

// diff prints at most so many lines of a unified diff without its two file
// lines. A cut diff goes on after its last line.
func (p *printer) diff(text string, most int, cut bool) {
	n := 0
	for line := range strings.Lines(text) {
		if n++; n > most {
			continue
		}
		line = host.Sanitize(strings.TrimSuffix(line, "\n"))
		r := plain
		switch {
		case strings.HasPrefix(line, "@@"):
			r = faint
		case strings.HasPrefix(line, "+"):
			r = good
		case strings.HasPrefix(line, "-"):
			r = bad
		}
		p.line("%s", strings.TrimRight("        "+p.paint(r, line), " "))
	}
	rest := "... "
	if n > most {
		rest += word.Count(n-most, "more line")
	}
	switch {
	case cut && n > most:
		rest += ", and the diff goes on"
	case cut:
		rest += "the diff goes on"
	case n <= most:
		return
	}
	p.line("        %s", p.paint(faint, rest))
}

// leftOut lists what is newly left out, where that is little.
func (p *printer) leftOut(list []plan.LeftOut) {
	if len(list) > leftOutShown || !p.section("newly left out: only Nix can build these", len(list)) {
		return
	}
	for _, l := range list {
		p.flow("    ", c(word.Scoped(l.Scope, l.What)), cr(faint, l.Why), cr(faint, l.At))
	}
}

// omitted says how much is left out of the group's systems altogether, where
// the change installs them or leaves out more than before.
func (p *printer) omitted(pl *plan.Plan, g *plan.Group) {
	if text := word.Omitted(pl, g); text != "" {
		p.clean("  %s; --json lists them", text)
	}
}

func (p *printer) unchanged(pl *plan.Plan) {
	var same []string
	for i := range pl.Hosts {
		if pl.Hosts[i].Status == plan.StatusUnchanged {
			same = append(same, pl.Hosts[i].Machine)
		}
	}
	if len(same) > 0 {
		p.clean("unchanged: %s", strings.Join(same, ", "))
	}
}

func (p *printer) problems(pl *plan.Plan) {
	told := map[string]bool{} // logs: several machines may need what failed
	for i := range pl.Hosts {
		e := &pl.Hosts[i]
		if e.Status != plan.StatusUnreachable && e.Status != plan.StatusError {
			continue
		}
		text := fmt.Sprintf(" %s: %s", e.Machine, word.Terse(e.Machine, e.Cause))
		if e.Hint != "" {
			text += "; hint: " + e.Hint
		}
		status := string(e.Status)
		p.line("%s%s", p.paint(bad, status), p.fold(host.Sanitize(text), len(status), 4))
		p.log(e.Log, told)
	}
}

// log prints the last lines of what failed, once.
func (p *printer) log(lines []string, told map[string]bool) {
	all := strings.Join(lines, "\n")
	if told[all] {
		return
	}
	told[all] = true
	for _, line := range lines {
		p.clean("    %s", line)
	}
}
