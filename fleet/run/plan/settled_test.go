package plan_test

import (
	"testing"

	"assay/fleet/run/plan"
)

func TestSettled(t *testing.T) {
	same, away := plan.Entry{Status: plan.StatusUnchanged}, plan.Entry{Status: plan.StatusUnreachable, Cause: "dial deadline"}
	nowhere := plan.Entry{Status: plan.StatusUnreachable, Cause: "no target"}
	for _, c := range []struct {
		hosts []plan.Entry
		want  bool
	}{
		{nil, true},
		{[]plan.Entry{same}, true},
		{[]plan.Entry{same, nowhere}, true},
		{[]plan.Entry{nowhere}, false},
		{[]plan.Entry{same, away}, false},
		{[]plan.Entry{same, {Status: plan.StatusChange}}, false},
		{[]plan.Entry{same, {Status: plan.StatusError, Cause: "no target"}}, false},
	} {
		p := plan.Plan{Hosts: c.hosts}
		if got := p.Settled(); got != c.want {
			t.Errorf("%+v: %v", c.hosts, got)
		}
	}
}
