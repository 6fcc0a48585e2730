package rollout_test

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"slices"
	"strings"
	"testing"
	"time"

	"assay/fleet"
	"assay/fleet/engine"
	"assay/fleet/host"
	"assay/fleet/run/event"
	"assay/fleet/run/rollout"
)

// More faults of hosts that guard themselves.
const (
	fires    fault = "fires"    // the guard's time is over just before the call
	restarts fault = "restarts" // the host restarts just before the call and boots what it did before
	others   fault = "others"   // somebody else has changed the host just before the call
)

// upset is what else happens to the host before the call with this fault.
func (w *sentries) upset(b *box, f fault) {
	switch f {
	case restarts:
		b.running, b.changed = b.profile, true
		b.boots++
		delete(w.guards, b.name)
	case others:
		b.running, b.changed = path("other"), true
		w.guards[b.name] = &sentry{a: engine.Activation{ID: "somebody-else"}, from: b.running, state: "done"}
	}
}

// sentries is a world whose hosts guard themselves.
type sentries struct {
	*world
	guards map[string]*sentry
	waited time.Duration
}

// sentry is what a host remembers of its activation.
type sentry struct {
	a       engine.Activation
	from    string
	state   string // armed, done, rolled-back
	pending bool   // the activation goes on when somebody looks at it
}

func (s *sentry) fire(b *box) {
	if s.state == "armed" {
		s.pending = false
		b.changed, b.running, s.state = true, s.from, "rolled-back"
	}
}

// said is what a host says in words of its own.
func said(text string, meaning ...error) error {
	err := error(&host.ExitError{Machine: "a", Code: 50, Stderr: text})
	for _, m := range meaning {
		err = fmt.Errorf("%w: %w", m, err)
	}
	return err
}

func guarded(a engine.Activation) bool {
	return a.Goal == engine.GoalSwitch || a.Goal == engine.GoalTest
}

func (w *sentries) Activate(ctx context.Context, conn host.Conn, a engine.Activation, log func(string)) error {
	if !guarded(a) {
		return w.world.Activate(ctx, conn, a, log)
	}
	c := conn.(*wire)
	b := c.b
	b.mu.Lock()
	defer b.mu.Unlock()
	f := b.begin("activate " + string(a.Goal))
	switch {
	case c.dead:
		return b.fail(ctx, f, c)
	case f == moved || a.Expect != b.running:
		return said("moved", engine.ErrMoved)
	case f == exit:
		b.changed = true
		w.guards[b.name] = &sentry{a: a, from: b.running, state: "rolled-back"}
		return said("the switch failed", engine.ErrReturned)
	case f == lie: // nothing began
		return said("no flock here")
	case f == lost:
		return b.fail(ctx, f, c)
	}
	g := &sentry{a: a, from: b.running, state: "armed", pending: f == lostHalf}
	w.guards[b.name] = g
	if !g.pending {
		b.applyHalf(a)
	}
	switch f {
	case half:
		return said("units failed")
	case fires:
		g.fire(b)
		return nil
	case cancel, cancelBy:
		return context.Canceled
	}
	return b.fail(context.Background(), f, c)
}

// look finds the activation again; the call's fault is f.
func (w *sentries) look(b *box, id string, f fault) (*sentry, error) {
	g := w.guards[b.name]
	if g == nil || g.a.ID != id {
		return nil, said("knows nothing of this activation")
	}
	if f == fires {
		g.fire(b)
	}
	if g.pending {
		g.pending = false
		b.applyHalf(g.a)
	}
	return g, nil
}

// call does what all calls about an activation have in common.
func (w *sentries) call(ctx context.Context, conn host.Conn, name string, id string, work func(*box, *sentry) error) error {
	c := conn.(*wire)
	b := c.b
	b.mu.Lock()
	defer b.mu.Unlock()
	f := b.begin(name)
	if c.dead || f == lost || f == cancel {
		return b.fail(ctx, f, c)
	}
	w.upset(b, f)
	g, err := w.look(b, id, f)
	if err == nil && (f == exit || f == half) {
		return said("did\nnot work")
	}
	if err == nil {
		err = work(b, g)
	}
	if trouble := b.fail(context.Background(), f, c); f != lie && f != moved && f != whole && trouble != nil {
		return trouble
	}
	return err
}

func (w *sentries) Join(ctx context.Context, conn host.Conn, a engine.Activation, log func(string)) error {
	return w.call(ctx, conn, "join", a.ID, func(b *box, g *sentry) error {
		if g.state == "rolled-back" {
			return said("too late", engine.ErrReturned)
		}
		return nil
	})
}

func (w *sentries) Confirm(ctx context.Context, conn host.Conn, a engine.Activation, log func(string)) error {
	if !guarded(a) {
		return errors.New("nothing to confirm")
	}
	return w.call(ctx, conn, "confirm", a.ID, func(b *box, g *sentry) error {
		switch {
		case g.state == "rolled-back":
			return said("too late", engine.ErrReturned)
		case g.state == "armed" && a.Goal == engine.GoalSwitch:
			b.apply(a)
		}
		g.state = "done"
		return nil
	})
}

