package rollout_test

import (
	"bytes"
	"context"
	"crypto/ed25519"
	"crypto/rand"
	"fmt"
	"net"
	"os"
	"path/filepath"
	"reflect"
	"sync"
	"testing"
	"time"

	"golang.org/x/crypto/ssh"

	"assay/fleet"
	"assay/fleet/engine"
	"assay/fleet/engine/embedded"
	"assay/fleet/host"
	"assay/fleet/host/probe"
	"assay/fleet/host/remote"
	"assay/fleet/host/sim"
	"assay/fleet/run/event"
	"assay/fleet/run/journal"
	"assay/fleet/run/plan"
	"assay/fleet/run/rollout"
	"assay/fleet/run/state"
	"assay/modules/compose"
)

// site is four simulated hosts behind real SSH, with the real embedded
// engine.
type site struct {
	t         *testing.T
	dir       string
	machines  []fleet.Machine
	targets   map[string]host.Target
	connector host.Connector
	engine    *embedded.Engine

	mu    sync.Mutex
	motd  string     // what every machine should say; the tests change it
	lines []net.Conn // every connection that was dialled
}

func (s *site) dial(ctx context.Context, network, address string) (net.Conn, error) {
	c, err := new(net.Dialer).DialContext(ctx, network, address)
	if err == nil {
		s.mu.Lock()
		defer s.mu.Unlock()
		s.lines = append(s.lines, c)
	}
	return c, err
}

// cut ends every connection.
func (s *site) cut() {
	s.mu.Lock()
	defer s.mu.Unlock()
	for _, c := range s.lines {
		c.Close()
	}
	s.lines = nil
}

