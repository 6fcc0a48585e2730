package runs_test

import (
	"errors"
	"fmt"
	"strings"
	"testing"
	"time"

	"assay/fleet/run/event"
	"assay/fleet/run/journal"
	"assay/fleet/run/state"
	"assay/fleet/session"
	"assay/ui/action"
	"assay/ui/known"
	"assay/ui/style"
	"assay/ui/view"
	"assay/ui/view/runs"
	"assay/ui/view/viewtest"
)

func open(k *known.Known) *runs.View { return runs.New(viewtest.Env(k), view.Link{Place: view.Runs}) }

// recorded is a run of so long ago that took 83 seconds.
func recorded(ago time.Duration, goal string, counts map[event.Outcome]int) session.RunSummary {
	at := viewtest.Now.Add(-ago)
	s := session.RunSummary{
		ID:     journal.ID(at.Format("20060102T150405.000Z") + "-3f9a1c"),
		Ending: session.RunFinished, Start: at, End: at.Add(83 * time.Second), Outcome: event.RunDone, Counts: counts,
		Started: event.RunStarted{Goal: goal, Kind: "update", Operator: "sam", Machines: []string{"argentum", "cinnabar", "electrum"}},
	}
	for o, n := range counts {
		if n > 0 && !o.Good() {
			s.Outcome = event.RunFailed
		}
	}
	return s
}

// history has a run of each kind, the newest first.
func history() []session.RunSummary {
	done := recorded(2*time.Hour, "switch", map[event.Outcome]int{event.Updated: 2, event.Unchanged: 1})
	failed := recorded(26*time.Hour, "switch", map[event.Outcome]int{event.Updated: 1, event.Failed: 1, event.Unreachable: 1})
	back := recorded(30*time.Hour, "switch", map[event.Outcome]int{event.Updated: 3})
	back.Started.Kind = "rollback"
	stopped := recorded(3*24*time.Hour, "boot", map[event.Outcome]int{event.Staged: 1, event.Skipped: 2})
	stopped.Outcome, stopped.Stopped = event.RunInterrupt, true
	torn := recorded(9*24*time.Hour, "switch", map[event.Outcome]int{event.Updated: 1})
	torn.Ending, torn.Outcome, torn.Open, torn.Problems = session.RunTorn, "", []string{"cinnabar", "electrum"}, []string{"line 7: not JSON"}
	blank := session.RunSummary{ID: "20261001T090000.000Z-000000", Ending: session.RunTorn}
	elsewhere := recorded(40*time.Second, "switch", map[event.Outcome]int{event.Updated: 1})
	elsewhere.Ending, elsewhere.Outcome, elsewhere.Open, elsewhere.Started.Operator = session.RunGoesOn, "", []string{"cinnabar", "electrum"}, "alex"
	return []session.RunSummary{elsewhere, done, failed, back, stopped, torn, blank}
}

func withHistory(t testing.TB) *known.Known {
	k := viewtest.Known(t)
	k.Runs.Value = history()
	return k
}

// going adds a run that goes on in this program, with one machine done of
// three.
func going(k *known.Known) *known.Run {
	at := viewtest.Now.Add(-12 * time.Second)
	r := &known.Run{ID: at.Format("20060102T150405.000Z") + "-aaaaaa", State: state.New(0), Mine: true}
	emit(r, 1, at, event.RunStarted{Goal: "switch", Kind: "update", Operator: "sam", Machines: []string{"argentum", "galena", "stibnite"}})
	emit(r, 2, at, event.HostResult{Machine: "galena", Outcome: event.Updated})
	k.Open[r.ID], k.Current = r, r.ID
	return r
}

func emit(r *known.Run, seq int64, at time.Time, body event.Body) {
	r.State.Emit(event.Event{Seq: seq, Time: at, Run: r.ID, Body: body})
}

