package session

import (
	"context"

	"assay/fleet/engine"
)

// evaluating begins to evaluate the machines and returns a function that waits
// for one's system: its path only, so that many take little memory.
func (s *Session) evaluating(ctx context.Context, names []string) func(name string) (engine.System, error) {
	type answer struct {
		system engine.System
		err    error
	}
	answers := make(map[string]chan answer, len(names))
	for _, name := range names {
		answers[name] = make(chan answer, 1)
	}
	go s.reach.Engine.Evaluate(ctx, names, nil, func(machine string, system engine.System, err error) {
		answers[machine] <- answer{engine.System{Machine: machine, Path: system.Path, Derivation: system.Derivation}, err}
	})
	return func(name string) (engine.System, error) {
		select {
		case a := <-answers[name]:
			return a.system, a.err
		case <-ctx.Done():
			return engine.System{}, context.Cause(ctx)
		}
	}
}
