package session

import (
	"context"

	"assay/fleet"
	"assay/fleet/run/event"
	"assay/fleet/run/journal"
	"assay/fleet/run/plan"
)

// RunSummary is a recorded run in few words.
type RunSummary = journal.Summary

// The endings of a RunSummary.
const (
	RunFinished = journal.Finished
	RunGoesOn   = journal.Running // a process works on it
	RunTorn     = journal.Torn    // no end was recorded and nobody works on it
)

// Replay gives the events of a recorded run to the sink, in their order, from
// this goroutine. A broken line is left out and counted.
func (s *Session) Replay(ctx context.Context, name string, to event.Sink) (broken int, err error) {
	run, err := s.Run(name)
	if err != nil {
		return 0, err
	}
	for e, err := range run.Events() {
		if ctx.Err() != nil {
			return broken, context.Cause(ctx)
		}
		if err != nil {
			broken++
			continue
		}
		to.Emit(e)
	}
	return broken, nil
}

// RunPlan reads the plan that a recorded run was to apply.
func (s *Session) RunPlan(name string) (*plan.Plan, error) {
	run, err := s.Run(name)
	if err != nil {
		return nil, err
	}
	return run.Plan()
}

// Subjects describes every machine as selectors see it, as far as that is
// known without asking a host: its declaration, its aspects and how it came
// out of the last run.
func (s *Session) Subjects(ctx context.Context) ([]fleet.Subject, error) {
	subjects := s.subjects(ctx, true)
	if err := s.addLastRun(subjects); err != nil {
		return nil, err
	}
	return subjects, ctx.Err()
}
