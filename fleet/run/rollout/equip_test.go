package rollout_test

import (
	"context"
	"errors"
	"slices"
	"strings"
	"testing"

	"assay/fleet/engine"
	"assay/fleet/host"
	"assay/fleet/run/event"
	"assay/fleet/run/plan"
	"assay/fleet/run/rollout"
)

// TestEquip: a host gets its identity before it is activated, where the plan
// says so and nothing else; without it nothing is activated.
func TestEquip(t *testing.T) {
	for _, test := range []struct {
		key     plan.AgeKey
		goal    engine.Goal
		fails   bool
		brought bool
		want    event.Outcome
	}{
		{"", engine.GoalSwitch, true, false, event.Updated},
		{plan.AgeKeyUnchanged, engine.GoalSwitch, true, false, event.Updated},
		{plan.AgeKeyDeliver, engine.GoalSwitch, false, true, event.Updated},
		{plan.AgeKeyDeliver, engine.GoalSwitch, true, true, event.Failed},
		{plan.AgeKeyDeliver, engine.GoalDryActivate, true, false, ""},
	} {
		s := setting{goal: test.goal}
		w := newWorld(s)
		o, _ := options(t, w, s.plan(w))
		b := w.hosts["a"]
		o.Plan.Entry("a").AgeKey = test.key
		brought, before := false, false
		o.Equip = func(_ context.Context, conn host.Conn, machine string) error {
			brought = brought || machine == "a" && conn != nil
			before = !slices.ContainsFunc(b.calls, func(c string) bool { return strings.HasPrefix(c, "activate") })
			if test.fails {
				return errors.New("no room")
			}
			return nil
		}
		report, err := rollout.Run(t.Context(), o)
		if err != nil {
			t.Fatal(err)
		}
		r := report.Results[0]
		if brought != test.brought || brought && !before || test.want != "" && r.Outcome != test.want {
			t.Errorf("%+v: brought %t, before the activation %t, %+v", test, brought, before, r)
		}
		if test.want == event.Failed {
			activated := slices.ContainsFunc(b.calls, func(c string) bool { return strings.HasPrefix(c, "activate") })
			if activated || !strings.Contains(r.Reason, "deliver the age identity: no room") {
				t.Errorf("activated %t: %+v", activated, r)
			}
		}
	}
}
