package runs_test

import (
	"fmt"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"
	"time"

	"assay/fleet"
	"assay/fleet/run/event"
	"assay/fleet/run/journal"
	"assay/fleet/session"
	"assay/ui/known"
	"assay/ui/view"
	"assay/ui/view/runs"
	"assay/ui/view/viewtest"
)

// many is a history of n runs of so many machines each.
func many(n, machines int) []session.RunSummary {
	var names []string
	for i := range machines {
		names = append(names, fmt.Sprintf("machine-%04d", i))
	}
	list := make([]session.RunSummary, n)
	for i := range list {
		s := recorded(time.Duration(i)*time.Hour, "switch", map[event.Outcome]int{event.Updated: machines - 1, event.Failed: 1})
		s.Started.Machines = names
		list[i] = s
	}
	return list
}

func hostile() []session.RunSummary {
	evil := "\x1b]52;c;x\a\u202e語\xff" + strings.Repeat("long", 3000)
	s := recorded(time.Hour, evil, map[event.Outcome]int{event.Outcome(evil): 3, event.Updated: -1})
	s.Started.Operator, s.Started.Kind, s.Outcome, s.ID = evil, evil, event.RunOutcome(evil), journal.ID(evil)
	future := recorded(-time.Hour, "switch", nil)
	future.End = time.Time{}
	return []session.RunSummary{s, s, future, {}}
}

// TestAnySizeAndIntent does everything in any order at any size.
func TestAnySizeAndIntent(t *testing.T) {
	live := known.New(&fleet.Fleet{}, viewtest.Now)
	going(live)
	worlds := []*known.Known{withHistory(t), live, known.New(&fleet.Fleet{}, viewtest.Now), known.New(&fleet.Fleet{}, viewtest.Now)}
	worlds[2].Runs = known.Loaded[[]session.RunSummary]{Value: hostile(), At: viewtest.Now}
	viewtest.Anything(t, 400, worlds, func(k *known.Known, text func() string) view.View {
		return runs.New(viewtest.Env(k), view.Link{Sub: text()})
	}, "cinnabar", "failed")
}

// TestEveryRunIsThereOnce goes through the table and finds every run, in the
// order of their ids, whatever order they come in.
func TestEveryRunIsThereOnce(t *testing.T) {
	rnd := rand.New(rand.NewPCG(5, 6))
	for range 20 {
		k := known.New(&fleet.Fleet{}, viewtest.Now)
		k.Runs.Value = many(rnd.IntN(50), 3)
		rnd.Shuffle(len(k.Runs.Value), func(i, j int) { k.Runs.Value[i], k.Runs.Value[j] = k.Runs.Value[j], k.Runs.Value[i] })
		want := []string{going(k).ID}
		for i := range k.Runs.Value {
			want = append(want, string(k.Runs.Value[i].ID))
		}
		slices.Sort(want)
		slices.Reverse(want)
		v := open(k)
		var got []string
		for range want {
			got = append(got, viewtest.Do(v, "copy")[0].(view.Copy).Text)
			viewtest.Do(v, "move.down")
		}
		if !slices.Equal(got, want) {
			t.Fatalf("the table has\n%q, want\n%q", got, want)
		}
	}
}

// BenchmarkRender is a frame after a move, while a run goes on.
func BenchmarkRender(b *testing.B) {
	k := viewtest.Known(b)
	k.Runs.Value = many(2000, 500)
	going(k)
	v := open(k)
	for b.Loop() {
		viewtest.Do(v, "move.down")
		v.Render(160, 44)
	}
}

// BenchmarkKey is one more letter of the filter, and what is drawn for it.
func BenchmarkKey(b *testing.B) {
	k := viewtest.Known(b)
	k.Runs.Value = many(2000, 500)
	v := open(k)
	viewtest.Do(v, "filter")
	keys := []string{"m", "machine-0499", "none at all", "failed"}
	n := 0
	for b.Loop() {
		viewtest.Type(v, keys[n%len(keys)])
		v.Render(160, 44)
		n++
	}
}

// BenchmarkNews is a frame after something else in the console has changed, or
// the run that goes on has had an event.
func BenchmarkNews(b *testing.B) {
	k := viewtest.Known(b)
	k.Runs.Value = many(2000, 500)
	r := going(k)
	v := open(k)
	seq := int64(10)
	for b.Loop() {
		seq++
		emit(r, seq, viewtest.Now, event.HostPhase{Machine: "stibnite", Phase: event.Copying})
		k.Revision++
		v.Render(160, 44)
	}
}
