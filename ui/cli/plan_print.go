package cli

import (
	"fmt"
	"strings"

	"assay/fleet/host"
	"assay/fleet/run/plan"
)

// leftOutShown is how many left-out options a group shows; --json has all.
const leftOutShown = 5

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
	amount := pl.Size()
	p.clean("plan %s: %s to %s, %d unchanged, %d unreachable, %s; %s in %s to copy",
		pl.ID, count(pl.Count(plan.StatusChange), "machine"), verb(pl), pl.Count(plan.StatusUnchanged), pl.Count(plan.StatusUnreachable),
		count(pl.Count(plan.StatusError), "error"), size(amount.Bytes), count(amount.Objects, "object"))
}

// verb says what the plan does to its machines.
func verb(pl *plan.Plan) string {
	if pl.Kind == plan.Rollback {
		return "roll back"
	}
	return string(pl.Goal)
}

func (p *printer) group(pl *plan.Plan, g *plan.Group) {
	p.line("%s", p.paint(strong, host.Sanitize(strings.Join(g.Machines, ", "))))
	var rows [][]cell
	for _, name := range g.Machines {
		e := pl.Entry(name)
		rows = append(rows, []cell{
			c(name), c(orUnknown(shortPath(e.From.Path)) + generation(e.From.Generation)), {text: "->", role: faint},
			c(shortPath(e.To.Path) + generation(e.To.Generation)), cr(faint, size(e.Copy.Bytes)+" to copy"),
		})
	}
	p.rows("  ", rows)
	if g.Varies {
		p.line("  %s", p.paint(faint, "the same change on each, apart from store paths"))
	}
	p.change(&g.Change)
	p.line("")
}

// digest says how much changes, on one line per machine.
func (p *printer) digest(pl *plan.Plan, g *plan.Group) {
	ch := &g.Change
	what := fmt.Sprintf("%s, %s, %s, %s", count(len(ch.Aspects), "aspect"), count(len(ch.Options), "option"), count(len(ch.Packages), "package"), count(len(ch.Files), "file"))
	if ch.Unknown != "" {
		what = "the difference is not known: " + ch.Unknown
	}
	for _, name := range g.Machines {
		e := pl.Entry(name)
		p.line("%s  %s", p.paint(strong, host.Sanitize(name)), host.Sanitize(fmt.Sprintf("%s -> %s  %s; %s to copy",
			orUnknown(shortPath(e.From.Path)), shortPath(e.To.Path), what, size(e.Copy.Bytes))))
	}
}

func generation(n int) string {
	if n == 0 {
		return ""
	}
	return fmt.Sprintf(" (generation %d)", n)
}

