package rollout_test

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"sync/atomic"
	"testing"

	"assay/fleet"
	"assay/fleet/engine"
	"assay/fleet/host"
	"assay/fleet/run/event"
	"assay/fleet/run/plan"
	"assay/fleet/run/rollout"
)

// The calls of an update are: connect, probe, missing, copy, activate; then
// connect, probe to verify. A return adds connect, probe, activate, connect,
// probe.
func TestOutcomes(t *testing.T) {
	update, dry := setting{goal: engine.GoalSwitch}, setting{goal: engine.GoalDryActivate}
	for _, c := range []struct {
		name    string
		setting setting
		faults  map[int]fault
		outcome event.Outcome
		current string // "" is not known
		reason  string // part of it
	}{
		{"update", update, nil, event.Updated, "new", ""},
		{"stage", setting{goal: engine.GoalBoot}, nil, event.Staged, "now", ""},
		{"dry", dry, nil, event.Unchanged, "now", "dry-activate"},
		{"roll back", setting{goal: engine.GoalSwitch, back: true}, nil, event.Updated, "old", ""},
		{"no connection", update, map[int]fault{1: exit}, event.Unreachable, "", "dial"},
		{"somebody else", update, map[int]fault{1: key}, event.Refused, "", "host key"},
		{"no facts", update, map[int]fault{2: exit}, event.Failed, "", "read the host's state"},
		{"full disk", update, map[int]fault{4: exit}, event.Failed, "now", "copy: "},
		{"line cut while copying", update, map[int]fault{4: lost}, event.Failed, "now", "connection lost"},
		{"moved under our feet", update, map[int]fault{5: moved}, event.Refused, "now", "changed since"},
		{"activation fails at once", update, map[int]fault{5: exit}, event.Failed, "now", "runs its former system"},
		{"activation fails half way", update, map[int]fault{5: half}, event.RolledBack, "now", "activate: "},
		{"activation fails at its end", update, map[int]fault{5: whole}, event.RolledBack, "now", "activate: "},
		{"activation lies", update, map[int]fault{5: lie}, event.Failed, "now", "verify: "},
		{"line cut before", update, map[int]fault{5: lost}, event.Failed, "now", "connection lost"},
		{"line cut half way", update, map[int]fault{5: lostHalf}, event.RolledBack, "now", "connection lost"},
		{"line cut after", update, map[int]fault{5: lostEnd}, event.Updated, "new", "says that it has arrived"},
		{"line cut, host goes on", update, map[int]fault{5: lostLate}, event.Failed, "now", "connection lost"},
		{"line cut, host goes on and on", update, map[int]fault{5: lostBusy}, event.RolledBack, "now", "connection lost"},
		{"line cut, host takes its time", update, map[int]fault{5: lostSlow}, event.Updated, "new", "says that it has arrived"},
		{"line cut, host gone", update, map[int]fault{5: lostEnd, 6: exit, 7: exit, 8: exit}, event.Uncertain, "", "connection lost"},
		{"no new logins", update, map[int]fault{6: exit, 7: exit, 8: exit}, event.RolledBack, "now", "over a new connection"},
		{"no new logins at all", update, map[int]fault{6: exit, 7: exit, 8: exit, 9: exit, 10: exit, 11: exit, 14: exit, 15: exit, 16: exit}, event.Failed, "now", "no new one opens"},
		{"slow to come back", update, map[int]fault{6: exit, 7: exit}, event.Updated, "new", ""},
		{"return fails once", update, map[int]fault{5: half, 8: exit}, event.RolledBack, "now", "activate: "},
		{"return fails", update, map[int]fault{5: half, 8: exit, 13: exit, 18: exit}, event.Failed, "new", "did not return"},
		{"panic before", update, map[int]fault{3: panics}, event.Failed, "now", "internal error"},
		{"panic in activation", update, map[int]fault{5: panics}, event.Failed, "now", "internal error"},
		{"panic when verifying", update, map[int]fault{6: panics}, event.Updated, "new", "internal error"},
		{"stop while copying", update, map[int]fault{4: stop}, event.Skipped, "now", "after copying"},
		{"stop while activating", update, map[int]fault{5: stop}, event.Updated, "new", ""},
		{"give up while copying", update, map[int]fault{4: cancel}, event.Skipped, "now", "while copying"},
		{"give up while activating", update, map[int]fault{5: cancel}, event.Failed, "now", "asked last"},
		{"give up when activated", update, map[int]fault{5: cancelBy}, event.Updated, "new", "given up"},
		{"give up, host gone", update, map[int]fault{5: cancelBy, 6: exit}, event.Uncertain, "", "could not be asked"},
	} {
		t.Run(c.name, func(t *testing.T) {
			w := newWorld(c.setting)
			report, _ := run(t, c.setting, w, c.faults)
			h := report.Results[0]
			current := strings.TrimPrefix(h.Current, path(""))
			if h.Outcome != c.outcome || current != c.current || !strings.Contains(h.Reason, c.reason) {
				t.Errorf("got %s, on %q, because %q; want %s on %q because of %q\ncalls: %q",
					h.Outcome, current, h.Reason, c.outcome, c.current, c.reason, w.hosts["a"].calls)
			}
			if h.Identity != (c.faults[1] == key) || report.Identity != h.Identity {
				t.Errorf("identity is %v and %v", h.Identity, report.Identity)
			}
			if strings.Contains(h.Reason, "\n") {
				t.Errorf("reason has lines: %q", h.Reason)
			}
		})
	}
}

