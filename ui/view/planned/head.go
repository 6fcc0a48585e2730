package planned

import (
	"fmt"
	"strings"

	"assay/fleet/engine"
	"assay/fleet/run/plan"
	"assay/ui/action"
	"assay/ui/known"
	"assay/ui/style"
	"assay/ui/widget"
	"assay/ui/word"
)

// head is what stays above the tree: that nothing has happened, how much
// would, and what should make somebody think.
func (v *View) head(p *plan.Plan) []widget.Line {
	lines := []widget.Line{v.calm(), v.amount(p)}
	if todo := word.Todo(p.Todo); todo != "" {
		lines = append(lines, widget.Line{widget.R(style.Muted, todo)})
	}
	if out := v.without(); len(out) > 0 {
		lines = append(lines, widget.Line{widget.R(style.Warn, v.env.Style.Glyphs.Skip+" left out by you: "+word.Names(out, 4))})
	}
	if l := v.others(p); len(l) > 0 {
		lines = append(lines, l)
	}
	if l := v.identities(p); len(l) > 0 {
		lines = append(lines, l)
	}
	return append(lines, widget.Line{})
}

// calm says that nothing has happened, and what would make it.
func (v *View) calm() widget.Line {
	l := widget.Line{widget.R(style.Strong, "Nothing has happened yet.")}
	if p := v.plan(); p != nil && p.Empty() && p.Count(plan.StatusUnchanged) < len(p.Hosts) {
		return widget.Line{widget.R(style.Strong, "Nothing can be applied:"), widget.P(" " + v.nothingToDo(p))}
	}
	if why := v.Disabled(action.Apply); why != "" {
		return append(l, widget.P("  It cannot be applied: "+why))
	}
	return append(l, widget.P("  "), widget.R(style.Key, v.env.Key(action.Apply)), widget.P(" applies this plan, after a confirmation"))
}

func (v *View) amount(p *plan.Plan) widget.Line {
	sum := v.sum(p)
	goal := widget.R(style.Strong, planGoal(p))
	switch {
	case len(sum.rest) == 0:
		return widget.Line{goal, widget.P(": no machine changes")}
	case p.Goal == engine.GoalBuild:
		return widget.Line{goal, widget.P(": " + word.Count(len(sum.rest), "system") + " to build here; no host is asked")}
	}
	dot := " " + v.env.Style.Glyphs.Dot + " "
	return widget.Line{goal, widget.P(": " + changing(len(sum.rest), len(p.Hosts)-len(v.out), sum.groups) + dot + toCopy(sum.size))}
}

// changing says how many of the machines change, and in how many ways where
// that says more than their number.
func changing(machines, all, groups int) string {
	text := ofAll(machines, all) + " change"
	if machines == 1 {
		text += "s"
	}
	switch {
	case machines == 1 || groups == machines:
		return text
	case groups == 1:
		return text + " in one way"
	}
	return text + " in " + word.Count(groups, "way")
}

// ofAll counts machines, and all there are where those are more: "3 of 8
// machines".
func ofAll(machines, all int) string {
	if machines >= all {
		return word.Count(machines, "machine")
	}
	return countOf(machines, all)
}

const noCopy = "nothing to copy"

func toCopy(a plan.Amount) string {
	if a.Objects == 0 {
		return noCopy
	}
	return word.Amount(a) + " to copy"
}

// others counts the machines that do not change, and the damaged ones.
func (v *View) others(p *plan.Plan) widget.Line {
	g := v.env.Style.Glyphs
	sum := v.sum(p)
	var l widget.Line
	add := func(n int, role style.Role, glyph, what string) {
		if n == 0 {
			return
		}
		if len(l) > 0 {
			l = append(l, widget.R(style.Muted, " "+g.Dot+" "))
		}
		l = append(l, widget.R(role, fmt.Sprintf("%s %d %s", glyph, n, what)))
	}
	add(sum.count[plan.StatusUnreachable], style.Fail, g.Fail, "unreachable")
	add(sum.count[plan.StatusError], style.Fail, g.Fail, plural(sum.count[plan.StatusError], "error"))
	add(len(sum.damaged), style.Fail, g.Fail, "damaged")
	add(sum.count[plan.StatusUnchanged], style.OK, g.OK, "unchanged")
	return l
}

// identities warns of hosts that are not who they should be.
func (v *View) identities(p *plan.Plan) widget.Line {
	who := v.sum(p).strangers
	if len(who) == 0 {
		return nil
	}
	return widget.Line{widget.R(style.Fail, v.env.Style.Glyphs.Fail+" identity not verified: "+word.Names(who, 3)+". Somebody else may answer there")}
}

// planGoal names what the plan does, for the beginning of a line.
func planGoal(p *plan.Plan) string {
	if p.Kind == plan.Rollback {
		return "rollback"
	}
	return string(p.Goal)
}

// planVerb names what a plan that is being made will do.
func planVerb(p *known.Planning) string {
	switch {
	case p.Back && p.To > 0:
		return fmt.Sprintf("rollback to generation %d", p.To)
	case p.Back:
		return "rollback"
	case p.Goal == "":
		return string(engine.GoalSwitch)
	}
	return string(p.Goal)
}

func countOf(done, total int) string {
	return fmt.Sprintf("%d of %s", done, word.Count(total, "machine"))
}

func plural(n int, thing string) string {
	_, text, _ := strings.Cut(word.Count(n, thing), " ")
	return text
}
