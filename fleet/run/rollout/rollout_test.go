package rollout_test

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"assay/fleet"
	"assay/fleet/engine"
	"assay/fleet/run/event"
	"assay/fleet/run/plan"
	"assay/fleet/run/rollout"
)

func path(name string) string {
	return "/nix/store/" + strings.Repeat("0", 32) + "-" + name
}

// setting is a kind of run to break in every way.
type setting struct {
	name   string
	goal   engine.Goal
	class  fleet.Class
	staged bool // the host boots another system than it runs
	back   bool // a rollback
	pairs  bool // try two faults at once
}

func settings() []setting {
	return []setting{
		{name: "switch", goal: engine.GoalSwitch, pairs: true},
		{name: "boot", goal: engine.GoalBoot},
		{name: "test", goal: engine.GoalTest},
		{name: "dry", goal: engine.GoalDryActivate},
		{name: "switch staged", goal: engine.GoalSwitch, staged: true},
		{name: "boot staged", goal: engine.GoalBoot, staged: true, pairs: true},
		{name: "test staged", goal: engine.GoalTest, staged: true},
		{name: "darwin", goal: engine.GoalSwitch, class: fleet.Darwin},
		{name: "darwin staged", goal: engine.GoalSwitch, class: fleet.Darwin, staged: true, pairs: true},
		{name: "rollback", goal: engine.GoalSwitch, back: true},
	}
}

const names = "abc"

// newWorld returns hosts a, b and c: each runs generation 2, has generation 1
// and lacks the system "new".
func newWorld(s setting) *world {
	w := &world{hosts: map[string]*box{}, stop: make(chan struct{}), cancel: func() {}}
	for _, n := range names {
		b := &box{
			w: w, name: string(n), running: path("now"), profile: path("now"), number: 2,
			gens:   map[int]string{1: path("old"), 2: path("now")},
			has:    map[string]bool{path("old"): true, path("now"): true},
			faults: map[int]fault{},
		}
		if s.staged {
			b.profile, b.number = path("next"), 3
			b.gens[3], b.has[path("next")] = path("next"), true
		}
		w.hosts[b.name] = b
	}
	return w
}

func (s setting) plan(w *world) *plan.Plan {
	class := s.class
	if class == "" {
		class = fleet.NixOS
	}
	in := plan.Input{Fleet: "test", Goal: s.goal, Engine: "fake"}
	back := plan.BackInput{Fleet: "test", Engine: "fake"}
	for _, n := range names {
		m, f := fleet.Machine{Name: string(n), Class: class}, w.hosts[string(n)].facts()
		in.Hosts = append(in.Hosts, plan.Host{Machine: m, Facts: f, Wanted: engine.System{Machine: m.Name, Path: path("new")}})
		former, err := plan.Former(f, 0)
		back.Hosts = append(back.Hosts, plan.BackHost{Machine: m, Facts: f, Former: former, FormerErr: err})
	}
	if s.back {
		return plan.Back(back)
	}
	return plan.New(in)
}

// shop is an engine that has built everything.
type shop struct{}

func (shop) Name() string { return "fake" }

func (shop) Evaluate(_ context.Context, machines []string, _ func(engine.Step), done func(string, engine.System, error)) {
	for _, machine := range machines {
		done(machine, engine.System{Machine: machine, Path: path("new")}, nil)
	}
}

func (shop) Build(_ context.Context, systems []engine.System, _ func(engine.Step), done func(engine.System, engine.Closure, error)) {
	for _, s := range systems {
		done(s, engine.Closure{System: s.Path, Objects: []engine.Object{{Path: path("part"), NarSize: 400}, {Path: s.Path, NarSize: 5}}}, nil)
	}
}

// tape keeps events. It fails the test when they are out of order.
type tape struct {
	t      testing.TB
	mu     sync.Mutex
	events []event.Event
}

func (s *tape) Emit(e event.Event) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.events = append(s.events, e)
	if e.Seq != int64(len(s.events)) {
		s.t.Errorf("event %d has number %d", len(s.events), e.Seq)
	}
}

func options(t testing.TB, w *world, p *plan.Plan) (rollout.Options, *tape) {
	s := &tape{t: t}
	return rollout.Options{
		RunID: "r", Operator: "o", Assay: "v", Plan: p, Engine: shop{}, Deployer: w, Sink: s,
		Connect: w.connect, Probe: w.probe, Stop: w.stop, Parallel: 2, Tries: 3, Grace: time.Minute,
		Clock:   func() time.Time { return time.Unix(0, 0) },
		Backoff: func(ctx context.Context, n int) error { return ctx.Err() },
	}, s
}