func TestMoved(t *testing.T) {
	s := setting{goal: engine.GoalSwitch}
	w := newWorld(s)
	p := s.plan(w)
	w.hosts["a"].running = path("old")                                                  // somebody else was here
	w.hosts["b"].profile = path("old")                                                  // and staged something there
	w.hosts["c"].apply(engine.Activation{System: path("new"), Goal: engine.GoalSwitch}) // and did our work
	o, _ := options(t, w, p)
	report, err := rollout.Run(t.Context(), o)
	if err != nil {
		t.Fatal(err)
	}
	for i, want := range []event.Outcome{event.Refused, event.Refused, event.Unchanged} {
		if h := report.Results[i]; h.Outcome != want || h.Current != w.hosts[h.Machine].running {
			t.Errorf("%+v, want %s", h, want)
		}
	}
	if report.Outcome != event.RunFailed {
		t.Errorf("run is %s", report.Outcome)
	}
}

// TestIdle gives hosts that the plan has no work for: none of them is
// connected to, and none stops the others.
func TestIdle(t *testing.T) {
	w := newWorld(setting{})
	here := func(name, running string) plan.Host {
		return plan.Host{
			Machine: fleet.Machine{Name: name, Class: fleet.NixOS},
			Facts:   fleet.Facts{Reach: fleet.Reachable, Running: running, Profile: running, Generation: 2},
			Wanted:  engine.System{Machine: name, Path: path("new")},
		}
	}
	silent, stranger, broken := here("x", ""), here("y", ""), here("z", path("now"))
	silent.Facts = fleet.Facts{Reach: fleet.Unreachable, Cause: "handshake deadline"}
	stranger.Facts = fleet.Facts{Reach: fleet.Unreachable, Cause: "host key", Identity: true}
	broken.WantedErr = errors.New("aspects.nix:3: no")
	p := plan.New(plan.Input{Goal: engine.GoalSwitch, Hosts: []plan.Host{silent, stranger, broken, here("a", path("now")), here("w", path("new"))}})
	o, events := options(t, w, p)
	report, err := rollout.Run(t.Context(), o)
	if err != nil {
		t.Fatal(err)
	}
	var got []string
	for _, h := range report.Results {
		got = append(got, fmt.Sprint(h.Machine, " ", h.Outcome))
	}
	want := "a updated, w unchanged, x unreachable, y refused, z failed"
	if s := strings.Join(got, ", "); s != want {
		t.Errorf("got %s; want %s", s, want)
	}
	if !report.Identity || report.Outcome != event.RunFailed {
		t.Errorf("%v %v", report.Identity, report.Outcome)
	}
	last := events.events[len(events.events)-1].Body.(event.RunFinished)
	if last.Outcome != event.RunFailed || last.Counts[event.Updated] != 1 || len(last.Counts) != 5 {
		t.Errorf("%+v", last)
	}
}

func TestBuildOnly(t *testing.T) {
	s := setting{goal: engine.GoalBuild}
	w := newWorld(s)
	report, _ := run(t, s, w, nil)
	for _, h := range report.Results {
		if h.Outcome != event.Built || len(w.hosts[h.Machine].calls) != 0 {
			t.Errorf("%+v, calls %q", h, w.hosts[h.Machine].calls)
		}
	}
}

// TestStale has a repository that changed after the plan was made.
func TestStale(t *testing.T) {
	s := setting{goal: engine.GoalSwitch}
	w := newWorld(s)
	o, _ := options(t, w, s.plan(w))
	o.Closure = func(context.Context, string) (engine.Closure, error) {
		return engine.Closure{System: path("newer")}, nil
	}
	report, err := rollout.Run(t.Context(), o)
	if err != nil {
		t.Fatal(err)
	}
	for _, h := range report.Results {
		if h.Outcome != event.Failed || h.Hint != "make the plan again" || w.hosts[h.Machine].changed {
			t.Errorf("%+v", h)
		}
	}
}

