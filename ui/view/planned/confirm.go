package planned

import (
	"fmt"
	"slices"
	"strconv"
	"strings"
	"time"

	"assay/fleet"
	"assay/fleet/engine"
	"assay/fleet/run/plan"
	"assay/ui/action"
	"assay/ui/style"
	"assay/ui/view"
	"assay/ui/widget"
	"assay/ui/word"
)

const (
	manyMachines = 10 // more of them at once have to be typed
	oldPlan      = 15 * time.Minute
)

// protected are the tags of machines for which something has to be typed.
var protected = []string{"protected", "prod", "production"}

// confirm asks before the plan is carried out.
func (v *View) confirm(p *plan.Plan) []view.Ask {
	if why := v.mayNotApply(p); why != "" {
		return []view.Ask{view.Say{Level: style.Warn, Text: "The plan cannot be applied: " + why}}
	}
	c := confirmation{v: v, p: p, sum: v.sum(p)}
	typed, because := v.typed(p)
	c.what()
	c.risks()
	c.notTouched()
	if typed != "" {
		what := "the name of the machine that changes"
		if len(c.sum.rest) > 1 {
			what = "the number of machines that change"
		}
		c.say(style.Warn, "Type "+typed+", "+what+": "+because+".")
	}
	n := len(c.sum.rest)
	return []view.Ask{view.Confirm{
		Title: verb(p, n, len(p.Hosts)-len(v.out)) + "?", Lines: c.lines, Yes: verb(p, n, n), Word: typed,
		Intent: action.Intent{ID: action.Applied, Arg: v.approved(p)},
	}}
}

// approved names what is confirmed: the plan and who is left out.
func (v *View) approved(p *plan.Plan) string {
	return strings.Join(append([]string{p.ID}, v.without()...), " ")
}

// apply carries the plan out, if it is still what was confirmed.
func (v *View) apply(p *plan.Plan, what string) []view.Ask {
	why := v.mayNotApply(p)
	if why == "" && what != v.approved(p) {
		why = "it is not the one that was confirmed any more"
	}
	if why != "" {
		return []view.Ask{view.Say{Level: style.Fail, Text: "The plan was not applied: " + why}}
	}
	return []view.Ask{view.Apply{Without: v.without()}}
}

// verb is what the answer yes does, to how many of all: "Update 3 machines".
func verb(p *plan.Plan, n, all int) string {
	machines := ofAll(n, all)
	switch {
	case p.Kind == plan.Rollback:
		return "Roll back " + machines
	case p.Goal == engine.GoalBoot:
		return "Stage " + machines
	case p.Goal == engine.GoalTest:
		return "Test " + machines
	case p.Goal == engine.GoalDryActivate:
		return "Dry-activate " + machines
	case p.Goal == engine.GoalBuild:
		return "Build " + word.Count(n, "system")
	}
	return "Update " + machines
}

// typed is what has to be typed before the plan is carried out, and why: the
// machine's name or the number of machines. Where no host changes, nothing.
func (v *View) typed(p *plan.Plan) (text, because string) {
	rest := v.sum(p).rest
	if p.Goal == engine.GoalBuild || p.Goal == engine.GoalDryActivate {
		return "", ""
	}
	text = strconv.Itoa(len(rest))
	if len(rest) == 1 {
		text = rest[0]
	}
	if name, tag := v.guarded(rest); name != "" {
		return text, name + " has the tag " + tag
	}
	switch {
	case len(rest) > 1 && v.everybody(p):
		return text, "the plan is for all machines of the fleet"
	case len(rest) > manyMachines:
		return text, fmt.Sprintf("these are more than %d machines", manyMachines)
	}
	return "", ""
}

// everybody reports whether the plan is for the whole fleet, machines that do
// not change or do not answer included.
func (v *View) everybody(p *plan.Plan) bool {
	f, out := v.env.Known.Fleet, v.without()
	if f == nil {
		return false
	}
	return !slices.ContainsFunc(f.Machines, func(m fleet.Machine) bool {
		return p.Entry(m.Name) == nil || slices.Contains(out, m.Name)
	})
}

