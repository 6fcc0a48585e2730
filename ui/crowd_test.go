package ui

import (
	"context"
	"errors"
	"fmt"
	"io"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	tea "github.com/charmbracelet/bubbletea"

	"assay/fleet"
	"assay/fleet/engine"
	"assay/fleet/run/event"
	"assay/fleet/run/journal"
	"assay/fleet/run/plan"
	"assay/fleet/session"
	"assay/ui/action"
	"assay/ui/known"
	"assay/ui/style"
	"assay/ui/view/viewtest"
)

// crowd is a session on a made-up fleet of many machines, whose runs are
// recorded in a real journal and print lines like a build's.
type crowd struct {
	*scripted
	fleet *fleet.Fleet
	dir   string                         // of the journals
	print func(context.Context, *events) // what the hosts of a run do
}

func newCrowd(t testing.TB, n int) *crowd {
	f := &fleet.Fleet{Name: "crowd"}
	for i := range n {
		f.Machines = append(f.Machines, fleet.Machine{
			Name: fmt.Sprintf("host%05d", i), System: "x86_64-linux", Class: fleet.ClassOf("x86_64-linux"), Type: "VM",
			User: fmt.Sprintf("user%d", i%20), Tags: []string{fmt.Sprintf("rack%d", i%40), "web"},
			Aspects: []fleet.Named{{Name: "base"}}, Source: fleet.SourceFile,
		})
	}
	f.Resolve()
	return &crowd{scripted: newScripted(t), fleet: f, dir: t.TempDir()}
}

func (c *crowd) Fleet() *fleet.Fleet                               { return c.fleet }
func (c *crowd) Subjects(context.Context) ([]fleet.Subject, error) { return nil, nil }
func (c *crowd) Problems(context.Context) ([]fleet.Problem, error) { return nil, nil }
func (c *crowd) RefineNames(context.Context) (session.Refinement, error) {
	return session.Refinement{}, session.ErrNoRefiner
}
func (c *crowd) Packages(context.Context) ([]session.Package, error) { return nil, nil }

// Status answers for the hosts at once.
func (c *crowd) Status(_ context.Context, names []string, done func(session.Status)) ([]session.Status, error) {
	for _, name := range names {
		done(c.status(name, 0))
	}
	return nil, nil
}

// status is what a host says the turn-th time that it is asked.
func (c *crowd) status(name string, turn int) session.Status {
	m := c.fleet.Machine(name)
	n := int(name[len(name)-1]) + turn
	states := session.States()
	running := viewtest.Path(n % 7)
	return session.Status{Machine: m, State: states[n%len(states)], Wanted: viewtest.Path(n % 4), Facts: fleet.Facts{
		Machine: name, At: viewtest.Now, Reach: fleet.Reachable, Running: running, Booted: running, Profile: running,
		Generation: n, Kernel: "Linux 6.12.8", Uptime: time.Duration(n) * time.Hour,
	}}
}

// approved is a plan for all machines.
func (c *crowd) approved() *plan.Plan {
	in := plan.Input{Fleet: c.fleet.Name, Goal: engine.GoalSwitch, Engine: "embedded", At: viewtest.Now}
	for i := range c.fleet.Machines {
		m := &c.fleet.Machines[i]
		in.Hosts = append(in.Hosts, plan.Host{
			Machine: *m, Facts: c.status(m.Name, 0).Facts, Wanted: engine.System{Path: viewtest.Path(90)}, Current: &engine.Record{},
		})
	}
	return plan.New(in)
}

func (c *crowd) NewRun() string { return string(journal.NewID(time.Now())) }

// Apply records a run as session.Session does. Its hosts print until ctx
// ends.
func (c *crowd) Apply(ctx context.Context, p *plan.Plan, run string, _ <-chan struct{}, sink event.Sink) error {
	record, err := journal.Create(c.dir, journal.ID(run), p)
	if err != nil {
		return err
	}
	c.print(ctx, newEvents(run, c.fleet, event.Tee(record, sink)))
	return errors.Join(record.Err(), record.Close())
}

