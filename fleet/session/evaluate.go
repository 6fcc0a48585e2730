package session

import (
	"context"

	"assay/fleet/engine"
)

// evaluating begins to evaluate the machines and returns a function that waits
// for one's system: its path only, so that many take little memory.
func (s *Session) evaluating(ctx context.Context, names []string) func(name string) (engine.System, error) {
	type answer struct {
		known  chan struct{} // closed when the others are set
		system engine.System
		err    error
	}
	answers := make(map[string]*answer, len(names))
	var each []string // each name once
	for _, name := range names {
		if answers[name] == nil {
			answers[name] = &answer{known: make(chan struct{})}
			each = append(each, name)
		}
	}
	go s.reach.Engine.Evaluate(ctx, each, nil, func(machine string, system engine.System, err error) {
		a := answers[machine]
		a.system, a.err = engine.System{Machine: machine, Path: system.Path, Derivation: system.Derivation}, err
		close(a.known)
	})
	return func(name string) (engine.System, error) {
		a := answers[name]
		select {
		case <-a.known:
			return a.system, a.err
		case <-ctx.Done():
			return engine.System{}, context.Cause(ctx)
		}
	}
}
