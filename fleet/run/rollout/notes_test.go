package rollout_test

import (
	"strings"
	"testing"

	"assay/fleet/engine"
	"assay/fleet/run/event"
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