// full is a record that has room for some events.
type full struct {
	tape
	room int
}

var errFull = errors.New("disk full")

func (f *full) Err() error {
	f.mu.Lock()
	defer f.mu.Unlock()
	if len(f.events) > f.room {
		return errFull
	}
	return nil
}

// TestRecordFails has a record that cannot be kept: the run says so, and no
// host is begun after that.
func TestRecordFails(t *testing.T) {
	s := setting{goal: engine.GoalSwitch}
	for room := range 30 {
		w := newWorld(s)
		o, _ := options(t, w, s.plan(w))
		sink := &full{room: room}
		sink.t = t
		o.Sink, o.Parallel = sink, 1
		report, err := rollout.Run(t.Context(), o)
		if !errors.Is(err, errFull) {
			t.Fatalf("room for %d of %d: %v", room, len(sink.events), err)
		}
		for _, h := range report.Results {
			b := w.hosts[h.Machine]
			if h.Outcome == event.Skipped && b.changed || h.Outcome != event.Skipped && h.Outcome != event.Updated {
				t.Errorf("room for %d: %+v", room, h)
			}
		}
		if room < 4 && report.Counts[event.Skipped] != len(names) {
			t.Errorf("room for %d: %v", room, report.Counts)
		}
		story(t, sink.events)
	}
}

// many is a world of so many hosts and the plan to update them.
func many(hosts int) (*world, *plan.Plan) {
	w := &world{hosts: map[string]*box{}, stop: make(chan struct{})}
	in := plan.Input{Goal: engine.GoalSwitch}
	for i := range hosts {
		b := &box{
			w: w, name: fmt.Sprintf("h%03d", i), running: path("now"), profile: path("now"), number: 2,
			gens: map[int]string{2: path("now")}, has: map[string]bool{path("now"): true},
		}
		w.hosts[b.name] = b
		in.Hosts = append(in.Hosts, plan.Host{
			Machine: fleet.Machine{Name: b.name}, Facts: b.facts(), Wanted: engine.System{Path: path("new")},
		})
	}
	return w, plan.New(in)
}

// TestParallel counts how many hosts are worked on at once.
func TestParallel(t *testing.T) {
	const hosts, limit = 40, 7
	w, p := many(hosts)
	o, _ := options(t, w, p)
	o.Parallel = limit
	var now, most, begun atomic.Int32
	full := make(chan struct{})
	o.Connect = func(ctx context.Context, machine string) (host.Conn, error) {
		if len(w.hosts[machine].calls) == 0 { // not to verify
			most.Store(max(most.Load(), now.Add(1)))
			if begun.Add(1) == limit {
				close(full)
			}
			<-full // the first hosts wait until all places are taken
		}
		return w.connect(ctx, machine)
	}
	o.Sink = event.SinkFunc(func(e event.Event) {
		if e.Type() == "host_result" {
			now.Add(-1)
		}
	})
	report, err := rollout.Run(t.Context(), o)
	if err != nil {
		t.Fatal(err)
	}
	if report.Counts[event.Updated] != hosts || most.Load() != limit {
		t.Errorf("%v, %d at once", report.Counts, most.Load())
	}
}

func TestOptions(t *testing.T) {
	w := newWorld(setting{goal: engine.GoalSwitch})
	good, _ := options(t, w, setting{goal: engine.GoalSwitch}.plan(w))
	for name, spoil := range map[string]func(*rollout.Options){
		"plan":     func(o *rollout.Options) { o.Plan = nil },
		"run":      func(o *rollout.Options) { o.RunID = "" },
		"engine":   func(o *rollout.Options) { o.Engine = nil },
		"deployer": func(o *rollout.Options) { o.Deployer = nil },
		"connect":  func(o *rollout.Options) { o.Connect = nil },
		"probe":    func(o *rollout.Options) { o.Probe = nil },
	} {
		o := good
		spoil(&o)
		if _, err := rollout.Run(t.Context(), o); err == nil {
			t.Errorf("a run without %s began", name)
		}
	}
}

// BenchmarkRun is what a run costs beside the work on the hosts.
func BenchmarkRun(b *testing.B) {
	b.ReportAllocs()
	for b.Loop() {
		b.StopTimer()
		w, p := many(500)
		o, _ := options(b, w, p)
		b.StartTimer()
		if report, err := rollout.Run(b.Context(), o); err != nil || report.Counts[event.Updated] != 500 {
			b.Fatal(report.Counts, err)
		}
	}
}
