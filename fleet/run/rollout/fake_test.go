package rollout_test

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"slices"
	"sync"

	"assay/fleet"
	"assay/fleet/engine"
	"assay/fleet/host"
)

// fault is what goes wrong at one call.
type fault string

const (
	fine     fault = ""
	exit     fault = "exit"      // the command fails and changes nothing
	half     fault = "half"      // it fails after the running system was changed
	whole    fault = "whole"     // it fails after everything was changed
	lost     fault = "lost"      // the connection ends before anything was changed
	lostHalf fault = "lost half" // the connection ends when the running system was changed
	lostEnd  fault = "lost end"  // the connection ends after everything was changed
	lostLate fault = "lost late" // the connection ends; the host goes on and is done before it lets anybody else
	lostSlow fault = "lost slow" // the connection ends; the host goes on and is done when it has been asked twice
	lostBusy fault = "lost busy" // the connection ends; the host goes on and lets nobody else until it is done
	lie      fault = "lie"       // it claims success and changes nothing
	moved    fault = "moved"     // the host refuses
	panics   fault = "panic"
	cancel   fault = "cancel"     // the run is given up; the command fails and changes nothing
	cancelBy fault = "cancel end" // the run is given up when everything was changed
	stop     fault = "stop"       // somebody asks the run to end; the call does its work
	key      fault = "key"        // somebody else answers
)

func faults() []fault {
	return []fault{exit, half, whole, lost, lostHalf, lostEnd, lostLate, lostSlow, lostBusy, lie, moved, panics, cancel, cancelBy, stop, key}
}

// world is a few hosts in memory, their Deployer and their Connector.
type world struct {
	hosts  map[string]*box
	cancel context.CancelFunc
	stop   chan struct{}
	once   sync.Once
}

// box is one host.
type box struct {
	w    *world
	name string

	mu      sync.Mutex
	running string
	profile string
	number  int // of the profile's generation
	gens    map[int]string
	has     map[string]bool
	pending func() // a late activation
	slow    int    // probes after which it is done; 0 is never
	busy    bool   // it refuses another one
	calls   []string
	faults  map[int]fault // by number of the call, from 1
	changed bool          // something was really activated
	open    int           // connections
	boots   int           // restarts so far
}

type wire struct {
	b    *box
	dead bool // guarded by b.mu
	shut bool
}

func (c *wire) Run(context.Context, host.Command) error { return errors.New("no commands here") }

func (c *wire) Close() error {
	c.b.mu.Lock()
	defer c.b.mu.Unlock()
	if !c.shut {
		c.shut = true
		c.b.open--
	}
	return nil
}

// begin counts a call, and gives its fault.
func (b *box) begin(name string) fault {
	b.calls = append(b.calls, name)
	f := b.faults[len(b.calls)]
	switch f {
	case panics:
		panic("the fake broke in " + name)
	case stop:
		b.w.once.Do(func() { close(b.w.stop) })
		return fine
	case cancel, cancelBy:
		b.w.cancel()
	}
	return f
}

// fail is the error of a call that does nothing but succeed or fail.
func (b *box) fail(ctx context.Context, f fault, c *wire) error {
	switch {
	case c != nil && c.dead:
		return &host.LostError{Machine: b.name, Err: errors.New("the line is dead")}
	case ctx.Err() != nil:
		return ctx.Err()
	case f == exit || f == half || f == whole || f == lie || f == moved:
		return &host.ExitError{Machine: b.name, Code: 1, Stderr: "it did\nnot work"}
	case f == lost || f == lostHalf || f == lostEnd || f == lostLate || f == lostSlow || f == lostBusy:
		if c != nil {
			c.dead = true
		}
		return &host.LostError{Machine: b.name, Err: errors.New("reset by peer")}
	}
	return nil
}

func (w *world) connect(ctx context.Context, machine string) (host.Conn, error) {
	b := w.hosts[machine]
	b.mu.Lock()
	defer b.mu.Unlock()
	f := b.begin("connect")
	if f == key {
		return nil, &host.ConnectError{Machine: machine, Stage: host.StageHostKey, Err: errors.New("another key")}
	}
	if err := b.fail(ctx, f, nil); err != nil {
		return nil, &host.ConnectError{Machine: machine, Stage: host.StageDial, Err: err}
	}
	b.open++
	return &wire{b: b}, nil
}