// guarded is the first machine with a tag that protects it.
func (v *View) guarded(list []string) (name, tag string) {
	if v.env.Known.Fleet == nil {
		return "", ""
	}
	for _, name := range list {
		m := v.env.Known.Fleet.Machine(name)
		if m == nil {
			continue
		}
		for _, tag := range m.AllTags() {
			if slices.Contains(protected, tag) {
				return name, tag
			}
		}
	}
	return "", ""
}

// confirmation gathers what is said before something is done.
type confirmation struct {
	v     *View
	p     *plan.Plan
	sum   *sum
	lines []widget.Line
}

func (c *confirmation) say(role style.Role, text string) {
	c.lines = append(c.lines, widget.Line{widget.R(role, text)})
}

// what says what will happen, and to whom.
func (c *confirmation) what() {
	does := planGoal(c.p) + ": " + word.Goal(c.p.Goal)
	if c.p.Kind == plan.Rollback {
		does = "rollback: run a former generation, now and at boot"
	}
	c.say(style.Plain, does)
	c.say(style.Strong, word.Names(c.sum.rest, 12))
	made := "plan " + c.v.applied(c.p) + ", made " + word.Age(c.age()) + " ago"
	if c.p.Goal != engine.GoalBuild {
		made = toCopy(c.sum.size) + "; " + made
	}
	c.say(style.Plain, made)
}

func (c *confirmation) age() time.Duration { return c.v.env.Known.Now.Sub(c.p.At) }

// risks says what should make somebody think twice.
func (c *confirmation) risks() {
	g := c.v.env.Style.Glyphs
	if c.p.Kind == plan.Rollback {
		c.say(style.Warn, g.Warn+" former generations: "+word.Names(c.generations(), 8))
	}
	if list := c.sum.damaged; len(list) > 0 {
		c.say(style.Fail, g.Fail+" damaged, and to be repaired by this: "+word.Names(list, 8))
	}
	if list := c.unknown(); len(list) > 0 {
		c.say(style.Unknown, g.Unknown+" what changes is not known: "+word.Names(list, 8))
	}
	if age := c.age(); age > oldPlan {
		c.say(style.Warn, g.Warn+" the plan is "+word.Age(age)+" old; a host that runs something else by now is refused")
	}
	switch c.p.Goal {
	case engine.GoalSwitch, engine.GoalTest:
		c.say(style.Unknown, g.Unknown+" whether a reboot is needed afterwards is not known")
	case engine.GoalBoot:
		c.say(style.Plain, "It takes effect when each machine boots.")
	}
}

// generations are the machines with the generations they leave and return to.
func (c *confirmation) generations() []string {
	var list []string
	for _, name := range c.sum.rest {
		e := c.p.Entry(name)
		list = append(list, fmt.Sprintf("%s %d -> %d", name, e.From.Generation, e.To.Generation))
	}
	return list
}

// unknown are the machines of which nobody knows what changes.
func (c *confirmation) unknown() []string {
	if c.p.Goal == engine.GoalBuild {
		return nil
	}
	var list []string
	for _, name := range c.sum.rest {
		if ch := c.p.Change(name); ch == nil || ch.Unknown != "" {
			list = append(list, name)
		}
	}
	return list
}

// notTouched says which machines of the plan nothing happens to.
func (c *confirmation) notTouched() {
	g := c.v.env.Style.Glyphs
	if list := c.v.without(); len(list) > 0 {
		c.say(style.Plain, g.Skip+" left out by you: "+word.Names(list, 8))
	}
	for _, s := range []plan.Status{plan.StatusUnreachable, plan.StatusError} {
		if list := c.with(s); len(list) > 0 {
			c.say(style.Fail, g.Fail+" "+string(s)+", not touched: "+word.Names(list, 8))
		}
	}
}

func (c *confirmation) with(s plan.Status) []string {
	var list []string
	for i := range c.p.Hosts {
		if c.p.Hosts[i].Status == s {
			list = append(list, c.p.Hosts[i].Machine)
		}
	}
	return list
}
