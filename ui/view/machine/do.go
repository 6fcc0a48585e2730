package machine

import (
	"strconv"

	"assay/fleet/engine"
	"assay/ui/action"
	"assay/ui/known"
	"assay/ui/style"
	"assay/ui/view"
)

// Do implements view.View.
func (v *View) Do(in action.Intent) []view.Ask {
	if v.machine() == nil {
		return v.doUnknown(in)
	}
	if reason := v.Disabled(in.ID); reason != "" {
		return []view.Ask{view.Say{Level: style.Warn, Text: reason}}
	}
	switch in.ID {
	case action.NextTab:
		v.show((v.at + 1) % len(parts))
		return nil
	case action.PrevTab:
		v.show((v.at + len(parts) - 1) % len(parts))
		return nil
	case action.Refresh:
		return []view.Ask{view.Again{Needs: v.again()}}
	case action.LogsOf:
		return []view.Ask{view.Go{Link: view.Link{Place: view.Logs, Name: v.env.Known.LastRun(v.link.Name), Sub: v.link.Name}}}
	case action.PlanUpdate, action.PlanBack, action.PlanTo:
		return v.plan(in)
	}
	asked, _ := v.pane().Do(in)
	return asked
}

func (v *View) doUnknown(in action.Intent) []view.Ask {
	switch in.ID {
	case action.Back:
		return []view.Ask{view.Leave{}}
	case action.Enter:
		if near := v.nearest(); near != "" {
			return []view.Ask{view.Go{Link: view.Link{Place: view.Machine, Name: near}}}
		}
	}
	return nil
}

// again is what refreshing asks for once more.
func (v *View) again() []known.Need {
	needs := []known.Need{{Kind: known.Composition, Name: v.link.Name}, {Kind: known.Stack}}
	if v.env.Known.NoHosts == "" {
		needs = append(needs, known.Need{Kind: known.Hosts, Name: v.link.Name})
	}
	return needs
}

// plan asks for a plan of this machine alone.
func (v *View) plan(in action.Intent) []view.Ask {
	ask := view.MakePlan{Machines: []string{v.link.Name}, Goal: engine.GoalSwitch, Back: in.ID != action.PlanUpdate}
	switch in.ID {
	case action.PlanBack:
		ask.To = v.generation()
	case action.PlanTo:
		n, err := strconv.Atoi(in.Arg)
		if err != nil || n < 1 {
			return nil
		}
		ask.To = n
	}
	return []view.Ask{ask}
}

// generation is the number of the generation under the cursor; 0 elsewhere.
func (v *View) generation() int {
	if parts[v.at].id == "generations" {
		if it := v.pane().Cursor(); it != nil {
			return it.Number
		}
	}
	return 0
}

// Disabled implements view.View.
func (v *View) Disabled(id action.ID) string {
	if v.machine() == nil {
		return v.disabledUnknown(id)
	}
	k := v.env.Known
	switch id {
	case action.PlanUpdate, action.PlanBack, action.PlanTo:
		if reason := k.MayNotChange(); reason != "" {
			return reason
		}
		if n := v.generation(); id == action.PlanBack && n > 0 && v.runs(n) {
			return "the host runs this generation"
		}
		return ""
	case action.LogsOf:
		if k.LastRun(v.link.Name) == "" {
			if !k.Runs.Has() {
				return "the recorded runs are not read yet"
			}
			return "no run has this machine"
		}
		return ""
	case action.Filter:
		if v.composition().Busy {
			return "" // what is typed finds what comes
		}
	}
	return v.pane().Disabled(id)
}

func (v *View) disabledUnknown(id action.ID) string {
	switch id {
	case action.Enter:
		if v.nearest() != "" {
			return ""
		}
	case action.Refresh, action.Copy, action.CopyAll, action.Edit, action.Filter, action.NextTab, action.PrevTab,
		action.PlanUpdate, action.PlanBack, action.PlanTo, action.LogsOf,
		action.Expand, action.Collapse, action.ExpandAll, action.CollapseAll:
	default:
		return ""
	}
	return "the fleet has no machine of this name"
}

// runs reports whether the host runs the generation of that number.
func (v *View) runs(number int) bool {
	facts := v.host().Facts
	for _, g := range facts.Generations {
		if g.Number == number {
			return g.Path == facts.Running
		}
	}
	return false
}
