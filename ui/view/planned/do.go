package planned

import (
	"maps"
	"slices"
	"strconv"
	"strings"

	"assay/fleet/engine"
	"assay/fleet/run/plan"
	"assay/ui/action"
	"assay/ui/style"
	"assay/ui/view"
	"assay/ui/word"
)

// Do carries out an intent.
func (v *View) Do(in action.Intent) []view.Ask {
	if in.ID == action.Refresh {
		return v.refresh()
	}
	p := v.plan()
	if p == nil {
		if in.ID == action.Back {
			return []view.Ask{view.Leave{}}
		}
		return nil
	}
	switch in.ID {
	case action.Apply:
		return v.confirm(p)
	case action.Applied:
		return v.apply(p, in.Arg)
	case action.Goal:
		return v.chooseGoal(p)
	case action.GoalSet:
		return v.setGoal(p, engine.Goal(in.Arg))
	case action.Leave:
		return v.leave(p)
	case action.SavePlan:
		return []view.Ask{view.SavePlan{Without: v.without()}}
	case action.CopyAll:
		return v.copyAll(p)
	}
	return v.inTree(p, in)
}

// inTree carries out what every outline can.
func (v *View) inTree(p *plan.Plan, in action.Intent) []view.Ask {
	switch in.ID {
	case action.ExpandAll, action.Filter:
		v.wholePlan(p)
	}
	asked, _ := v.tree.Do(in)
	if in.ID == action.Enter || in.ID == action.Expand {
		v.deepen()
	}
	return asked
}

// deepen sees to it that the group under the cursor is there as a whole.
func (v *View) deepen() {
	it := v.tree.Cursor()
	if it == nil || it.Number <= groupsWhole || v.all || v.whole[it.Number-1] {
		return
	}
	v.whole[it.Number-1] = true
	v.made = made{}
}

// wholePlan sees to it that all groups are.
func (v *View) wholePlan(p *plan.Plan) {
	if v.all || len(p.Groups) <= groupsWhole {
		return
	}
	v.all = true
	w := v.made.w
	v.made = made{}
	v.fill(p, w)
}

// Click puts the cursor on a line; a second click opens it.
func (v *View) Click(x, y int) []view.Ask {
	p := v.plan()
	if p == nil {
		return nil
	}
	if y -= v.above; y < 0 {
		return nil
	}
	asked := v.tree.Click(x, y)
	v.deepen()
	return asked
}

func (v *View) copyAll(p *plan.Plan) []view.Ask {
	v.wholePlan(p)
	v.fill(p, max(v.made.w, 80))
	var b strings.Builder
	for _, l := range v.head(p) {
		b.WriteString(l.Text() + "\n")
	}
	return []view.Ask{view.Copy{What: "the plan", Text: b.String() + v.tree.Text()}}
}

// without are the machines that are left out, by name.
func (v *View) without() []string { return slices.Sorted(maps.Keys(v.out)) }

// leave leaves the machine or group under the cursor out, or takes it in.
func (v *View) leave(p *plan.Plan) []view.Ask {
	list := v.under(p)
	if len(list) == 0 {
		return nil
	}
	in := func(name string) bool { return !v.out[name] }
	if !slices.ContainsFunc(list, in) {
		for _, name := range list {
			delete(v.out, name)
		}
	} else {
		if why := v.mayNotLeave(p, list); why != "" {
			return []view.Ask{view.Say{Level: style.Warn, Text: why}}
		}
		for _, name := range list {
			v.out[name] = true
		}
	}
	v.again()
	return nil
}

// mayNotLeave says why the machines have to stay.
func (v *View) mayNotLeave(p *plan.Plan, list []string) string {
	for _, name := range v.sum(p).rest {
		if !slices.Contains(list, name) {
			return ""
		}
	}
	return "a plan needs one machine at least; " + v.env.Key(action.Back) + " leaves it as it is"
}

// under are the machines that would change under the cursor.
func (v *View) under(p *plan.Plan) []string {
	it := v.tree.Cursor()
	if it == nil {
		return nil
	}
	if it.Number > 0 && it.Number <= len(p.Groups) {
		return p.Groups[it.Number-1].Machines
	}
	if it.Link.Place != view.Machine {
		return nil
	}
	if e := p.Entry(it.Link.Name); e != nil && e.Status == plan.StatusChange {
		return []string{e.Machine}
	}
	return nil
}

