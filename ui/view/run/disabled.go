package run

import (
	"assay/fleet/run/plan"
	"assay/ui/action"
)

// Disabled says why an action does nothing now.
func (v *View) Disabled(id action.ID) string {
	v.look()
	switch id {
	case action.Stop, action.Abandon:
		return v.noStop()
	case action.Retry:
		return v.noRetry()
	case action.PlanBack:
		return v.noWayBack()
	case action.Edit:
		return "a run has no place in a file"
	case action.LogsOf, action.Copy, action.CopyAll, action.Enter, action.Filter, action.Sort:
		if v.stood == notThere || len(v.shot.Machines) == 0 {
			return "the run is not there to be shown"
		}
	}
	if _, name := v.table.Cursor(); name == "" && (id == action.Copy || id == action.Enter) {
		return "no machine is under the cursor"
	}
	return ""
}

func (v *View) noStop() string {
	r := v.run()
	switch {
	case v.stood >= over:
		return "the run is over"
	case v.stood != goesOn:
		return "the run does not go on in this program"
	case r.Stopping >= 2:
		return "it is being abandoned already"
	}
	return ""
}

func (v *View) noRetry() string {
	k := v.env.Known
	switch {
	case v.stood == notThere:
		return "the run is not there to be shown"
	case v.stood < over:
		return "the run goes on"
	case k.MayNotChange() != "":
		return k.MayNotChange()
	}
	list := v.again()
	switch {
	case v.rest.all == 0:
		return "every machine came out as asked"
	case len(list) == 0:
		return "the fleet has none of these machines any more"
	}
	if v.shot.Started.Kind == string(plan.Rollback) {
		_, why := v.backTo(list)
		return why
	}
	return ""
}
