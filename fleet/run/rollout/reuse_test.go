package rollout_test

import (
	"slices"
	"strings"
	"testing"

	"assay/fleet/engine"
	"assay/fleet/host"
	"assay/fleet/run/event"
	"assay/fleet/run/rollout"
)

// TestReuse goes to a host over a connection from before the run, and asks it
// over another one what became of it; one that is dead does no harm.
func TestReuse(t *testing.T) {
	for name, dead := range map[string]bool{"alive": false, "dead": true} {
		t.Run(name, func(t *testing.T) {
			s := setting{goal: engine.GoalSwitch}
			w := newWorld(s)
			o, _ := options(t, w, s.plan(w))
			b := w.hosts["a"]
			b.open++ // the one from before
			old := &wire{b: b, dead: dead}
			o.Reuse = func(machine, _ string) (host.Conn, []engine.Object) {
				if machine != "a" {
					return nil, nil
				}
				return old, nil
			}
			report, err := rollout.Run(t.Context(), o)
			if err != nil || report.Results[0].Outcome != event.Updated {
				t.Fatalf("%+v, %v", report, err)
			}
			calls := b.calls
			if dead {
				if calls[0] != "probe" || calls[1] != "connect" {
					t.Errorf("with a dead connection: %v", calls)
				}
				calls = calls[2:]
			}
			activated := slices.IndexFunc(calls, func(c string) bool { return strings.HasPrefix(c, "activate") })
			if slices.Contains(calls[:activated], "connect") || !slices.Contains(calls[activated:], "connect") {
				t.Errorf("connections: %v", calls)
			}
			if b.open != 0 || !old.shut {
				t.Errorf("%d connections are open, the old one is closed: %v", b.open, old.shut)
			}
		})
	}
}