// events makes the events of a run.
type events struct {
	sink  event.Sink
	run   string
	seq   int64
	names []string
	texts []string
}

func newEvents(run string, f *fleet.Fleet, sink event.Sink) *events {
	e := &events{sink: sink, run: run}
	for i := range f.Machines {
		e.names = append(e.names, f.Machines[i].Name)
	}
	for i := range 997 {
		e.texts = append(e.texts, fmt.Sprintf("copying path '/nix/store/%032d-example-package-%d.%d' from 'https://cache.example.org' %s", i, i%31, i, strings.Repeat("=", i%20)))
	}
	e.texts[500] = "error: the one in a thousand"
	e.emit(event.RunStarted{Goal: "switch", Kind: "update", Fleet: f.Name, Machines: e.names, Parallel: len(e.names)})
	for _, name := range e.names {
		e.emit(event.HostPhase{Machine: name, Phase: event.Copying})
	}
	return e
}

func (e *events) emit(b event.Body) {
	e.seq++
	e.sink.Emit(event.Event{Seq: e.seq, Time: time.Now(), Run: e.run, Body: b})
}

// line is a line of the next host.
func (e *events) line() {
	name, text := e.names[e.seq%int64(len(e.names))], e.texts[e.seq%int64(len(e.texts))]
	e.emit(event.Log{Machine: name, Stream: "activate", Text: text})
}

// bench is a console on a crowd whose time is what a benchmark says.
type bench struct {
	*Model
	crowd *crowd
	clock time.Time
}

// seat gives a benchmark a console of w x h that knows everything.
func seat(b testing.TB, machines, w, h int) *bench {
	c := &bench{crowd: newCrowd(b, machines), clock: viewtest.Now}
	c.Model = New(b.Context(), crowdOptions(b, c.crowd, func(o *Options) {
		o.Clock = func() time.Time { return c.clock }
	}))
	c.screen.there = true
	c.know()
	c.Update(tea.WindowSizeMsg{Width: w, Height: h})
	return c
}

func crowdOptions(t testing.TB, c *crowd, change func(*Options)) Options {
	keys, err := action.NewKeys(nil)
	if err != nil {
		t.Fatal(err)
	}
	o := Options{
		Session: c, Keys: keys, Style: style.New(style.Options{Colour: true}), In: strings.NewReader(""), Out: io.Discard,
		Getenv: func(string) string { return "" },
	}
	change(&o)
	return o
}

// know lets the console find out what it always wants to know.
func (m *Model) know() {
	for _, n := range append(everywhere, known.Need{Kind: known.Hosts}) {
		if cmd := m.getOne(n, true); cmd != nil {
			m.Update(cmd())
		}
	}
}

// press is a key, some time after the one before.
func (c *bench) press(key string) {
	c.clock = c.clock.Add(fastTick)
	msg := tea.KeyMsg{Type: tea.KeyRunes, Runes: []rune(key)}
	if kind, ok := keyTypes[key]; ok {
		msg = tea.KeyMsg{Type: kind}
	}
	c.Update(msg)
}

// look is a tick.
func (c *bench) look() {
	c.clock = c.clock.Add(fastTick)
	c.Update(tickMsg{c.ticks})
}

// printing makes the hosts of a run print so many lines a second, and returns
// how many they have printed so far.
func (c *crowd) printing(lines int) (sent func() int64) {
	var n atomic.Int64
	c.print = func(ctx context.Context, e *events) {
		tick := time.NewTicker(time.Millisecond)
		defer tick.Stop()
		for began := time.Now(); ctx.Err() == nil; <-tick.C {
			for due := int64(time.Since(began).Seconds() * float64(lines)); n.Load() < due && ctx.Err() == nil; n.Add(1) {
				e.line()
			}
		}
	}
	return n.Load
}
