package session

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"

	"github.com/google/renameio/v2"

	"assay/fleet"
	"assay/fleet/engine"
	"assay/fleet/run/plan"
)

// Relocker is an engine that can update one input in the lock of its
// directory, which needs the network. It writes flake.lock and nothing else.
type Relocker interface {
	UpdateInput(ctx context.Context, input string, watch func(engine.Step)) error
}

// Bump is what the update of one input would change.
type Bump struct {
	Input string
	Plan  *plan.Plan // from what the commit makes of each machine to what it would be
	Todo  engine.Todo
	Built bool // both sides were built: the plan knows what changes
	Same  bool // the input is at its newest already
	From  Pin  // what the input was held to; the zero Pin where the lock does not tell
	To    Pin  // and is now

	before, after []byte // flake.lock
}

const lockName = "flake.lock"

// Bump updates one input in a scratch copy of the last commit and compares
// what the named machines are before and after. With build both are built
// here, so that their packages can be compared. Nothing in the repository
// changes; Keep takes the new lock over.
func (s *Session) Bump(ctx context.Context, input string, names []string, build bool, watch func(engine.Step)) (*Bump, error) {
	if s.reach == nil || s.reach.At == nil {
		return nil, ErrNoHosts
	}
	before, err := os.ReadFile(filepath.Join(s.Repo.Dir, lockName))
	if err != nil {
		return nil, fmt.Errorf("bump %s: %w; hint: nix flake lock makes a first one", input, err)
	}
	scratch, err := s.scratch(ctx)
	if err != nil {
		return nil, fmt.Errorf("bump %s: %w", input, err)
	}
	defer scratch.remove()
	b := &Bump{Input: input, Built: build, before: before}
	lock := filepath.Join(scratch.dir, lockName)
	// A space makes this tree one with changes too, so that what tells trees
	// with changes apart from commits is no difference.
	if err := os.WriteFile(lock, append(bytes.Clone(before), '\n'), 0o644); err != nil {
		return nil, err
	}
	old := newSide(s.reach.At(scratch.dir))
	old.realise(ctx, names, build, watch)
	if err := os.WriteFile(lock, before, 0o644); err != nil {
		return nil, err
	}
	relocker, ok := s.reach.At(scratch.dir).(Relocker)
	if !ok {
		return nil, fmt.Errorf("bump %s: the %s engine locks no inputs", input, s.reach.Engine.Name())
	}
	if err := relocker.UpdateInput(ctx, input, watch); err != nil {
		return nil, fmt.Errorf("bump %s: %w", input, err)
	}
	if b.after, err = os.ReadFile(lock); err != nil {
		return nil, err
	}
	b.From, _ = pinOf(b.before, input) // what does not tell is no reason not to go on
	b.To, _ = pinOf(b.after, input)
	if b.Same = bytes.Equal(b.before, b.after); b.Same {
		return b, nil
	}
	changed := newSide(s.reach.At(scratch.dir))
	changed.realise(ctx, names, build, watch)
	if ctx.Err() != nil {
		return nil, context.Cause(ctx)
	}
	b.Plan, b.Todo = s.compare(names, old, changed), changed.todo
	return b, nil
}

// Keep makes the updated lock the repository's. It refuses where that lock is
// no longer the one that the bump began with.
func (s *Session) Keep(b *Bump) error {
	path := filepath.Join(s.Repo.Dir, lockName)
	now, err := os.ReadFile(path)
	if err != nil {
		return err
	}
	if !bytes.Equal(now, b.before) {
		return fmt.Errorf("%s has changed meanwhile, and stays as it is; hint: bump %s again", lockName, b.Input)
	}
	return renameio.WriteFile(path, b.after, 0o644)
}

// side is what the machines are in one state of the lock.
type side struct {
	engine  engine.Engine
	systems map[string]engine.System
	errs    map[string]error
	todo    engine.Todo
}

func newSide(e engine.Engine) *side {
	return &side{engine: e, systems: map[string]engine.System{}, errs: map[string]error{}}
}

func (x *side) realise(ctx context.Context, names []string, build bool, watch func(engine.Step)) {
	var systems []engine.System
	x.engine.Evaluate(ctx, names, watch, func(machine string, system engine.System, err error) {
		if err != nil {
			x.errs[machine] = err
			return
		}
		x.systems[machine] = system
		systems = append(systems, system)
	})
	x.todo, _ = leftToDo(ctx, x.engine, systems)
	if !build || ctx.Err() != nil {
		return
	}
	x.engine.Build(ctx, systems, watch, func(system engine.System, closure engine.Closure, err error) {
		if err != nil {
			x.errs[system.Machine] = err
			return
		}
		system.Record = closure.Record
		x.systems[system.Machine] = system
	})
}

var errNotBuilt = errors.New("the systems are not built; hint: --build compares their packages")

// compare makes a plan from one side to the other.
func (s *Session) compare(names []string, old, changed *side) *plan.Plan {
	b := plan.NewBuilder(plan.Update, s.Fleet().Name, engine.GoalSwitch, s.reach.Engine.Name(), s.opts.Clock())
	for _, name := range names {
		was, is := old.systems[name], changed.systems[name]
		h := plan.Host{
			Machine: *s.Fleet().Machine(name), Wanted: is, WantedErr: changed.errs[name],
			Facts: fleet.Facts{Machine: name, Reach: fleet.Reachable, Running: was.Path, Booted: was.Path, Profile: was.Path},
		}
		switch {
		case old.errs[name] != nil:
			h.CurrentErr = fmt.Errorf("before: %w", old.errs[name])
		case was.Record.Version == 0:
			h.CurrentErr = errNotBuilt
		default:
			h.Current = &was.Record
		}
		b.Add(&h)
	}
	return b.Plan()
}