func signer(t *testing.T) ssh.Signer {
	t.Helper()
	_, key, err := ed25519.GenerateKey(rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	s, err := ssh.NewSignerFromKey(key)
	if err != nil {
		t.Fatal(err)
	}
	return s
}

// newSite starts the hosts, each on its first generation.
func newSite(t *testing.T) *site {
	t.Helper()
	s := &site{t: t, dir: t.TempDir(), targets: map[string]host.Target{}, motd: "base\n"}
	client := signer(t)
	options := sim.Options{ClientKey: client.PublicKey()}
	for _, name := range []string{"cinnabar", "galena", "pyrite", "stibnite"} {
		m := fleet.Machine{Name: name, System: "x86_64-linux", Class: fleet.NixOS}
		if name == "stibnite" {
			m.System, m.Class = "aarch64-darwin", fleet.Darwin
		}
		h := sim.Host{
			Name: name, Class: string(m.Class), System: m.System,
			Root: filepath.Join(s.dir, "hosts", name), HostKey: signer(t),
		}
		if err := sim.Prepare(h.Root, h); err != nil {
			t.Fatal(err)
		}
		s.machines = append(s.machines, m)
		options.Hosts = append(options.Hosts, h)
		s.targets[name] = host.Target{Machine: name, HostKeys: []string{string(ssh.MarshalAuthorizedKey(h.HostKey.PublicKey()))}}
	}
	hosts, err := sim.Start(context.Background(), options)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(hosts.Close)
	for name, target := range s.targets {
		target.Addresses = []string{hosts.Address(name)}
		s.targets[name] = target
	}
	s.connector = remote.New(remote.Options{Signers: []ssh.Signer{client}, Dial: s.dial})
	s.engine = embedded.New(embedded.Options{Store: filepath.Join(s.dir, "store"), Compose: s.compose})
	for _, m := range s.machines {
		s.install(m)
	}
	return s
}

func (s *site) compose(machine string) (compose.Composition, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	for _, m := range s.machines {
		if m.Name != machine {
			continue
		}
		v := compose.Value{Known: true, Data: s.motd, Text: fmt.Sprintf("%q", s.motd), At: fleet.Pos{File: "base.nix", Line: 3}}
		return compose.Composition{
			Machine: m.Name, System: m.System, Class: m.Class,
			Scope: compose.Scope{Class: m.Class, Options: []compose.Option{{
				Path:        "environment.etc.motd.text",
				Definitions: []compose.Definition{{Value: v, Priority: 100, Order: 1000, Aspect: "base", At: v.At}},
				Merged:      compose.Merged{State: compose.Known, Value: v},
			}}},
		}, nil
	}
	return compose.Composition{}, fmt.Errorf("no machine %s", machine)
}

func (s *site) say(motd string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.motd = motd
}

func (s *site) connect(ctx context.Context, machine string) (host.Conn, error) {
	return s.connector.Connect(ctx, s.targets[machine])
}

// on runs f with a connection to the machine.
func (s *site) on(machine string, f func(ctx context.Context, conn host.Conn) error) {
	s.t.Helper()
	conn, err := s.connect(s.t.Context(), machine)
	if err == nil {
		defer conn.Close()
		err = f(s.t.Context(), conn)
	}
	if err != nil {
		s.t.Fatal(err)
	}
}

// install makes the machine run what it should, as somebody else would.
func (s *site) install(m fleet.Machine) {
	s.t.Helper()
	s.on(m.Name, func(ctx context.Context, conn host.Conn) error {
		system, err := s.engine.System(ctx, m.Name)
		if err != nil {
			return err
		}
		closure, err := s.engine.Realise(ctx, system)
		if err != nil {
			return err
		}
		missing, err := s.engine.Missing(ctx, conn, closure)
		if err != nil {
			return err
		}
		if err := s.engine.Copy(ctx, conn, missing, nil); err != nil {
			return err
		}
		return s.engine.Activate(ctx, conn, engine.Activation{
			Machine: m.Name, Class: string(m.Class), System: system.Path, Goal: engine.GoalSwitch,
		}, nil)
	})
}

// look reads a machine's facts and the record of what it runs.
func (s *site) look(machine string) (facts fleet.Facts, record engine.Record) {
	s.t.Helper()
	s.on(machine, func(ctx context.Context, conn host.Conn) (err error) {
		if facts, err = probe.Read(ctx, conn, machine); err == nil {
			record, err = s.engine.Record(ctx, conn, facts.Running)
		}
		return err
	})
	return facts, record
}

func (s *site) plan(goal engine.Goal) *plan.Plan {
	s.t.Helper()
	in := plan.Input{Fleet: "minerals", Goal: goal, Engine: s.engine.Name(), At: time.Now()}
	for _, m := range s.machines {
		h := plan.Host{Machine: m}
		var current engine.Record
		h.Facts, current = s.look(m.Name)
		h.Current = &current
		h.Wanted, h.WantedErr = s.engine.System(s.t.Context(), m.Name)
		c, err := s.compose(m.Name)
		if err != nil {
			s.t.Fatal(err)
		}
		h.Composition = &c
		in.Hosts = append(in.Hosts, h)
	}
	return s.saved(plan.New(in))
}

func (s *site) planBack() *plan.Plan {
	s.t.Helper()
	in := plan.BackInput{Fleet: "minerals", Engine: s.engine.Name(), At: time.Now()}
	for _, m := range s.machines {
		h := plan.BackHost{Machine: m}
		h.Facts, _ = s.look(m.Name)
		h.Former, h.FormerErr = plan.Former(h.Facts, 0)
		in.Hosts = append(in.Hosts, h)
	}
	return s.saved(plan.Back(in))
}

// saved is the plan as it comes back from a file.
func (s *site) saved(p *plan.Plan) *plan.Plan {
	s.t.Helper()
	q, err := decode(p)
	if err != nil {
		s.t.Fatal(err)
	}
	return q
}

func decode(p *plan.Plan) (*plan.Plan, error) {
	var text bytes.Buffer
	if err := p.Encode(&text); err != nil {
		return nil, err
	}
	return plan.Decode(text.Bytes())
}

// apply runs the plan with a journal, and compares the picture of the live
// run with the picture of its record.
func (s *site) apply(ctx context.Context, p *plan.Plan, change func(*rollout.Options)) rollout.Report {
	s.t.Helper()
	id := journal.NewID(time.Now())
	j, err := journal.Create(s.dir, id, p)
	if err != nil {
		s.t.Fatal(err)
	}
	live := state.New(0)
	o := rollout.Options{
		RunID: string(id), Plan: p, Engine: s.engine, Deployer: s.engine, Sink: event.Tee(j, live),
		Connect: s.connect, Probe: probe.Read, Parallel: 3,
	}
	if change != nil {
		change(&o)
	}
	report, err := rollout.Run(ctx, o)
	if err != nil {
		s.t.Fatal(err)
	}
	if err := j.Close(); err != nil {
		s.t.Fatal(err)
	}
	r, err := journal.Open(s.dir, string(id))
	if err != nil {
		s.t.Fatal(err)
	}
	replayed := state.New(0)
	for e, err := range r.Events() {
		if err != nil {
			s.t.Error(err)
		}
		replayed.Emit(e)
	}
	if l, r := live.Snapshot(), replayed.Snapshot(); !reflect.DeepEqual(l, r) {
		s.t.Errorf("live:   %+v\nreplay: %+v", l, r)
	}
	for _, m := range s.machines {
		if l, r := live.Log(m.Name), replayed.Log(m.Name); !reflect.DeepEqual(l, r) {
			s.t.Errorf("log of %s: live %v, replay %v", m.Name, l, r)
		}
	}
	if sum := r.Summary(); !reflect.DeepEqual(sum.Results, report.Results) || sum.Outcome != report.Outcome || sum.Ending != journal.Finished {
		s.t.Errorf("summary %+v, report %+v", sum, report)
	}
	return report
}

// expect compares the outcomes, and every result with what its host says now.
func (s *site) expect(report rollout.Report, want map[string]event.Outcome) {
	s.t.Helper()
	for _, h := range report.Results {
		if o, ok := want[h.Machine]; !ok && h.Outcome != want[""] || ok && h.Outcome != o {
			s.t.Errorf("%s is %s: %s", h.Machine, h.Outcome, h.Reason)
		}
		f, _ := s.look(h.Machine)
		if h.Current != f.Running && h.Outcome != event.Skipped || h.Current != "" && h.Generation != f.Generation {
			s.t.Errorf("%s: the run says %s (%d), the host %s (%d)", h.Machine, h.Current, h.Generation, f.Running, f.Generation)
		}
	}
	if len(report.Results) != len(s.machines) {
		s.t.Errorf("%d results", len(report.Results))
	}
}

func TestEndToEnd(t *testing.T) {
	if _, err := os.Stat("/bin/sh"); err != nil {
		t.Skip("not run: simulated hosts run /bin/sh: ", err)
	}
	s := newSite(t)
	ctx := t.Context()
	all := func(o event.Outcome) map[string]event.Outcome { return map[string]event.Outcome{"": o} }

	s.say("second\n")
	p := s.plan(engine.GoalSwitch)
	if len(p.Groups) == 0 || p.Count(plan.StatusChange) != 4 {
		t.Fatalf("%+v", p)
	}
	if c := p.Change("galena"); len(c.Files) != 1 || c.Files[0].Diff != "@@ -1 +1 @@\n-base\n+second\n" || len(c.Options) != 1 || c.Options[0].At != "base.nix:3" {
		t.Errorf("%+v", c)
	}
	s.expect(s.apply(ctx, p, nil), all(event.Updated))

	again := s.plan(engine.GoalSwitch)
	if !again.Empty() {
		t.Errorf("after the update the plan still has something to do: %+v", again)
	}
	s.expect(s.apply(ctx, again, nil), all(event.Unchanged))
	s.expect(s.apply(ctx, p, nil), all(event.Unchanged)) // the saved plan once more

	back := s.planBack()
	s.expect(s.apply(ctx, back, nil), all(event.Updated))
	if _, r := s.look("cinnabar"); len(r.Files) != 1 || r.Files[0].Text != "base\n" {
		t.Errorf("after the rollback: %+v", r.Files)
	}

	s.say("third\n")
	p = s.plan(engine.GoalSwitch)
	s.say("somebody else's\n")
	s.install(s.machines[2])
	s.say("third\n")
	s.expect(s.apply(ctx, p, nil), map[string]event.Outcome{"": event.Updated, "pyrite": event.Refused})

	s.say("fourth\n")
	stop := make(chan struct{})
	report := s.apply(ctx, s.plan(engine.GoalSwitch), func(o *rollout.Options) {
		o.Stop, o.Parallel = stop, 1
		sink := o.Sink
		o.Sink = event.Tee(sink, event.SinkFunc(func(e event.Event) {
			if e.Body == (event.HostPhase{Machine: "cinnabar", Phase: event.Activating}) {
				close(stop)
			}
		}))
	})
	s.expect(report, map[string]event.Outcome{"": event.Skipped, "cinnabar": event.Updated})
	if report.Outcome != event.RunInterrupt {
		t.Errorf("the run is %s", report.Outcome)
	}

	// All but cinnabar still are to have the fourth.
	s.expect(s.apply(ctx, s.plan(engine.GoalDryActivate), nil), all(event.Unchanged))
	s.expect(s.apply(ctx, s.plan(engine.GoalBoot), nil), map[string]event.Outcome{
		"": event.Staged, "cinnabar": event.Unchanged, "stibnite": event.Failed, // darwin has no goal boot
	})
	s.expect(s.apply(ctx, s.plan(engine.GoalTest), nil), map[string]event.Outcome{"": event.Updated, "cinnabar": event.Unchanged})
	s.expect(s.apply(ctx, s.plan(engine.GoalSwitch), nil), map[string]event.Outcome{"": event.Unchanged, "stibnite": event.Updated})

	s.say("fifth\n")
	given, giveUp := context.WithCancel(ctx)
	report = s.apply(given, s.plan(engine.GoalSwitch), func(o *rollout.Options) {
		o.Parallel = 4
		o.Sink = event.Tee(o.Sink, event.SinkFunc(func(e event.Event) {
			if b, ok := e.Body.(event.HostPhase); ok && b.Phase == event.Activating {
				giveUp()
			}
		}))
	})
	giveUp()
	for _, h := range report.Results {
		f, r := s.look(h.Machine)
		if h.Outcome == event.Updated && h.Current != f.Running || len(r.Files) != 1 {
			t.Errorf("%+v, but it runs %s with %+v", h, f.Running, r.Files)
		}
	}
	if report.Outcome != event.RunAbandonment && report.Outcome != event.RunDone {
		t.Errorf("the run is %s", report.Outcome)
	}
}

// TestLinesCut ends all connections at some event of a run, one event after
// the other: every host is whole afterwards, and where the run says.
func TestLinesCut(t *testing.T) {
	if _, err := os.Stat("/bin/sh"); err != nil {
		t.Skip("not run: simulated hosts run /bin/sh: ", err)
	}
	s := newSite(t)
	seen := map[event.Outcome]int{}
	for n := 4; n <= 52; n += 4 {
		s.say(fmt.Sprintf("cut at %d\n", n))
		p := s.plan(engine.GoalSwitch)
		report := s.apply(t.Context(), p, func(o *rollout.Options) {
			o.Parallel = 4
			o.Backoff = func(ctx context.Context, n int) error { return ctx.Err() }
			o.Sink = event.Tee(o.Sink, event.SinkFunc(func(e event.Event) {
				if e.Seq == int64(n) {
					s.cut()
				}
			}))
		})
		for _, h := range report.Results {
			seen[h.Outcome]++
			f, r := s.look(h.Machine)
			e := p.Entry(h.Machine)
			if f.Running != e.To.Path && f.Running != e.From.Path || len(r.Files) != 1 {
				t.Errorf("cut at %d: %s runs %s, neither the old nor the new", n, h.Machine, f.Running)
			}
			if (h.Outcome == event.Updated || h.Outcome == event.RolledBack) && (h.Current != f.Running || h.Profile != f.Profile) {
				t.Errorf("cut at %d: the run says %+v, the host runs %s", n, h, f.Running)
			}
		}
	}
	t.Logf("outcomes: %v", seen)
}
