package session

import (
	"context"
	"errors"
	"sync"

	"assay/fleet/engine"
)

// Built is what building one machine's system came to.
type Built struct {
	Machine string
	Path    string // store path; "" with Err
	Err     error
}

// Pusher is a deployer that can copy closures to a cache.
type Pusher interface {
	// Push copies the closure to the store of that address, as `nix copy
	// --to` takes it.
	Push(ctx context.Context, closure engine.Closure, cache string) error
}

// ErrNoPush is returned where the engine's systems go into no cache.
var ErrNoPush = errors.New("what this engine builds goes into no cache")

// Build evaluates and builds the named machines here and touches no host.
// cache, where it is not "", is the address of a store that gets what was
// built. done, which may be nil, is called with each result as it comes, one
// call at a time. Results come in the order in which they were finished.
func (s *Session) Build(ctx context.Context, names []string, cache string, watch func(engine.Step), done func(Built)) ([]Built, error) {
	if s.reach == nil {
		return nil, ErrNoHosts
	}
	pusher, ok := s.reach.Deployer.(Pusher)
	if cache != "" && !ok {
		return nil, ErrNoPush
	}
	var mu, push sync.Mutex
	var pushing sync.WaitGroup
	var out []Built
	add := func(b Built) {
		mu.Lock()
		defer mu.Unlock()
		if out = append(out, b); done != nil {
			done(b)
		}
	}
	var systems []engine.System
	s.reach.Engine.Evaluate(ctx, names, watch, func(machine string, system engine.System, err error) {
		if err != nil {
			add(Built{Machine: machine, Err: err})
			return
		}
		systems = append(systems, system)
	})
	s.reach.Engine.Build(ctx, systems, watch, func(system engine.System, closure engine.Closure, err error) {
		b := Built{Machine: system.Machine, Path: system.Path, Err: err}
		if err != nil || cache == "" {
			add(b)
			return
		}
		pushing.Go(func() { // what is still built does not wait for it
			push.Lock() // one at a time: they share most of what they copy
			b.Err = pusher.Push(ctx, closure, cache)
			push.Unlock()
			add(b)
		})
	})
	pushing.Wait()
	if ctx.Err() != nil {
		return nil, context.Cause(ctx)
	}
	return out, nil
}
