package machines

import (
	"math/rand/v2"
	"slices"
	"strings"
	"testing"

	"assay/fleet"
	"assay/ui/known"
	"assay/ui/view"
	"assay/ui/view/viewtest"
)

func TestNaturalOrder(t *testing.T) {
	want := strings.Fields("a a-2 a-10 a1 a1b a01b a2 a2-9 a2-10 a10 a99999999999999999999 a100000000000000000000 b web web-1 web1")
	for seed := range uint64(50) {
		got := slices.Clone(want)
		rand.New(rand.NewPCG(seed, 1)).Shuffle(len(got), func(i, j int) { got[i], got[j] = got[j], got[i] })
		slices.SortFunc(got, natural)
		// a1b and a01b are one number, told apart by their text
		i, j := slices.Index(got, "a1b"), slices.Index(got, "a01b")
		if i-j != 1 && j-i != 1 {
			t.Fatalf("a1b and a01b are apart: %v", got)
		}
		got[min(i, j)], got[max(i, j)] = "a1b", "a01b"
		if !slices.Equal(got, want) {
			t.Fatalf("seed %d: %v", seed, got)
		}
	}
}

// TestNaturalOrderOfRows: also among rows that are equal otherwise.
func TestNaturalOrderOfRows(t *testing.T) {
	f := &fleet.Fleet{Machines: []fleet.Machine{{Name: "web"}, {Name: "web-10"}, {Name: "web-2"}, {Name: "web-9"}}}
	v := New(viewtest.Env(known.New(f, viewtest.Now)), view.Link{})
	for _, intent := range []string{"table.sort-by machine", "table.sort-by class", "table.sort-by state"} {
		viewtest.Do(v, intent)
		if got := strings.Join(ordered(v), " "); got != "web web-2 web-9 web-10" {
			t.Errorf("%s: %s", intent, got)
		}
	}
	viewtest.Type(v, "web-*")
	if got := strings.Join(ordered(v), " "); got != "web-2 web-9 web-10" {
		t.Errorf("filtered: %s", got)
	}
	viewtest.Do(v, "table.sort-by machine", "table.reverse")
	if got := strings.Join(ordered(v), " "); got != "web-10 web-9 web-2" {
		t.Errorf("reversed: %s", got)
	}
}
