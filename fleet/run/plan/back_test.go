package plan_test

import (
	"testing"

	"assay/fleet"
	"assay/fleet/engine"
	"assay/fleet/run/plan"
)

func gens(paths ...string) []fleet.Generation {
	var out []fleet.Generation
	for i, p := range paths {
		if p != "" {
			out = append(out, fleet.Generation{Number: i + 1, Path: p})
		}
	}
	return out
}

func TestFormer(t *testing.T) {
	for _, c := range []struct {
		name  string
		facts fleet.Facts
		to    int
		want  int // 0 is an error
	}{
		{"the one before", fleet.Facts{Running: now, Profile: now, Generation: 2, Generations: gens(old, now)}, 0, 1},
		{"with a gap", fleet.Facts{Running: now, Profile: now, Generation: 4, Generations: gens(old, "", "", now)}, 0, 1},
		{"not the same system again", fleet.Facts{Running: now, Profile: now, Generation: 3, Generations: gens(old, now, now)}, 0, 1},
		{"from what runs, not from what is staged", fleet.Facts{Running: now, Profile: next, Generation: 3, Generations: gens(old, now, next)}, 0, 1},
		{"after a rollback further back", fleet.Facts{Running: old, Profile: old, Generation: 2, Generations: gens(next, old, now)}, 0, 1},
		{"nothing older", fleet.Facts{Running: now, Profile: now, Generation: 1, Generations: gens(now, old)}, 0, 0},
		{"no generation of it", fleet.Facts{Running: next, Profile: now, Generation: 2, Generations: gens(old, now)}, 0, 0},
		{"nothing known", fleet.Facts{}, 0, 0},
		{"by number", fleet.Facts{Running: now, Profile: now, Generation: 2, Generations: gens(old, now, next)}, 3, 3},
		{"by a number that is none", fleet.Facts{Running: now, Profile: now, Generation: 2, Generations: gens(old, now)}, 7, 0},
	} {
		g, err := plan.Former(c.facts, c.to)
		if g.Number != c.want || (err != nil) != (c.want == 0) {
			t.Errorf("%s: %+v, %v", c.name, g, err)
		}
	}
}

func TestBack(t *testing.T) {
	back := func(name string, change func(*plan.BackHost)) plan.BackHost {
		h := machine(name)
		b := plan.BackHost{
			Machine: h.Machine, Facts: h.Facts, Former: h.Facts.Generations[0],
			Current: &engine.Record{Options: []engine.Option{{Path: "x", Value: "2"}}},
			Record:  &engine.Record{Options: []engine.Option{{Path: "x", Value: "1"}}},
		}
		change(&b)
		return b
	}
	p := plan.Back(plan.BackInput{Fleet: "minerals", Engine: "fake", At: at, Hosts: []plan.BackHost{
		back("a", func(*plan.BackHost) {}),
		back("b", func(h *plan.BackHost) { h.Record = nil }),
		back("c", func(h *plan.BackHost) { h.Former, h.FormerErr = plan.Former(h.Facts, 9) }),
		back("d", func(h *plan.BackHost) { h.Facts = fleet.Facts{Reach: fleet.Unreachable, Cause: "dial", Identity: true} }),
		back("e", func(h *plan.BackHost) { h.Former = h.Facts.Generations[1] }),
		back("f", func(h *plan.BackHost) { h.Former = fleet.Generation{} }),
	}})
	if p.Kind != plan.Rollback || p.Goal != engine.GoalSwitch {
		t.Errorf("%s %s", p.Kind, p.Goal)
	}
	want := []plan.Status{plan.StatusChange, plan.StatusChange, plan.StatusError, plan.StatusUnreachable, plan.StatusUnchanged, plan.StatusError}
	for i, e := range p.Hosts {
		if e.Status != want[i] || (e.Cause == "") != (e.Status == plan.StatusChange || e.Status == plan.StatusUnchanged) {
			t.Errorf("%+v, want %s", e, want[i])
		}
	}
	a := p.Hosts[0]
	if a.To != (plan.Side{Path: old, Generation: 1}) || a.From.Path != now || a.Copy != (plan.Amount{}) {
		t.Errorf("%+v", a)
	}
	if o := p.Change("a").Options[0]; o.Op != plan.Changed || o.Old != "2" || o.New != "1" {
		t.Errorf("%+v", o)
	}
	if p.Change("b").Unknown == "" || !p.Hosts[3].Identity {
		t.Errorf("%+v %+v", p.Change("b"), p.Hosts[3])
	}
	if _, err := decode(p); err != nil {
		t.Error(err)
	}
}
