package rollout_test

import (
	"context"
	"strings"
	"testing"

	"assay/fleet"
	"assay/fleet/engine"
	"assay/fleet/host"
	"assay/fleet/run/event"
	"assay/fleet/run/rollout"
)

// A host that runs and boots what it should, and says that something of it is
// damaged, has not arrived: not before an activation, and not after one.
func TestDamagedHasNotArrived(t *testing.T) {
	s := setting{goal: engine.GoalSwitch}
	for name, c := range map[string]struct {
		already bool
		outcome event.Outcome
		reason  string
	}{
		"before": {true, event.Refused, "the host has moved"},
		"after":  {false, event.RolledBack, "verify: after the activation the running system is not whole"},
	} {
		t.Run(name, func(t *testing.T) {
			w := newWorld(s)
			p := s.plan(w)
			if c.already {
				w.hosts["a"].apply(engine.Activation{System: path("new"), Goal: engine.GoalSwitch})
			}
			o, _ := options(t, w, p)
			o.Probe = func(ctx context.Context, conn host.Conn, machine string) (fleet.Facts, error) {
				f, err := w.probe(ctx, conn, machine)
				if machine == "a" && f.Running == path("new") {
					f.Damaged = "the running system is not whole"
				}
				return f, err
			}
			report, err := rollout.Run(t.Context(), o)
			if err != nil {
				t.Fatal(err)
			}
			if h := report.Results[0]; h.Outcome != c.outcome || !strings.Contains(h.Reason, c.reason) {
				t.Errorf("%s because of %q, want %s because of %q", h.Outcome, h.Reason, c.outcome, c.reason)
			}
		})
	}
}
