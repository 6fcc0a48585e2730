package session

import (
	"context"
	"sync"

	"assay/fleet"
	"assay/fleet/host/probe"
)

// probes is how many hosts are asked at once: logins queue on the operator's
// cores beyond this.
const probes = 32

// State is a machine's state in one word.
type State = fleet.State

// The states of a machine: see package fleet.
const (
	StateUnreachable = fleet.StateUnreachable
	StateBroken      = fleet.StateBroken
	StateDamaged     = fleet.StateDamaged
	StateEmpty       = fleet.StateEmpty
	StateBehind      = fleet.StateBehind
	StateStaged      = fleet.StateStaged
	StateCurrent     = fleet.StateCurrent
	StateUnknown     = fleet.StateUnknown
)

// States lists the states, the worst first: the order of tables and summaries.
func States() []State { return fleet.States() }

// Status is one machine's triage: live facts against what is wanted.
type Status struct {
	Machine   *fleet.Machine
	State     State
	Facts     fleet.Facts
	Wanted    string // store path that the repository wants; "" with WantedErr
	WantedErr error
	Behind    *Behind // nil: the host does not tell its revision, or git does not know it
}

// Status asks every named machine for its facts and compares them with what
// the repository wants. Results keep the order of names; done, which may be
// nil, is called with each as it comes, by several goroutines at once.
func (s *Session) Status(ctx context.Context, names []string, done func(Status)) ([]Status, error) {
	if s.reach == nil {
		return nil, ErrNoHosts
	}
	out := make([]Status, len(names))
	wanted, history := s.evaluating(ctx, names), s.history(ctx)
	var compared sync.WaitGroup // who waits for Nix keeps no host from being asked
	each(ctx, probes, names, func(i int, name string) {
		out[i].Machine = s.Fleet().Machine(name)
		out[i].Facts = s.facts(ctx, name)
		compared.Go(func() {
			system, err := wanted(name)
			out[i].Wanted, out[i].WantedErr = system.Path, err
			out[i].State = fleet.StateOf(&out[i].Facts, system.Path, err != nil)
			out[i].Behind = history.behind(name, out[i].Facts.Revision)
			if done != nil {
				done(out[i])
			}
		})
	})
	compared.Wait()
	if ctx.Err() != nil {
		return nil, context.Cause(ctx)
	}
	return out, nil
}

// facts asks one machine for its facts; a machine that does not answer yields
// facts that say why.
func (s *Session) facts(ctx context.Context, name string) fleet.Facts {
	conn, err := s.Connect(ctx, name)
	if err != nil {
		return probe.Unreachable(name, err, s.opts.Clock())
	}
	defer conn.Close()
	facts, err := s.read(ctx, conn, name)
	if err != nil {
		return probe.Unreachable(name, err, s.opts.Clock())
	}
	return facts
}
