package known

import (
	"slices"
	"time"

	"assay/fleet/session"
)

// LastRun is the id of the newest run that the machine has a part in: the one
// of this program, or the newest that was recorded; "" where there is none.
func (k *Known) LastRun(machine string) string {
	if r := k.Open[k.Current]; r != nil && inRun(r, machine) {
		return r.ID
	}
	if k.last.by == nil || k.last.at != k.Runs.At {
		k.last = lastRuns{k.Runs.At, newest(k.Runs.Value)}
	}
	return k.last.by[machine]
}

// lastRuns has the newest recorded run of every machine, as of a list of runs:
// many screens ask with every frame.
type lastRuns struct {
	at time.Time
	by map[string]string
}

func newest(runs []session.RunSummary) map[string]string {
	by := map[string]string{}
	for i := range runs {
		for _, machine := range machinesOf(&runs[i]) {
			if by[machine] == "" {
				by[machine] = string(runs[i].ID)
			}
		}
	}
	return by
}

func inRun(r *Run, machine string) bool {
	if r.Plan != nil {
		return r.Plan.Entry(machine) != nil
	}
	return r.State != nil && slices.Contains(r.State.Snapshot().Started.Machines, machine)
}

// machinesOf are the machines of a recorded run, some perhaps twice.
func machinesOf(s *session.RunSummary) []string {
	all := slices.Concat(s.Started.Machines, s.Open)
	for i := range s.Results {
		all = append(all, s.Results[i].Machine)
	}
	return all
}
