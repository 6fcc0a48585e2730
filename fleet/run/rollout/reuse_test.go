package rollout_test

import (
	"slices"
	"strings"
	"testing"
	"time"

	"assay/fleet/engine"
	"assay/fleet/run/event"
	"assay/fleet/run/rollout"
)

// TestReuse goes to a host over a connection from before the run, and asks it
// over another one what became of it; one that is dead does no harm. A host that
// said a moment before where it stands is not asked again.
func TestReuse(t *testing.T) {
	for name, c := range map[string]struct {
		dead  bool
		asked time.Duration // ago; 0 is never
		first []string      // the first calls
	}{
		"alive":          {first: []string{"probe", "missing"}},
		"dead":           {dead: true, first: []string{"probe", "connect", "probe"}},
		"asked just now": {asked: time.Second, first: []string{"missing"}},
		"asked before":   {asked: time.Minute, first: []string{"probe", "missing"}},
		"asked tomorrow": {asked: -time.Minute, first: []string{"probe", "missing"}},
	} {
		t.Run(name, func(t *testing.T) {
			s := setting{goal: engine.GoalSwitch}
			w := newWorld(s)
			o, _ := options(t, w, s.plan(w))
			b := w.hosts["a"]
			b.open++ // the one from before
			old := &wire{b: b}
			way := rollout.Way{Conn: old}
			if c.asked != 0 {
				facts, err := w.probe(t.Context(), old, "a")
				if err != nil {
					t.Fatal(err)
				}
				facts.At = o.Clock().Add(-c.asked)
				way.Facts, b.calls = facts, nil
			}
			old.dead = c.dead
			o.Reuse = func(machine, _ string) rollout.Way {
				if machine != "a" {
					return rollout.Way{}
				}
				return way
			}
			report, err := rollout.Run(t.Context(), o)
			if err != nil || report.Results[0].Outcome != event.Updated {
				t.Fatalf("%+v, %v", report, err)
			}
			calls := b.calls
			if !slices.Equal(calls[:len(c.first)], c.first) {
				t.Errorf("calls: %v, want %v first", calls, c.first)
			}
			activated := slices.IndexFunc(calls, func(c string) bool { return strings.HasPrefix(c, "activate") })
			if !c.dead && slices.Contains(calls[:activated], "connect") || !slices.Contains(calls[activated:], "connect") {
				t.Errorf("connections: %v", calls)
			}
			if b.open != 0 || !old.shut {
				t.Errorf("%d connections are open, the old one is closed: %v", b.open, old.shut)
			}
		})
	}
}

// TestReuseOfAHostThatMoved: what a host said a moment before is not the last
// word, since the activation looks at what it runs.
func TestReuseOfAHostThatMoved(t *testing.T) {
	s := setting{goal: engine.GoalSwitch}
	w := newWorld(s)
	o, _ := options(t, w, s.plan(w))
	b := w.hosts["a"]
	b.open++
	old := &wire{b: b}
	facts, err := w.probe(t.Context(), old, "a")
	if err != nil {
		t.Fatal(err)
	}
	facts.At = o.Clock()
	b.running = path("somebody's")
	o.Reuse = func(machine, _ string) rollout.Way {
		if machine != "a" {
			return rollout.Way{}
		}
		return rollout.Way{Conn: old, Facts: facts}
	}
	report, err := rollout.Run(t.Context(), o)
	if err != nil || report.Results[0].Outcome != event.Refused || b.running != path("somebody's") {
		t.Fatalf("%+v, %v, runs %s", report, err, b.running)
	}
}
