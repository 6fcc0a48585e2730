package checks_test

import (
	"fmt"
	"strings"
	"testing"

	"assay/fleet"
	"assay/ui/known"
	"assay/ui/view"
	"assay/ui/view/checks"
	"assay/ui/view/viewtest"
)

func hostile() []fleet.Problem {
	evil := "\x1b]52;c;x\a\u202e語\xff\n" + strings.Repeat("long ", 3000) + strings.Repeat("x", 500)
	p := fleet.Problem{At: fleet.Pos{File: evil, Line: -3}, Severity: fleet.Severity(evil), Text: evil, Hint: evil}
	return []fleet.Problem{p, p, p, {}, {Severity: fleet.Error}, {Text: strings.Repeat("語", 9)}}
}

// TestAnySizeAndIntent does everything in any order at any size.
func TestAnySizeAndIntent(t *testing.T) {
	bare := func() *known.Known { return known.New(&fleet.Fleet{}, viewtest.Now) }
	worlds := []*known.Known{withErrors(t), bare(), bare(), bare()}
	worlds[1].Problems = known.Loaded[[]fleet.Problem]{Value: hostile(), At: viewtest.Now}
	worlds[2].Problems.At = viewtest.Now
	viewtest.Anything(t, 500, worlds, func(k *known.Known, text func() string) view.View {
		return checks.New(viewtest.Env(k), view.Link{Sub: text()})
	}, "galena", "error")
}

// TestEveryProblemIsThere goes through the table and finds each problem, twins
// too, and with errors only each error.
func TestEveryProblemIsThere(t *testing.T) {
	k := withErrors(t)
	k.Problems.Value = append(k.Problems.Value, k.Problems.Value...)
	for _, only := range []bool{false, true} {
		v := open(k)
		if only {
			viewtest.Do(v, "checks.errors-only")
		}
		want, got := map[string]int{}, map[string]int{}
		for _, p := range k.Problems.Value {
			if !only || p.Severity == fleet.Error {
				want[p.Error()]++
				got[viewtest.Do(v, "copy")[0].(view.Copy).Text]++
				viewtest.Do(v, "move.down")
			}
		}
		if fmt.Sprint(got) != fmt.Sprint(want) {
			t.Errorf("errors only %v: the table has\n%v, want\n%v", only, got, want)
		}
	}
}

func many(b *testing.B) *known.Known {
	k := viewtest.Known(b)
	k.Problems.Value = nil
	for i := range 5000 {
		k.Problems.Value = append(k.Problems.Value, fleet.Problem{
			At: fleet.Pos{File: fmt.Sprintf("modules/aspects/a%d.nix", i), Line: i}, Severity: fleet.Warning,
			Text: fmt.Sprintf("machine m%04d: an option of some words is defined twice", i), Hint: "take one of them away",
		})
	}
	return k
}

// BenchmarkRender is a frame of 5,000 problems after a move.
func BenchmarkRender(b *testing.B) {
	v := open(many(b))
	for b.Loop() {
		viewtest.Do(v, "move.down")
		v.Render(160, 44)
	}
}

// BenchmarkKey is one more letter of the filter, and what is drawn for it.
func BenchmarkKey(b *testing.B) {
	v := open(many(b))
	viewtest.Do(v, "filter")
	keys := []string{"m", "m4999", "none at all", "twice"}
	n := 0
	for b.Loop() {
		viewtest.Type(v, keys[n%len(keys)])
		v.Render(160, 44)
		n++
	}
}
