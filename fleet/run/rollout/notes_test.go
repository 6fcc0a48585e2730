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

// waiting is a deployer on whose host Nix waits when so much has come.
type waiting struct {
	engine.Deployer
	come int64
	wait time.Duration
}

func (w waiting) Copy(ctx context.Context, conn host.Conn, objects []engine.Object, progress func(int64)) error {
	if w.come == 0 {
		time.Sleep(w.wait)
	}
	return w.Deployer.Copy(ctx, conn, objects, func(n int64) {
		progress(n)
		if n == w.come {
			time.Sleep(w.wait)
		}
	})
}

// TestStalled: a copy of which nothing is heard says so, once; one that goes on
// does not, nor one that has not begun, nor one of which all has been sent.
func TestStalled(t *testing.T) {
	const all = 405
	for _, c := range []struct {
		come int64
		wait time.Duration
		want int
	}{{0, time.Minute, 0}, {1, 10 * time.Second, 0}, {1, time.Minute, len(names)}, {all - 1, time.Minute, len(names)}, {all, time.Minute, 0}} {
		synctest.Test(t, func(t *testing.T) {
			s := setting{goal: engine.GoalSwitch}
			w := newWorld(s)
			o, events := options(t, w, s.plan(w))
			o.Deployer = waiting{o.Deployer, c.come, c.wait}
			if _, err := rollout.Run(t.Context(), o); err != nil {
				t.Fatal(err)
			}
			notes := 0
			for _, e := range events.events {
				if l, ok := e.Body.(event.Log); ok && l.Stream == event.Notes && strings.Contains(l.Text, "nothing has gone there for 15s") {
					notes++
				}
			}
			if notes != c.want {
				t.Errorf("waiting %v after %d bytes: said of %d hosts, want %d", c.wait, c.come, notes, c.want)
			}
		})
	}
}