func (w *sentries) Return(ctx context.Context, conn host.Conn, a engine.Activation, log func(string)) error {
	return w.call(ctx, conn, "return", a.ID, func(b *box, g *sentry) error {
		if g.state == "done" {
			return said("it lasts", engine.ErrConfirmed)
		}
		g.fire(b)
		return nil
	})
}

// probe reads what the host says of its guard as well.
func (w *sentries) probe(ctx context.Context, conn host.Conn, machine string) (fleet.Facts, error) {
	f, err := w.world.probe(ctx, conn, machine)
	b := w.hosts[machine]
	b.mu.Lock()
	defer b.mu.Unlock()
	if g := w.guards[machine]; g != nil && err == nil {
		f.Guard = &fleet.Guard{ID: g.a.ID, State: g.state, From: g.from, To: g.a.System}
	}
	f.BootID = fmt.Sprintf("boot %d", b.boots)
	return f, err
}

// wait is time passing. After the guard's minute every guard has fired.
func (w *sentries) wait(ctx context.Context, d time.Duration) error {
	if w.waited += d; w.waited < time.Minute {
		return ctx.Err()
	}
	for name, g := range w.guards {
		b := w.hosts[name]
		b.mu.Lock()
		g.fire(b)
		b.mu.Unlock()
	}
	return ctx.Err()
}

// runGuarded applies the setting's plan to hosts that guard themselves, with
// the faults on host a.
func runGuarded(t testing.TB, s setting, faults map[int]fault) (*sentries, rollout.Report, *tape) {
	t.Helper()
	w := &sentries{world: newWorld(s), guards: map[string]*sentry{}}
	ctx, cancel := context.WithCancel(t.Context())
	defer cancel()
	w.cancel = cancel
	o, events := options(t, w.world, s.plan(w.world))
	w.hosts["a"].faults = faults
	o.Clock = func() time.Time { return time.Unix(0, 0).UTC() }
	o.Deployer, o.Probe, o.Wait, o.Parallel, o.Guard = w, w.probe, w.wait, 1, time.Minute
	report, err := rollout.Run(ctx, o)
	if err != nil {
		t.Fatal(err)
	}
	return w, report, events
}

// until has the calls after the last fault fail, up to number n.
func until(n int, faults map[int]fault) map[int]fault {
	for i := slices.Max(slices.Collect(maps.Keys(faults))) + 1; i <= n; i++ {
		faults[i] = exit
	}
	return faults
}

// TestGuardedOutcomes has calls as TestOutcomes counts them, and then: confirm
// (7), probe (8): the host is not asked before. A return is connect, probe, return, connect, probe.
func TestGuardedOutcomes(t *testing.T) {
	update := setting{goal: engine.GoalSwitch}
	for _, c := range []struct {
		name    string
		setting setting
		faults  map[int]fault
		outcome event.Outcome
		current string
		reason  string
	}{
		{"update", update, nil, event.Updated, "new", ""},
		{"test", setting{goal: engine.GoalTest}, nil, event.Updated, "new", ""},
		{"stage", setting{goal: engine.GoalBoot}, nil, event.Staged, "now", ""},
		{"dry", setting{goal: engine.GoalDryActivate}, nil, event.Unchanged, "now", "dry"},
		{"roll back", setting{goal: engine.GoalSwitch, back: true}, nil, event.Updated, "old", ""},
		{"the switch fails", update, map[int]fault{5: exit}, event.RolledBack, "now", "activate: a: command exited with 50: the switch failed"},
		{"units fail", update, map[int]fault{5: half}, event.RolledBack, "now", "units failed"},
		{"refused", update, map[int]fault{5: moved}, event.Refused, "now", "changed since"},
		{"never began", update, map[int]fault{5: lie}, event.Failed, "now", "no flock here; the host runs its former system"},
		{"line cut before", update, map[int]fault{5: lost}, event.Failed, "now", "knows nothing of this activation; the host runs its former system"},
		{"line cut half way", update, map[int]fault{5: lostHalf}, event.Updated, "new", ""},
		{"line cut after", update, map[int]fault{5: lostEnd}, event.Updated, "new", ""},
		{"line cut twice", update, map[int]fault{5: lostHalf, 8: lost}, event.Updated, "new", ""},
		{"no new logins", update, map[int]fault{6: exit, 7: exit, 8: exit, 9: exit, 10: exit, 11: exit}, event.RolledBack, "now", "verify over a new connection: "},
		{"network gone for a moment", update, until(12, map[int]fault{5: lostEnd}), event.RolledBack, "now", "connection lost"},
		{"network gone", update, until(30, map[int]fault{5: lostEnd}), event.RolledBack, "now", "the host went back by itself"},
		{"restarted while activating", update, map[int]fault{5: lostEnd, 8: restarts}, event.RolledBack, "now", "restarted before it was confirmed"},
		{"somebody else came", update, map[int]fault{5: lostEnd, 8: others}, event.Failed, "other", "another run or person has changed the host since; it runs "},
		{"gone for good", update, until(200, map[int]fault{5: lostEnd}), event.Uncertain, "", "connection lost"},
		{"returned before it is verified", update, map[int]fault{5: fires}, event.RolledBack, "now", "too late"},
		{"returned before it is confirmed", update, map[int]fault{7: fires}, event.RolledBack, "now", "too late"},
		{"not healthy", update, map[int]fault{7: exit}, event.RolledBack, "now", "confirm: a: command exited with 50: did; not work"},
		{"line cut before it is confirmed", update, map[int]fault{7: lost}, event.Updated, "new", ""},
		{"line cut after it was confirmed", update, map[int]fault{7: lostEnd}, event.Updated, "new", ""},
		{"gone after it was confirmed", update, map[int]fault{7: lostEnd, 8: exit, 9: exit, 10: exit}, event.Updated, "new", "the host says that it was confirmed"},
		{"stop while activating", update, map[int]fault{5: stop}, event.Updated, "new", ""},
		{"give up while activating", update, map[int]fault{5: cancel}, event.Failed, "new", "will return by itself at 00:04 at the latest unless it is confirmed"},
		{"give up while verifying", update, map[int]fault{6: cancel}, event.Failed, "new", "will return by itself at 00:01 at the latest unless it is confirmed"},
		{"give up, host gone", update, map[int]fault{5: cancel, 6: exit}, event.Uncertain, "", "it will return by itself at 00:04"},
		{"give up when confirmed", update, map[int]fault{7: cancelBy}, event.Updated, "new", "given up while confirming"},
	} {
		t.Run(c.name, func(t *testing.T) {
			w, report, events := runGuarded(t, c.setting, c.faults)
			h := report.Results[0]
			current := strings.TrimPrefix(h.Current, path(""))
			if h.Outcome != c.outcome || current != c.current || !strings.Contains(h.Reason, c.reason) {
				t.Errorf("got %s, on %q, because %q; want %s on %q because of %q\ncalls: %q",
					h.Outcome, current, h.Reason, c.outcome, c.current, c.reason, w.hosts["a"].calls)
			}
			if h.Current != path("new") && strings.Contains(h.Hint, "rollback") {
				t.Errorf("hint %q", h.Hint)
			}
			story(t, events.events)
		})
	}
}

