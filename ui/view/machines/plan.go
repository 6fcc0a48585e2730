package machines

import (
	"fmt"

	"assay/fleet/engine"
	"assay/ui/action"
	"assay/ui/style"
	"assay/ui/view"
	"assay/ui/word"
)

// What is planned for, where marked machines are not shown: the Arg of the
// intent.
const (
	shownMarks = "shown marks"
	allMarks   = "all marks"
	underCur   = "under the cursor"
)

// plan asks for a plan of the marked machines, or of the one under the cursor.
// Where marks are not shown, it asks which are meant: nobody changes what is
// not on the screen unawares.
func (v *View) plan(in action.Intent) []view.Ask {
	if v.hidden() > 0 && in.Arg == "" {
		return []view.Ask{v.whichMarks(in.ID)}
	}
	names := v.chosen(in.Arg)
	if len(names) == 0 {
		return []view.Ask{view.Say{Level: style.Warn, Text: "none of these is marked any more"}}
	}
	return []view.Ask{view.MakePlan{Machines: names, Goal: engine.GoalSwitch, Back: in.ID == action.PlanBack}}
}

// hidden is how many marked machines are not shown.
func (v *View) hidden() int { return len(v.marks.names) - v.content.marked }

// whichMarks lets the operator choose what is planned for; what is on the
// screen comes first.
func (v *View) whichMarks(id action.ID) view.Choose {
	all, hidden := len(v.marks.names), v.hidden()
	c := view.Choose{Intent: id, Title: fmt.Sprintf("%s not shown here: plan for", areMarked(hidden))}
	if v.content.marked > 0 {
		c.Items = append(c.Items, view.Item{Value: shownMarks, Text: "the marked ones shown here", Note: word.Count(all-hidden, "machine")})
	} else if r, ok := v.under(); ok {
		c.Items = append(c.Items, view.Item{Value: underCur, Text: "the one under the cursor", Note: r.machine.Name})
	}
	c.Items = append(c.Items, view.Item{Value: allMarks, Text: "all marked ones, shown or not", Note: word.Count(all, "machine")})
	return c
}

func areMarked(n int) string {
	if n == 1 {
		return "1 marked machine is"
	}
	return fmt.Sprintf("%d marked machines are", n)
}

// chosen are the machines to plan for, in the fleet's order: the marked ones,
// or the one under the cursor where none is, or where it is meant.
func (v *View) chosen(which string) []string {
	shown := map[string]bool{}
	if which == shownMarks {
		for _, r := range v.content.rows {
			shown[r.machine.Name] = true
		}
	}
	var out []string
	for i := range v.env.Known.Fleet.Machines {
		name := v.env.Known.Fleet.Machines[i].Name
		if v.marks.names[name] && which != underCur && (which != shownMarks || shown[name]) {
			out = append(out, name)
		}
	}
	if r, ok := v.under(); ok && len(out) == 0 && (which == "" || which == underCur) {
		out = []string{r.machine.Name}
	}
	return out
}