// run applies the setting's plan to the world with the faults on host a.
func run(t testing.TB, s setting, w *world, faults map[int]fault) (rollout.Report, *tape) {
	t.Helper()
	ctx, cancel := context.WithCancel(t.Context())
	defer cancel()
	w.cancel = cancel
	p := s.plan(w)
	w.hosts["a"].faults = faults
	o, events := options(t, w, p)
	report, err := rollout.Run(ctx, o)
	if err != nil {
		t.Fatal(err)
	}
	return report, events
}

// truthful says what is false about a result, "" for nothing.
func truthful(s setting, before string, b *box, h event.HostResult) string {
	was := strings.Fields(before)
	to := path("new")
	if s.back {
		to = path("old")
	}
	if h.Current != "" && (h.Current != b.running || h.Profile != b.profile || h.Generation != b.number) {
		return fmt.Sprintf("says %s %s %d", h.Current, h.Profile, h.Generation)
	}
	is := b.where()
	want := map[engine.Goal]string{
		engine.GoalSwitch: to + " " + to,
		engine.GoalBoot:   was[0] + " " + to,
		engine.GoalTest:   to + " " + was[1],
	}[s.goal]
	ok := false
	switch h.Outcome {
	case event.Updated, event.Staged:
		ok = is == want && h.Current != ""
	case event.RolledBack:
		ok = is == before && h.Current != "" && b.changed
	case event.Unchanged:
		ok = is == before && s.goal == engine.GoalDryActivate
	case event.Refused, event.Unreachable, event.Skipped:
		ok = is == before && !b.changed
	case event.Failed:
		ok = h.Current != "" || !b.changed
	case event.Uncertain:
		ok = h.Current == ""
	}
	if !ok || h.Outcome != event.Updated && h.Outcome != event.Staged && h.Reason == "" {
		return "does not fit"
	}
	return ""
}

// TestEveryFault breaks every call of a run in every way, alone and, for some
// settings, together with every later one, and compares what the run says with where the host
// really stands.
func TestEveryFault(t *testing.T) {
	for _, s := range settings() {
		t.Run(s.name, func(t *testing.T) {
			t.Parallel()
			seen := map[event.Outcome]int{}
			try := func(faults map[int]fault) int {
				w := newWorld(s)
				before := w.hosts["a"].where()
				report, events := run(t, s, w, faults)
				a := w.hosts["a"]
				h := report.Results[0]
				seen[h.Outcome]++
				if wrong := truthful(s, before, a, h); wrong != "" {
					t.Errorf("%v: %s: %+v\nhost stands at %s (before: %s), calls %q", faults, wrong, h, a.where(), before, a.calls)
				}
				ended := report.Outcome == event.RunAbandonment || slices.ContainsFunc(events.events, func(e event.Event) bool { return e.Type() == "run_interrupted" })
				for _, o := range report.Results[1:] {
					if !o.Outcome.Good() && !ended {
						t.Errorf("%v: host %s is %s: %s", faults, o.Machine, o.Outcome, o.Reason)
					}
				}
				for _, b := range w.hosts {
					if b.open != 0 {
						t.Errorf("%v: %d connections of %s were left open", faults, b.open, b.name)
					}
				}
				story(t, events.events)
				return len(a.calls)
			}
			calls := try(nil)
			for n := 1; n <= calls; n++ {
				for _, f := range faults() {
					longer := try(map[int]fault{n: f})
					for k := n + 1; s.pairs && k <= longer && !t.Failed(); k++ {
						for _, g := range []fault{exit, half, lost, lostEnd, lostBusy, panics, cancel, stop} {
							try(map[int]fault{n: f, k: g})
						}
					}
				}
			}
			t.Logf("outcomes: %v", seen)
			for _, o := range []event.Outcome{event.Failed, event.RolledBack, event.Refused, event.Unreachable, event.Uncertain, event.Skipped} {
				if s.pairs && seen[o] == 0 {
					t.Errorf("no fault has led to %s: the faults no longer reach the code", o)
				}
			}
		})
	}
}

// story checks that the events of each host are in an order that makes sense:
// phases, one result, then nothing; and the run's own around them.
func story(t *testing.T, events []event.Event) {
	t.Helper()
	if events[0].Type() != "run_started" || events[len(events)-1].Type() != "run_finished" {
		t.Errorf("begins with %s and ends with %s", events[0].Type(), events[len(events)-1].Type())
	}
	over := map[string]bool{}
	for _, e := range events {
		m := e.Machine()
		if over[m] {
			t.Errorf("%s about %s after its result", e.Type(), m)
		}
		if e.Type() == "host_result" {
			over[m] = true
		}
	}
	if len(over) != len(names) {
		t.Errorf("%d results", len(over))
	}
}