// TestEveryGuardedFault breaks every call of a run in every way, alone and
// together with every later one. What the run says is compared with where the
// host stands; nothing that is called updated may still return.
func TestEveryGuardedFault(t *testing.T) {
	all := append(faults(), fires)
	for _, s := range []setting{
		{name: "switch", goal: engine.GoalSwitch, pairs: true}, {name: "test", goal: engine.GoalTest, pairs: true},
		{name: "boot", goal: engine.GoalBoot}, {name: "staged", goal: engine.GoalSwitch, staged: true},
		{name: "rollback", goal: engine.GoalSwitch, back: true},
	} {
		t.Run(s.name, func(t *testing.T) {
			t.Parallel()
			seen := map[event.Outcome]int{}
			try := func(faults map[int]fault) int {
				before := newWorld(s).hosts["a"].where()
				w, report, events := runGuarded(t, s, faults)
				b, h, g := w.hosts["a"], report.Results[0], w.guards["a"]
				seen[h.Outcome]++
				wrong := truthful(s, before, b, h)
				switch {
				case g == nil:
				case h.Outcome == event.Updated && g.state != "done":
					wrong = "may still return"
				case g.state == "armed" && h.Outcome != event.Uncertain && !strings.Contains(h.Reason, "by itself"):
					wrong = "does not say that it will return"
				}
				if wrong != "" {
					t.Errorf("%v: %s: %+v\nhost stands at %s (before: %s), guard %+v, calls %q", faults, wrong, h, b.where(), before, g, b.calls)
				}
				if b.open != 0 {
					t.Errorf("%v: %d connections were left open", faults, b.open)
				}
				story(t, events.events)
				return len(b.calls)
			}
			calls := try(nil)
			for n := 1; n <= calls; n++ {
				for _, f := range all {
					longer := try(map[int]fault{n: f})
					for k := n + 1; s.pairs && k <= longer && !t.Failed(); k++ {
						for _, g := range []fault{exit, lost, lostEnd, panics, cancel, stop, fires} {
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

// TestPhases has the order in which a machine meets the phases.
func TestPhases(t *testing.T) {
	_, _, events := runGuarded(t, setting{goal: engine.GoalSwitch}, map[int]fault{7: exit})
	var got []event.Phase
	for _, e := range events.events {
		if b, ok := e.Body.(event.HostPhase); ok && b.Machine == "a" {
			got = append(got, b.Phase)
		}
	}
	want := slices.DeleteFunc(event.Phases(), func(p event.Phase) bool { return p == event.Done })
	if !slices.Equal(got, want) {
		t.Errorf("%v, want %v", got, want)
	}
}