// refresh plans the same once more.
func (v *View) refresh() []view.Ask {
	if v.Disabled(action.Refresh) != "" {
		return nil
	}
	p := v.env.Known.Planning
	return []view.Ask{view.MakePlan{Machines: v.machines(), Goal: p.Goal, Back: p.Back, To: p.To}}
}

// machines are those that were asked for, without those left out.
func (v *View) machines() []string {
	v.plan() // so that those are the ones of this plan
	return slices.DeleteFunc(slices.Clone(v.env.Known.Planning.Machines), func(name string) bool { return v.out[name] })
}

func (v *View) chooseGoal(p *plan.Plan) []view.Ask {
	if v.Disabled(action.Goal) != "" {
		return nil
	}
	var items []view.Item
	for _, g := range engine.Goals() {
		items = append(items, view.Item{Value: string(g), Text: string(g), Note: word.Goal(g), Now: g == p.Goal})
	}
	title := "How far to go: plans " + word.Count(len(v.machines()), "machine") + " anew"
	return []view.Ask{view.Choose{Title: title, Items: items, Intent: action.GoalSet}}
}

func (v *View) setGoal(p *plan.Plan, g engine.Goal) []view.Ask {
	if v.Disabled(action.Goal) != "" || g == p.Goal || !slices.Contains(engine.Goals(), g) {
		return nil
	}
	return []view.Ask{view.MakePlan{Machines: v.machines(), Goal: g}}
}

// Disabled says why an action does nothing now.
func (v *View) Disabled(id action.ID) string {
	k, p := v.env.Known, v.plan()
	switch id {
	case action.Back:
		return ""
	case action.Refresh:
		return v.noPlanning()
	}
	if p == nil {
		if isGlobal(id) {
			return ""
		}
		return v.noPlan()
	}
	switch id {
	case action.Apply, action.Applied:
		return v.mayNotApply(p)
	case action.Goal, action.GoalSet:
		if p.Kind == plan.Rollback {
			return "a rollback has no other goal"
		}
		return k.NoHosts
	case action.Leave:
		return v.noLeave(p)
	}
	return v.tree.Disabled(id)
}

// isGlobal reports whether the console carries the action out by itself.
func isGlobal(id action.ID) bool {
	for _, a := range action.All() {
		if a.ID == id {
			return slices.Contains(a.Scopes, action.Global) && !slices.Contains([]action.ID{action.Enter, action.Copy, action.CopyAll, action.Edit}, id)
		}
	}
	return false
}

func (v *View) noPlanning() string {
	switch p := v.env.Known.Planning; {
	case p == nil:
		return "there is no plan"
	case p.Busy:
		return "the plan is being made"
	}
	return v.env.Known.NoHosts
}

func (v *View) noPlan() string {
	if p := v.env.Known.Planning; p != nil && p.Busy {
		return "the plan is being made"
	}
	return "there is no plan"
}

func (v *View) mayNotApply(p *plan.Plan) string {
	k := v.env.Known
	switch {
	case k.MayNotChange() != "":
		return k.MayNotChange()
	case p.Empty():
		return v.nothingToDo(p)
	case k.Running() != nil:
		return "another run goes on; " + v.env.Key(action.CurrentRun) + " shows it"
	}
	return ""
}

// nothingToDo says why the plan changes nothing: what went wrong, if something
// did.
func (v *View) nothingToDo(p *plan.Plan) string {
	why, more := "", 0
	for i := range p.Hosts {
		switch e := &p.Hosts[i]; {
		case e.Status == plan.StatusUnchanged:
		case why != "":
			more++
		default:
			if why = word.Terse(e.Machine, e.Cause); !strings.Contains(why, e.Machine) {
				why = e.Machine + ": " + why
			}
		}
	}
	switch {
	case why == "":
		return "there is nothing to change"
	case more > 0:
		return why + "; and " + strconv.Itoa(more) + " more " + plural(more, "problem")
	}
	return why
}

func (v *View) noLeave(p *plan.Plan) string {
	if len(v.under(p)) > 0 {
		return ""
	}
	if it := v.tree.Cursor(); it != nil && it.Link.Place == view.Machine {
		return it.Link.Name + " is not changed anyway"
	}
	return "no machine is under the cursor"
}
