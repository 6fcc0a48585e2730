package session

import (
	"context"
	"errors"
	"slices"
	"sync"

	"assay/fleet"
	"assay/fleet/engine"
	"assay/fleet/host"
	"assay/fleet/host/probe"
	"assay/fleet/run/plan"
	"assay/fleet/run/rollout"
)

// Plan works out what an update of the named machines would change. Nothing
// is changed on any host; systems are built here, so that the bytes to copy
// are known. watch, which may be nil, gets what the engine says meanwhile, from
// one goroutine at a time; done, which may be nil too, is called after each
// machine.
func (s *Session) Plan(ctx context.Context, names []string, goal engine.Goal, watch func(engine.Step), done func()) (*plan.Plan, error) {
	if s.reach == nil {
		return nil, ErrNoHosts
	}
	if err := s.enforced(); err != nil {
		return nil, err
	}
	s.keys.forget()
	b := plan.NewBuilder(plan.Update, s.Fleet().Name, goal, s.reach.Engine.Name(), s.opts.Clock())
	for some := range slices.Chunk(names, planned) {
		asked := some
		if goal == engine.GoalBuild {
			asked = nil
		}
		meet, end := s.visiting(ctx, asked)
		s.realise(ctx, some, watch, b.Todo, func(h *plan.Host) {
			if goal != engine.GoalBuild && ctx.Err() == nil {
				s.ask(ctx, h, meet)
			}
			b.Add(h)
			if done != nil {
				done()
			}
		})
		end()
		if ctx.Err() != nil {
			return nil, context.Cause(ctx)
		}
	}
	return b.Plan(), nil
}

// planned is how many machines are evaluated and built together, and are in
// memory at once.
const planned = 256

// realise evaluates and builds what the machines should run. It calls left with
// what there is to do before it builds, where the engine can tell, and then
// with each machine, by several goroutines at once, as it is built or has
// failed.
func (s *Session) realise(ctx context.Context, names []string, watch func(engine.Step), left func(engine.Todo), then func(h *plan.Host)) {
	var following sync.WaitGroup
	slots := make(chan struct{}, probes)
	follow := func(name string, h plan.Host) {
		slots <- struct{}{}
		following.Go(func() {
			defer func() { <-slots }()
			h.Machine = *s.Fleet().Machine(name)
			if composition, err := s.Repo.Compose(name); err == nil {
				h.Composition = &composition
			}
			then(&h)
		})
	}
	var systems []engine.System
	s.reach.Engine.Evaluate(ctx, names, watch, func(machine string, system engine.System, err error) {
		if err != nil {
			follow(machine, plan.Host{WantedErr: err})
			return
		}
		systems = append(systems, system)
	})
	if todo, ok := s.todo(ctx, systems); ok {
		left(todo)
	}
	s.reach.Engine.Build(ctx, systems, watch, func(system engine.System, closure engine.Closure, err error) {
		if closure.Record.Version != 0 {
			system.Record = closure.Record
		}
		follow(system.Machine, plan.Host{Wanted: system, Closure: closure, WantedErr: err})
	})
	following.Wait()
}

// ask fills in what the host says: its facts, the record of what it runs, and
// which objects it lacks. What it does not say stays unknown.
func (s *Session) ask(ctx context.Context, h *plan.Host, meet func(string) (host.Conn, fleet.Facts, error)) {
	name := h.Machine.Name
	conn, facts, err := meet(name)
	if err != nil {
		h.Facts = probe.Unreachable(name, err, s.opts.Clock())
		return
	}
	h.Facts = facts
	defer func() {
		if h.Facts.Reach == fleet.Unreachable {
			conn.Close()
			return
		}
		var missing []engine.Object
		if h.WantedErr == nil { // it was asked
			missing = append([]engine.Object{}, h.Missing...)
		}
		s.waiting.put(name, h.Wanted.Path, rollout.Way{Conn: conn, Facts: h.Facts, Missing: missing})
	}()
	look := s.look(ctx, conn, name)
	defer func() { h.AgeKey, h.Secrets = look(h) }()
	if h.WantedErr == nil && h.Closure.There {
		h.Closure.Record, h.WantedErr = s.reach.Deployer.Record(ctx, conn, h.Wanted.Path)
		h.Wanted.Record = h.Closure.Record
	}
	if h.WantedErr == nil && h.Facts.Running == h.Wanted.Path {
		h.Current = &h.Wanted.Record // equal paths are equal systems
	} else {
		h.Current, h.CurrentErr = s.record(ctx, conn, h.Facts.Running)
	}
	if h.WantedErr == nil {
		h.Missing, err = s.reach.Deployer.Missing(ctx, conn, h.Closure)
		if lost(err) {
			h.Facts = probe.Unreachable(name, err, s.opts.Clock())
		} else {
			h.WantedErr = err
		}
	}
}

// lost reports whether an error is the connection's and not the engine's or
// the host's.
func lost(err error) bool {
	_, is := errors.AsType[*host.LostError](err)
	return is || errors.Is(err, context.Canceled) || errors.Is(err, context.DeadlineExceeded)
}

// record reads the record of a system on the host, nil when there is none to
// read: the plan then says that the difference is not known, and why.
func (s *Session) record(ctx context.Context, conn host.Conn, path string) (*engine.Record, error) {
	if path == "" {
		return nil, errors.New("the host does not name the system")
	}
	if e, ok := s.reach.Engine.(engine.Recorder); ok {
		if record, known := e.Recorded(path); known {
			return &record, nil
		}
	}
	record, err := s.reach.Deployer.Record(ctx, conn, path)
	if err == nil {
		return &record, nil
	}
	if exit, ok := errors.AsType[*host.ExitError](err); ok && exit.Stderr != "" {
		return nil, errors.New(exit.Stderr)
	}
	if cause := errors.Unwrap(err); cause != nil { // without the path, which differs from host to host
		err = cause
	}
	return nil, err
}

// PlanBack works out what returning the named machines to a former generation
// would change: generation number to, or with 0 the one before the running
// one. done, which may be nil, is called after each machine.
func (s *Session) PlanBack(ctx context.Context, names []string, to int, done func()) (*plan.Plan, error) {
	if s.reach == nil {
		return nil, ErrNoHosts
	}
	b := plan.NewBuilder(plan.Rollback, s.Fleet().Name, engine.GoalSwitch, s.reach.Engine.Name(), s.opts.Clock())
	each(ctx, probes, names, func(_ int, name string) {
		h := s.former(ctx, *s.Fleet().Machine(name), to)
		b.AddBack(&h)
		if done != nil {
			done()
		}
	})
	if ctx.Err() != nil {
		return nil, context.Cause(ctx)
	}
	return b.Plan(), nil
}

func (s *Session) former(ctx context.Context, m fleet.Machine, to int) plan.BackHost {
	h := plan.BackHost{Machine: m}
	conn, err := s.Connect(ctx, m.Name)
	if err != nil {
		h.Facts = probe.Unreachable(m.Name, err, s.opts.Clock())
		return h
	}
	defer conn.Close()
	if h.Facts, err = s.stand(ctx, conn, m.Name); err != nil {
		h.Facts = probe.Unreachable(m.Name, err, s.opts.Clock())
		return h
	}
	h.Current, h.CurrentErr = s.record(ctx, conn, h.Facts.Running)
	if h.Former, h.FormerErr = plan.Former(h.Facts, to); h.FormerErr == nil {
		h.Record, h.RecordErr = s.record(ctx, conn, h.Former.Path)
	}
	return h
}
