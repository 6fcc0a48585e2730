package rollout_test

import (
	"context"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"assay/fleet/engine"
	"assay/fleet/host"
	"assay/fleet/run/event"
	"assay/fleet/run/rollout"
)

// TestNotes: while a lost host is waited for, the run says so, for how long at
// most, and sparingly that it still waits; of a host that answers, nothing.
func TestNotes(t *testing.T) {
	update := setting{goal: engine.GoalSwitch}
	for _, c := range []struct {
		name   string
		faults map[int]fault
		want   []string
	}{
		{"answers", nil, nil},
		{"gone for good", until(200, map[int]fault{5: lostEnd}), []string{
			"connection was lost; going on over a new one", "; asking again, ", "; the host returns by itself at ", "asking it again until then, for ", "no answer yet; asking again for ",
		}},
	} {
		_, _, events := runGuarded(t, update, c.faults)
		var notes []string
		for _, e := range events.events {
			if l, ok := e.Body.(event.Log); ok && l.Stream == event.Notes {
				notes = append(notes, l.Text)
			}
		}
		all := strings.Join(notes, "\n")
		for _, want := range c.want {
			if !strings.Contains(all, want) {
				t.Errorf("%s: without %q:\n%s", c.name, want, all)
			}
		}
		if len(c.want) == 0 && len(notes) > 0 || len(notes) > 20 {
			t.Errorf("%s: %d notes:\n%s", c.name, len(notes), all)
		}
	}
}

// waiting is a deployer on whose host Nix waits before it takes anything.
type waiting struct {
	engine.Deployer
	before time.Duration
}

func (w waiting) Copy(ctx context.Context, conn host.Conn, objects []engine.Object, progress func(int64)) error {
	time.Sleep(w.before)
	return w.Deployer.Copy(ctx, conn, objects, progress)
}

// TestStalled: a copy of which nothing is heard says so, once, and one that goes
// on does not.
func TestStalled(t *testing.T) {
	for before, want := range map[time.Duration]int{0: 0, 10 * time.Second: 0, time.Minute: len(names)} {
		synctest.Test(t, func(t *testing.T) {
			s := setting{goal: engine.GoalSwitch}
			w := newWorld(s)
			o, events := options(t, w, s.plan(w))
			o.Deployer = waiting{o.Deployer, before}
			if _, err := rollout.Run(t.Context(), o); err != nil {
				t.Fatal(err)
			}
			notes := 0
			for _, e := range events.events {
				if l, ok := e.Body.(event.Log); ok && l.Stream == event.Notes && strings.Contains(l.Text, "nothing has gone there for 15s") {
					notes++
				}
			}
			if notes != want {
				t.Errorf("%d hosts are said to wait for %v, want %d", notes, before, want)
			}
		})
	}
}
