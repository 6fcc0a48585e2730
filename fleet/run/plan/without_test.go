package plan_test

import (
	"errors"
	"fmt"
	"math/rand/v2"
	"reflect"
	"slices"
	"testing"

	"assay/fleet"
	"assay/fleet/engine"
	"assay/fleet/run/plan"
)

// mixed are hosts of every status, in three groups, of which two have one
// size.
func mixed() []plan.Host {
	silent, broken, same := machine("g"), machine("h"), machine("i")
	silent.Facts = fleet.Facts{Reach: fleet.Unreachable, Cause: "handshake deadline"}
	broken.WantedErr = errors.New("x.nix:3: no")
	same.Facts.Running, same.Facts.Profile, same.Missing = next, next, nil
	hosts := []plan.Host{with("a", "1"), with("b", "1"), with("c", "1"), with("d", "2"), with("e", "3"), with("f", "3"), silent, broken, same}
	for i := range hosts {
		hosts[i].Wanted.Record.LeftOut = []engine.LeftOut{{What: fmt.Sprint("x.", i%3), Why: "a build"}}
	}
	return hosts
}

// TestWithout compares a plan without machines with the plan that is made
// without them.
func TestWithout(t *testing.T) {
	all := of(engine.GoalSwitch, mixed()...)
	before := encoded(t, all)
	random := rand.New(rand.NewPCG(1, 2))
	for range 200 {
		var out []string
		var rest []plan.Host
		for _, h := range mixed() {
			if random.IntN(2) == 0 {
				out = append(out, h.Machine.Name)
			} else {
				rest = append(rest, h)
			}
		}
		got, want := all.Without(out), of(engine.GoalSwitch, rest...)
		if !reflect.DeepEqual(got, want) {
			t.Fatalf("without %v:\n%+v\nwant\n%+v", out, got, want)
		}
		if again, err := plan.Decode(encoded(t, got)); err != nil || !reflect.DeepEqual(again, got) {
			t.Fatalf("without %v it does not come back as it was: %v", out, err)
		}
	}
	if after := encoded(t, all); !slices.Equal(before, after) {
		t.Error("the plan itself was changed")
	}
}

func TestWithoutNobody(t *testing.T) {
	all := of(engine.GoalSwitch, mixed()...)
	for _, out := range [][]string{nil, {"nobody"}} {
		if got := all.Without(out); !reflect.DeepEqual(got, all) {
			t.Errorf("without %v: %+v", out, got)
		}
	}
	var names []string
	for _, e := range all.Hosts {
		names = append(names, e.Machine)
	}
	if got := all.Without(names); !got.Empty() || len(got.Hosts)+len(got.Groups)+len(got.LeftOut) != 0 || got.ID == all.ID {
		t.Errorf("without anybody: %+v", got)
	}
}

// TestWithoutFirst leaves out the machine whose store paths a group shows.
func TestWithoutFirst(t *testing.T) {
	a, b, c := with("a", path("d", "x")), with("b", path("f", "x")), with("c", path("f", "x"))
	all := of(engine.GoalSwitch, a, b, c)
	if len(all.Groups) != 1 || !all.Groups[0].Varies {
		t.Fatalf("%+v", all.Groups)
	}
	rest := all.Without([]string{"a"})
	if g := rest.Groups[0]; !g.Varies || !slices.Equal(g.Machines, []string{"b", "c"}) || !reflect.DeepEqual(g.Change, all.Groups[0].Change) {
		t.Errorf("%+v", g)
	}
	if again, err := plan.Decode(encoded(t, rest)); err != nil || !reflect.DeepEqual(again, rest) {
		t.Errorf("it does not come back as it was: %v", err)
	}
}
