package machines

import "assay/ui/action"

// Disabled says why an action does nothing now.
func (v *View) Disabled(id action.ID) string {
	v.sync()
	switch id {
	case action.PlanUpdate, action.PlanBack:
		return v.noPlan()
	case action.Enter, action.Copy, action.CopyAll, action.Mark, action.MarkAll, action.Edit, action.LogsOf, action.MarkRange:
		return v.noRow(id)
	case action.MarkNone:
		if len(v.marks.names) == 0 {
			return "nothing is marked"
		}
	case action.Left, action.Right:
		if !v.wide {
			return v.env.Key(action.Wide) + " shows all columns first"
		}
	case action.Refresh:
		return v.env.Known.NoHosts
	case action.States, action.Sort:
		if len(v.env.Known.Fleet.Machines) == 0 {
			return "the fleet has no machines"
		}
	}
	return ""
}

func (v *View) noPlan() string {
	if reason := v.env.Known.MayNotChange(); reason != "" {
		return reason
	}
	if len(v.marks.names) > 0 {
		return ""
	}
	if _, ok := v.under(); !ok {
		return "no machine is marked, and none is shown"
	}
	return ""
}

// noRow says why an action that works on rows has none to work on.
func (v *View) noRow(id action.ID) string {
	r, ok := v.under()
	switch {
	case !ok:
		return "no machine is shown"
	case id == action.Edit && r.machine.At.IsZero():
		return "nobody knows where " + r.machine.Name + " is declared"
	case id == action.LogsOf && v.env.Known.LastRun(r.machine.Name) == "":
		return "no recorded run has " + r.machine.Name
	}
	return ""
}
