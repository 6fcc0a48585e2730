package known

import (
	"slices"

	"assay/fleet/session"
)

// LastRun is the id of the newest run that the machine has a part in: the one
// of this program, or the newest that was recorded; "" where there is none.
func (k *Known) LastRun(machine string) string {
	if r := k.Open[k.Current]; r != nil && inRun(r, machine) {
		return r.ID
	}
	for i := range k.Runs.Value {
		if inSummary(&k.Runs.Value[i], machine) {
			return string(k.Runs.Value[i].ID)
		}
	}
	return ""
}

func inRun(r *Run, machine string) bool {
	if r.Plan != nil {
		return r.Plan.Entry(machine) != nil
	}
	return r.State != nil && slices.Contains(r.State.Snapshot().Started.Machines, machine)
}

func inSummary(s *session.RunSummary, machine string) bool {
	if slices.Contains(s.Started.Machines, machine) || slices.Contains(s.Open, machine) {
		return true
	}
	for i := range s.Results {
		if s.Results[i].Machine == machine {
			return true
		}
	}
	return false
}
