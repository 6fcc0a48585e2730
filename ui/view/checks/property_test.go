package checks_test

import (
	"fmt"
	"math/rand/v2"
	"strings"
	"testing"

	"assay/fleet"
	"assay/ui/action"
	"assay/ui/known"
	"assay/ui/term"
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
	rnd := rand.New(rand.NewPCG(7, 8))
	bare := func() *known.Known { return known.New(&fleet.Fleet{}, viewtest.Now) }
	worlds := []*known.Known{withErrors(t), bare(), bare(), bare()}
	worlds[1].Problems = known.Loaded[[]fleet.Problem]{Value: hostile(), At: viewtest.Now}
	worlds[2].Problems.At = viewtest.Now
	texts := []string{"", "galena", "error", "語", "\x1b[31m", strings.Repeat("x", 3000), "\xff"}
	for n := range 500 {
		k := worlds[n%len(worlds)]
		v := checks.New(viewtest.Env(k), view.Link{Sub: texts[rnd.IntN(len(texts))]})
		for range rnd.IntN(8) {
			switch all := action.All(); rnd.IntN(4) {
			case 0:
				viewtest.Do(v, "filter")
				viewtest.Type(v, texts[rnd.IntN(len(texts))])
			case 1:
				v.Click(rnd.IntN(200), rnd.IntN(50))
				k.Revision++
			default:
				id := all[rnd.IntN(len(all))].ID
				v.Disabled(id)
				v.Do(action.Intent{ID: id, Arg: texts[rnd.IntN(len(texts))]})
			}
			w, h := 1+rnd.IntN(200), 1+rnd.IntN(50)
			checkScreen(t, v.Render(w, h), w, h)
			v.Note()
		}
	}
}

// checkScreen fails unless the screen has just that size and nothing that
// steers a terminal.
func checkScreen(t *testing.T, screen string, w, h int) {
	t.Helper()
	lines := strings.Split(screen, "\n")
	if len(lines) != h {
		t.Fatalf("%d lines at %dx%d", len(lines), w, h)
	}
	for _, line := range lines {
		if term.Width(line) != w || line != term.Clean(line) {
			t.Fatalf("at %dx%d: %q", w, h, line)
		}
	}
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
