package action

import (
	"flag"
	"os"
	"strings"
	"testing"
)

var update = flag.Bool("update", false, "write KEYS.md anew")

func keys(t *testing.T, own map[string][]string) *Keys {
	t.Helper()
	k, err := NewKeys(own)
	if err != nil {
		t.Fatal(err)
	}
	return k
}

func TestReferenceIsFresh(t *testing.T) {
	want := Reference(keys(t, nil))
	if *update {
		if err := os.WriteFile("../KEYS.md", []byte(want), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	got, err := os.ReadFile("../KEYS.md")
	if err != nil {
		t.Fatal(err)
	}
	if string(got) != want {
		t.Error("ui/KEYS.md is stale; go test ./ui/action -update writes it anew")
	}
}

func TestTable(t *testing.T) {
	seen := map[ID]bool{}
	for _, a := range All() {
		if seen[a.ID] {
			t.Errorf("%s has two rows", a.ID)
		}
		seen[a.ID] = true
		if len(a.Scopes) == 0 || a.Short == "" || a.Help == "" || strings.HasSuffix(a.Help, ".") {
			t.Errorf("%s lacks a scope or a text, or its help ends with a stop", a.ID)
		}
		for _, key := range a.Keys {
			if !validKey(key) {
				t.Errorf("%s: %q is no key", a.ID, key)
			}
			if a.Changes && strings.HasPrefix(key, "ctrl+") {
				t.Errorf("%s changes something and hangs on %s", a.ID, key)
			}
		}
	}
}

func TestOwnKeys(t *testing.T) {
	k := keys(t, map[string][]string{"plan.update": {"P", "f5"}, "suspend": {}, "move.down": {"t"}, "logs.times": {"T"}})
	if a, ok := k.Find(Chain(Machines), "P"); !ok || a.ID != PlanUpdate {
		t.Errorf("P is %v", a.ID)
	}
	if a, ok := k.Find(Chain(Machines), "D"); ok {
		t.Errorf("D is still %v", a.ID)
	}
	if a, ok := k.Find(Chain(Machines), "ctrl+z"); ok {
		t.Errorf("ctrl+z is still %v", a.ID)
	}
	if k.Label(PlanUpdate) != "P" || k.Label(Suspend) != ":suspend" {
		t.Errorf("labels %q, %q", k.Label(PlanUpdate), k.Label(Suspend))
	}
	if a, _ := keys(t, nil).Find(Chain(Machines), "D"); a.ID != PlanUpdate {
		t.Error("the table itself was changed")
	}
}

func TestWrongKeys(t *testing.T) {
	for name, c := range map[string]struct {
		own  map[string][]string
		want []string
	}{
		"unknown action":   {map[string][]string{"plan.udpate": {"P"}}, []string{`no action "plan.udpate"`}},
		"no key":           {map[string][]string{"copy": {"hyper+x"}}, []string{`copy = "hyper+x" is no key`}},
		"same scope":       {map[string][]string{"mark": {"D"}}, []string{`"D" would be both`, "mark", "plan.update", "machines"}},
		"outer and inner":  {map[string][]string{"copy": {"c"}}, []string{`"c" would be both`, "run.stop", "copy", "in run"}},
		"interrupt":        {map[string][]string{"interrupt": {"x"}}, []string{"keeps ctrl+c"}},
		"all are reported": {map[string][]string{"nope": {}, "copy": {""}}, []string{`"nope"`, `copy = ""`}},
		"tab in disguise":  {map[string][]string{"copy": {"ctrl+i"}}, []string{"is no key"}},
		"space and filter": {map[string][]string{"copy": {"space"}}, []string{`"space" would be both`}},
	} {
		_, err := NewKeys(c.own)
		if err == nil {
			t.Errorf("%s: accepted", name)
			continue
		}
		for _, want := range c.want {
			if !strings.Contains(err.Error(), want) {
				t.Errorf("%s: %q is not in: %v", name, want, err)
			}
		}
	}
}

// TestChainsEndEverywhere makes sure that help, the palette and the way back
// are live in every view.
func TestChainsEndEverywhere(t *testing.T) {
	k := keys(t, nil)
	for _, v := range views {
		chain := Chain(v)
		modal := v == Input || v == List || v == Confirm
		for _, id := range []ID{Help, Palette, Back, Quit} {
			a, _ := k.Action(id)
			if got, _ := k.Find(chain, a.Keys[0]); (got.ID == id) == modal {
				t.Errorf("%s in %s is %s", a.Keys[0], v, got.ID)
			}
		}
		if got, _ := k.Find(chain, "ctrl+c"); got.ID != Interrupt {
			t.Errorf("ctrl+c in %s is %q", v, got.ID)
		}
	}
}
