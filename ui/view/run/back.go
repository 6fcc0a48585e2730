package run

import (
	"assay/fleet/engine"
	"assay/fleet/run/event"
	"assay/fleet/run/plan"
	"assay/fleet/run/state"
	"assay/ui/view"
	"assay/ui/word"
)

// planBack plans the way back of what this run has updated.
func (v *View) planBack() []view.Ask {
	if v.noWayBack() != "" {
		return nil
	}
	return []view.Ask{view.MakePlan{Machines: v.updated(), Goal: engine.GoalSwitch, Back: true}}
}

// noWayBack says why there is nothing to go back from.
func (v *View) noWayBack() string {
	k, kind, goal := v.env.Known, v.shot.Started.Kind, v.shot.Started.Goal
	switch {
	case v.stood == notThere:
		return "the run is not there to be shown"
	case v.stood < over:
		return "the run goes on"
	case k.MayNotChange() != "":
		return k.MayNotChange()
	case kind == string(plan.Rollback):
		return "this run was a way back itself; plan an update from the machines"
	case goal != "" && goal != string(engine.GoalSwitch):
		return "a run with the goal " + goal + " makes no generation that runs"
	case v.shot.Outcomes[event.Updated] == 0:
		return "the run updated no machine"
	case len(v.updated()) == 0:
		return "what it updated runs something else by now, or is gone from the fleet"
	}
	return ""
}

// updated are the machines that the run has updated, that the fleet still has
// and that, as far as is known, still run what it made: to them the generation
// before is the one that the run found.
func (v *View) updated() []string {
	var names []string
	for i := range v.shot.Machines {
		m := &v.shot.Machines[i]
		if m.Result != nil && m.Result.Outcome == event.Updated && v.stillRuns(m) {
			names = append(names, m.Name)
		}
	}
	return names
}

// stillRuns reports whether the machine has not said, since the run, that it
// runs something else.
func (v *View) stillRuns(m *state.Machine) bool {
	h := v.env.Known.Hosts[m.Name]
	switch {
	case h == nil:
		return false // no machine of the fleet as it is now
	case h.Asked.Before(v.shot.Time), h.Facts.Running == "", m.Result.Current == "":
		return true // nobody has asked it since
	}
	return h.Facts.Running == m.Result.Current
}

// wayBack says what the action does, in the line of what comes next.
func (v *View) wayBack() string {
	return "rolls back " + word.Count(len(v.updated()), "machine")
}
