package fleet

import "testing"

// TestStates compares StateOf with what a selector finds: one state at most
// matches, none where nobody asked.
func TestStates(t *testing.T) {
	up := func(f Facts) *Facts {
		f.Reach = Reachable
		return &f
	}
	for _, c := range []struct {
		name   string
		facts  *Facts
		wanted string
		broken bool
		want   State
	}{
		{"not asked", nil, "/a", false, StateUnknown},
		{"no answer yet", &Facts{}, "/a", false, StateUnknown},
		{"unreachable and in error", &Facts{Reach: Unreachable}, "", true, StateUnreachable},
		{"in error", up(Facts{Running: "/a"}), "", true, StateBroken},
		{"runs nothing", up(Facts{}), "/a", false, StateEmpty},
		{"says only what boots", up(Facts{Profile: "/a"}), "/a", false, StateUnknown},
		{"damaged without a running system", up(Facts{Damaged: "gone"}), "/a", false, StateUnknown},
		{"nobody knows what is wanted", up(Facts{Running: "/a"}), "", false, StateUnknown},
		{"damaged", up(Facts{Running: "/a", Damaged: "gone"}), "/a", false, StateDamaged},
		{"current", up(Facts{Running: "/a"}), "/a", false, StateCurrent},
		{"staged", up(Facts{Running: "/b", Profile: "/a"}), "/a", false, StateStaged},
		{"behind", up(Facts{Running: "/b", Profile: "/b"}), "/a", false, StateBehind},
	} {
		if got := StateOf(c.facts, c.wanted, c.broken); got != c.want {
			t.Errorf("%s: %s, want %s", c.name, got, c.want)
		}
		sub := Subject{Machine: &Machine{Name: "m"}, Facts: c.facts, Wanted: c.wanted, Broken: c.broken}
		for _, state := range States() {
			want := TruthOf(state == c.want)
			reach := c.facts != nil && c.facts.Reach != ""
			if c.want == StateUnknown && state != StateUnknown && !(state == StateUnreachable && reach) {
				want = Unknown
			}
			s, err := ParseSelector("state:" + string(state))
			if err != nil {
				t.Fatal(err)
			}
			if got := s.Match(sub); got != want {
				t.Errorf("%s: state:%s is %v, want %v", c.name, state, got, want)
			}
		}
	}
}
