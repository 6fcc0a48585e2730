package session

import (
	"assay/fleet"
	"assay/fleet/run/journal"
)

// Runs returns the summaries of the fleet's newest runs, the newest first; max
// 0 means all.
func (s *Session) Runs(max int) ([]journal.Summary, error) {
	if s.opts.StateDir == "" {
		return nil, nil
	}
	return journal.List(s.opts.StateDir, max)
}

// Run opens a recorded run by its id, a beginning of it that fits only one,
// its last part, or "last".
func (s *Session) Run(name string) (*journal.Run, error) {
	if s.opts.StateDir == "" {
		return nil, journal.ErrNoRun
	}
	return journal.Open(s.opts.StateDir, name)
}

// addLastRun tells the subjects which of them failed in the last run. Machines
// that it did not touch stay unknown.
func (s *Session) addLastRun(subjects []fleet.Subject) error {
	runs, err := s.Runs(1)
	if err != nil || len(runs) == 0 {
		return err
	}
	failed := map[string]fleet.Truth{}
	for _, result := range runs[0].Results {
		failed[result.Machine] = fleet.TruthOf(!result.Outcome.Good())
	}
	for _, name := range runs[0].Open {
		failed[name] = fleet.True
	}
	for i := range subjects {
		subjects[i].Failed = failed[subjects[i].Machine.Name]
	}
	return nil
}