func TestScreens(t *testing.T) {
	k := withHistory(t)
	viewtest.Golden(t, "runs", open(k))

	filtered := open(k)
	viewtest.Do(filtered, "filter")
	viewtest.Type(filtered, "failed")
	viewtest.Golden(t, "filtered", filtered)
	viewtest.Type(filtered, "no such machine")
	viewtest.Golden(t, "no-match", filtered)

	going(k)
	k.Revision++
	viewtest.Golden(t, "going-on", open(k))
	k.Runs.Err = errors.New("/home/sam/.local/state/assay/runs: permission denied")
	k.Revision++
	viewtest.Golden(t, "error-with-run", open(k))
}

func TestScreensWithoutRuns(t *testing.T) {
	k := viewtest.Known(t)
	viewtest.Golden(t, "empty", open(k))
	k.NoHosts = "this version reaches only the demo's hosts: building and deploying with Nix is not in it yet"
	viewtest.Golden(t, "empty-no-hosts", open(k))
	k.Runs = known.Loaded[[]session.RunSummary]{Busy: true}
	viewtest.Golden(t, "loading", open(k))
	k.Runs = known.Loaded[[]session.RunSummary]{Err: errors.New("permission denied"), At: viewtest.Now}
	viewtest.Golden(t, "error", open(k))
	k.Runs = known.Loaded[[]session.RunSummary]{}
	if screen := open(k).Render(80, 20); !strings.Contains(screen, "nobody has asked yet") {
		t.Errorf("before anybody asked:\n%s", screen)
	}
}

func TestTheProgramsOwnRunIsAsItIsNow(t *testing.T) {
	k := withHistory(t)
	r := going(k)
	v := open(k)
	if screen := v.Render(160, 44); !strings.Contains(screen, style.PlainStyle().Glyphs.Busy+" going on") || !strings.Contains(screen, "2 to go, 1 updated") {
		t.Errorf("it is not shown:\n%s", screen)
	}
	// Events come without a new revision of what is known.
	emit(r, 3, viewtest.Now, event.HostResult{Machine: "argentum", Outcome: event.Failed})
	emit(r, 4, viewtest.Now, event.RunInterrupted{})
	if screen := v.Render(160, 44); !strings.Contains(screen, "stopping") || !strings.Contains(screen, "1 updated, 1 failed, 1 to go") {
		t.Errorf("it does not follow:\n%s", screen)
	}
	// The list on disk is older than what the program knows itself.
	old := recorded(12*time.Second, "switch", nil)
	old.ID, old.Ending, old.Outcome = journal.ID(r.ID), session.RunGoesOn, ""
	k.Runs.Value = append([]session.RunSummary{old}, k.Runs.Value...)
	emit(r, 5, viewtest.Now, event.RunFinished{Outcome: event.RunInterrupt})
	r.Over = true
	k.Revision++
	screen := v.Render(160, 44)
	if n := strings.Count(screen, r.ID); n != 1 {
		t.Errorf("the run is there %d times:\n%s", n, screen)
	}
	if line := strings.Split(screen, "\n")[1]; !strings.Contains(line, "! cancelled") {
		t.Errorf("its end is not shown: %s", line)
	}
	if note := v.Note(); note != "8 runs" {
		t.Errorf("note %q", note)
	}
	v.Render(80, 5)
	viewtest.Do(v, "move.bottom")
	if note := v.Note(); note != "8 runs · 5-8 of 8" {
		t.Errorf("of which four are shown: note %q", note)
	}
}

func TestFilter(t *testing.T) {
	k := withHistory(t)
	r := going(k)
	for filter, want := range map[string]int{
		"": 8, "galena": 1, "cinnabar": 6, "CINNABAR failed": 1, "rollback": 1, "restored": 1, "alex": 1, "boot": 1,
		"going": 2, "unreachable": 1, r.ID: 1, "20261001": 1, "cancelled": 1, "no end": 2, "staged cinnabar": 1, "nonsense": 0, "cinnabar nonsense": 0,
	} {
		v := open(k)
		viewtest.Do(v, "filter")
		viewtest.Type(v, filter)
		note := v.Note()
		if got := fmt.Sprintf("%d of 8 runs", want); note != got && !(want == 8 && note == "8 runs") {
			t.Errorf("%q: %q, want %q", filter, note, got)
		}
	}
}