func (p *printer) change(ch *plan.Change) {
	if ch.Unknown != "" {
		p.clean("  the difference is not known: %s", ch.Unknown)
	} else if ch.Empty() {
		p.line("  no difference that the record tells")
	}
	p.aspectChanges(ch.Aspects)
	p.optionChanges(ch.Options)
	p.packageChanges(ch.Packages)
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

func (p *printer) optionChanges(list []plan.OptionChange) {
	p.section("options", len(list))
	for _, ch := range list {
		mark := ops[ch.Op]
		value := ch.New
		switch ch.Op {
		case plan.Removed:
			value = ch.Old
		case plan.Changed:
			value = ch.Old + " -> " + ch.New
		}
		if !ch.Known {
			value += "  (as written; what it comes to is unknown)"
		}
		name, at := host.Sanitize(scoped(ch.Scope, ch.Path)), host.Sanitize(optionPlaces(ch))
		value = host.Sanitize(short(value, p.room(len("    ~  =   ")+len(name)+len(at))))
		p.line("    %s %s = %s  %s", p.paint(mark.role, mark.text), name, value, p.paint(faint, at))
	}
}

// optionPlaces says where an option's value comes from.
func optionPlaces(ch plan.OptionChange) string {
	if ch.At != "" {
		return ch.At
	}
	var places []string
	for _, def := range ch.From {
		places = append(places, def.At)
	}
	return strings.Join(places, ", ")
}

func (p *printer) packageChanges(list []plan.PackageChange) {
	if !p.section("packages", len(list)) {
		return
	}
	var rows [][]cell
	for _, ch := range list {
		rows = append(rows, []cell{ops[ch.Op], c(scoped(ch.Scope, ch.Name)), c(supply(ch)), cr(faint, ch.At)})
	}
	p.rows("    ", rows)
}

// supply says which layer and channel a package comes from, and came from.
func supply(ch plan.PackageChange) string {
	was, is := suppliedBy(ch.OldLayer, ch.OldChannel), suppliedBy(ch.NewLayer, ch.NewChannel)
	switch ch.Op {
	case plan.Removed:
		return was
	case plan.Changed:
		return was + " -> " + is
	}
	return is
}

func suppliedBy(layer, channel string) string {
	switch {
	case layer == "" && channel == "":
		return "supplier unknown"
	case layer == "":
		return channel
	case channel == "":
		return layer
	}
	return channel + " by " + layer
}

func (p *printer) fileChanges(list []plan.FileChange) {
	p.section("files", len(list))
	for _, ch := range list {
		mark := ops[ch.Op]
		p.line("    %s %s  %s", p.paint(mark.role, mark.text), host.Sanitize(ch.Path), p.paint(faint, host.Sanitize(fileRemark(ch))))
		p.diff(ch.Diff)
		if ch.Cut {
			p.line("        %s", p.paint(faint, "... the diff goes on"))
		}
	}
}

func fileRemark(ch plan.FileChange) string {
	remark := size(ch.NewSize)
	if ch.Op == plan.Removed {
		remark = size(ch.OldSize)
	}
	if ch.Binary {
		remark += ", binary or large"
	}
	if ch.Op == plan.Changed && ch.OldMode != ch.NewMode {
		remark += ", mode " + ch.OldMode + " -> " + ch.NewMode
	}
	return remark
}

// diff prints the hunks of a unified diff, without its two file lines.
func (p *printer) diff(text string) {
	for line := range strings.Lines(text) {
		line = host.Sanitize(strings.TrimSuffix(line, "\n"))
		r := plain
		switch {
		case strings.HasPrefix(line, "--- "), strings.HasPrefix(line, "+++ "):
			continue
		case strings.HasPrefix(line, "@@"):
			r = faint
		case strings.HasPrefix(line, "+"):
			r = good
		case strings.HasPrefix(line, "-"):
			r = bad
		}
		p.line("        %s", p.paint(r, line))
	}
}

func (p *printer) leftOut(list []plan.LeftOut) {
	if !p.section("left out: only Nix can build these", len(list)) {
		return
	}
	for i, l := range list {
		if i == leftOutShown {
			p.line("    %s", p.paint(faint, fmt.Sprintf("... and %d more; --json lists them", len(list)-i)))
			return
		}
		p.line("    %s  %s", host.Sanitize(scoped(l.Scope, l.What)), p.paint(faint, host.Sanitize(l.Why+"  "+l.At)))
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
	for i := range pl.Hosts {
		e := &pl.Hosts[i]
		if e.Status != plan.StatusUnreachable && e.Status != plan.StatusError {
			continue
		}
		text := fmt.Sprintf(" %s: %s", e.Machine, e.Cause)
		if e.Hint != "" {
			text += "; hint: " + e.Hint
		}
		status := string(e.Status)
		p.line("%s%s", p.paint(bad, status), p.fold(host.Sanitize(text), len(status), 4))
	}
}

// scoped puts a home-manager user before a name.
func scoped(user, name string) string {
	if user == "" {
		return name
	}
	return user + ": " + name
}

// short cuts a text to at most n runes.
func short(text string, n int) string {
	runes := []rune(text)
	if len(runes) <= n {
		return text
	}
	return string(runes[:n-1]) + "…"
}