func (w *world) probe(ctx context.Context, conn host.Conn, machine string) (fleet.Facts, error) {
	c := conn.(*wire)
	c.b.mu.Lock()
	defer c.b.mu.Unlock()
	if err := c.b.fail(ctx, c.b.begin("probe"), c); err != nil {
		return fleet.Facts{}, err
	}
	b := c.b
	if b.slow > 0 {
		if b.slow--; b.slow == 0 && b.pending != nil {
			b.pending()
			b.pending = nil
		}
	}
	return b.facts(), nil
}

func (b *box) facts() fleet.Facts {
	f := fleet.Facts{Machine: b.name, Reach: fleet.Reachable, Running: b.running, Booted: b.running, Profile: b.profile, Generation: b.number}
	for _, n := range slices.Sorted(maps.Keys(b.gens)) {
		f.Generations = append(f.Generations, fleet.Generation{Number: n, Path: b.gens[n]})
	}
	return f
}

func (w *world) Missing(ctx context.Context, conn host.Conn, c engine.Closure) ([]engine.Object, error) {
	b := conn.(*wire).b
	b.mu.Lock()
	defer b.mu.Unlock()
	if err := b.fail(ctx, b.begin("missing"), conn.(*wire)); err != nil {
		return nil, err
	}
	return slices.DeleteFunc(slices.Clone(c.Objects), func(o engine.Object) bool { return b.has[o.Path] }), nil
}

func (w *world) Copy(ctx context.Context, conn host.Conn, objects []engine.Object, progress func(int64)) error {
	b := conn.(*wire).b
	b.mu.Lock()
	defer b.mu.Unlock()
	if err := b.fail(ctx, b.begin("copy"), conn.(*wire)); err != nil {
		return err
	}
	var sent int64
	for _, o := range objects {
		b.has[o.Path] = true
		for range o.NarSize {
			sent++
			progress(sent)
		}
	}
	return nil
}

func (w *world) Confirm(context.Context, host.Conn, engine.Activation, func(string)) error {
	return nil
}

func (w *world) Activate(ctx context.Context, conn host.Conn, a engine.Activation, log func(string)) error {
	c := conn.(*wire)
	b := c.b
	b.mu.Lock()
	defer b.mu.Unlock()
	f := b.begin("activate " + string(a.Goal))
	if c.dead {
		return b.fail(ctx, f, c)
	}
	if late := b.pending; late != nil { // it holds the host's lock
		b.pending = nil
		late()
		if b.busy {
			b.busy = false
			return &host.ExitError{Machine: b.name, Code: 43, Stderr: "another activation runs"}
		}
	}
	if a.Class == "darwin" && a.Goal == engine.GoalBoot {
		return engine.ErrGoal
	}
	if f == moved || a.Expect != "" && a.Expect != b.running {
		return fmt.Errorf("%s: %w", b.name, engine.ErrMoved)
	}
	if !b.has[a.System] {
		return fmt.Errorf("%s: has no %s", b.name, a.System)
	}
	log("activating " + a.System)
	switch f {
	case fine, key:
		b.apply(a)
		return nil
	case lie:
		return nil
	case cancel, cancelBy:
		if f == cancelBy {
			b.apply(a)
		}
		return context.Canceled
	case half, lostHalf:
		b.applyHalf(a)
	case whole, lostEnd:
		b.apply(a)
	case lostLate, lostSlow, lostBusy:
		b.pending, b.busy = func() { b.apply(a) }, f == lostBusy
		if f == lostSlow {
			b.slow = 3
		}
	}
	return b.fail(context.Background(), f, c)
}

func (b *box) apply(a engine.Activation) {
	b.applyHalf(a)
	if a.Goal != engine.GoalSwitch && a.Goal != engine.GoalBoot {
		return
	}
	b.changed = true
	b.profile = a.System
	b.number = a.Generation
	if a.Generation == 0 {
		b.number = slices.Max(slices.Collect(maps.Keys(b.gens))) + 1
		b.gens[b.number] = a.System
	}
}

func (b *box) applyHalf(a engine.Activation) {
	if a.Goal == engine.GoalSwitch || a.Goal == engine.GoalTest {
		b.changed = true
		b.running = a.System
	}
}

func (w *world) Record(context.Context, host.Conn, string) (engine.Record, error) {
	return engine.Record{}, errors.New("no records here")
}

// where is the state of the host that a run may change.
func (b *box) where() string {
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.running + " " + b.profile
}