func TestKeys(t *testing.T) {
	k := withHistory(t)
	v := open(k)
	v.Render(80, 20)
	viewtest.Do(v, "move.down")
	id := string(k.Runs.Value[1].ID)
	for do, want := range map[string]view.Ask{
		"enter": view.Go{Link: view.Link{Place: view.Run, Name: id}},
		"logs":  view.Go{Link: view.Link{Place: view.Logs, Name: id}},
		"copy":  view.Copy{What: "the run's id", Text: id},
		"back":  view.Leave{},
	} {
		if asks := viewtest.Do(v, do); len(asks) != 1 || asks[0] != want {
			t.Errorf("%s asks %v, want %v", do, asks, want)
		}
	}
	if asks := viewtest.Do(v, "refresh"); len(asks) != 1 || asks[0].(view.Again).Needs[0].Kind != known.Runs {
		t.Errorf("refresh asks %v", asks)
	}
	if all := viewtest.Do(v, "copy.all")[0].(view.Copy).Text; strings.Count(all, "\n") != 7 || !strings.Contains(all, id) {
		t.Errorf("copy all:\n%s", all)
	}
	v.Click(3, 3)
	if asks := v.Click(3, 3); len(asks) != 1 || asks[0] != (view.Go{Link: view.Link{Place: view.Run, Name: string(k.Runs.Value[2].ID)}}) {
		t.Errorf("two clicks ask %v", asks)
	}
	for _, empty := range []*runs.View{open(viewtest.Known(t))} {
		for _, id := range []action.ID{action.Enter, action.LogsOf, action.Copy, action.CopyAll, action.Edit, action.Sort} {
			if empty.Disabled(id) == "" {
				t.Errorf("%s has no reason without runs", id)
			}
		}
		viewtest.Do(empty, "enter", "logs", "copy", "move.down")
	}
}

func TestEscClearsTheFilterFirst(t *testing.T) {
	v := open(withHistory(t))
	viewtest.Do(v, "filter")
	viewtest.Type(v, "boot")
	viewtest.Do(v, "typing.accept")
	if v.Input().Focused() || v.Link().Sub != "boot" {
		t.Errorf("enter does not keep the filter: %+v", v.Link())
	}
	if asks := viewtest.Do(v, "back"); len(asks) != 0 || v.Note() != "7 runs" {
		t.Errorf("esc asks %v, note %q", asks, v.Note())
	}
	if asks := viewtest.Do(v, "back"); len(asks) != 1 {
		t.Errorf("the second esc asks %v", asks)
	}
}

func TestSort(t *testing.T) {
	k := withHistory(t)
	v := open(k)
	first := func() string { return viewtest.Do(v, "move.top", "copy")[0].(view.Copy).Text }
	for _, c := range []struct {
		column string
		want   int // of history
	}{{"id", 6}, {"goal", 6}, {"operator", 6}, {"machines", 6}, {"age", 0}, {"took", 6}, {"outcome", 4}} {
		viewtest.Do(v, "table.sort-by "+c.column)
		if got := first(); got != string(k.Runs.Value[c.want].ID) {
			t.Errorf("by %s the first is %s, want %s", c.column, got, k.Runs.Value[c.want].ID)
		}
	}
	viewtest.Do(v, "table.sort-by id", "table.reverse")
	if got := first(); got != string(k.Runs.Value[0].ID) {
		t.Errorf("reversed, the first is %s", got)
	}
	if c := viewtest.Do(v, "table.sort")[0].(view.Choose); c.Intent != action.SortBy || len(c.Items) != 8 {
		t.Errorf("the choice is %+v", c)
	}
}
