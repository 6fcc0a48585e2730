package machines

import (
	"reflect"
	"slices"
	"strings"
	"testing"

	"assay/fleet"
	"assay/fleet/engine"
	"assay/fleet/run/event"
	"assay/fleet/run/journal"
	"assay/fleet/run/plan"
	"assay/fleet/run/state"
	"assay/fleet/session"
	"assay/ui/action"
	"assay/ui/known"
	"assay/ui/style"
	"assay/ui/view"
	"assay/ui/view/viewtest"
)

func asks(t *testing.T, v *View, intent string, want ...view.Ask) {
	t.Helper()
	if got := viewtest.Do(v, intent); !reflect.DeepEqual(got, want) {
		t.Errorf("%s asks for\n%+v, want\n%+v", intent, got, want)
	}
}

func TestPlans(t *testing.T) {
	v, k := example(t, "")
	asks(t, v, "plan.update", view.MakePlan{Machines: []string{"scheelite"}, Goal: engine.GoalSwitch})
	viewtest.Do(v, "move.bottom", "mark", "move.up", "mark")
	asks(t, v, "plan.rollback", view.MakePlan{Machines: []string{"cinnabar", "electrum"}, Goal: engine.GoalSwitch, Back: true})
	viewtest.Type(v, "@gpu")
	if got := v.Note(); got != "1 of 8 · D: 2 marked, 2 of them not shown" {
		t.Errorf("note %q", got)
	}
	testHiddenMarks(t, v)
	viewtest.Do(v, "mark.none")
	viewtest.Type(v, "@nobody")
	if got := v.Disabled(action.PlanUpdate); got != "no machine is marked, and none is shown" {
		t.Errorf("without a machine: %q", got)
	}
	viewtest.Type(v, "")
	k.NoHosts = "no hosts here"
	asks(t, v, "plan.update", view.Say{Level: style.Warn, Text: "no hosts here"})
	k.ReadOnly = "opened to read only"
	asks(t, v, "plan.rollback", view.Say{Level: style.Warn, Text: "opened to read only"})
}

// testHiddenMarks has two machines marked that the filter hides, and a third
// one under the cursor.
func testHiddenMarks(t *testing.T, v *View) {
	t.Helper()
	all := view.Item{Value: allMarks, Text: "all marked ones, shown or not", Note: "2 machines"}
	asks(t, v, "plan.update", view.Choose{Title: "2 marked machines are not shown here: plan for", Intent: action.PlanUpdate, Items: []view.Item{
		{Value: underCur, Text: "the one under the cursor", Note: "scheelite"}, all,
	}})
	asks(t, v, "plan.update "+underCur, view.MakePlan{Machines: []string{"scheelite"}, Goal: engine.GoalSwitch})
	asks(t, v, "plan.rollback "+allMarks, view.MakePlan{Machines: []string{"cinnabar", "electrum"}, Goal: engine.GoalSwitch, Back: true})
	viewtest.Type(v, "cinnabar")
	asks(t, v, "plan.rollback", view.Choose{Title: "1 marked machine is not shown here: plan for", Intent: action.PlanBack, Items: []view.Item{
		{Value: shownMarks, Text: "the marked ones shown here", Note: "1 machine"}, all,
	}})
	asks(t, v, "plan.rollback "+shownMarks, view.MakePlan{Machines: []string{"cinnabar"}, Goal: engine.GoalSwitch, Back: true})
}

func TestLogs(t *testing.T) {
	v, k := example(t, "")
	viewtest.Do(v, "move.down") // to galena
	if got := v.Disabled(action.LogsOf); got != "no recorded run has galena" {
		t.Errorf("without a run: %q", got)
	}
	recorded := func(id string, machines ...string) session.RunSummary {
		return session.RunSummary{ID: journal.ID(id), Started: event.RunStarted{Machines: machines}}
	}
	k.Runs.Value = []session.RunSummary{recorded("third", "cinnabar"), recorded("second", "galena"), recorded("first", "galena")}
	k.Runs.At = viewtest.Now.Add(1)
	k.Revision++
	logs := func(run string) view.Ask {
		return view.Go{Link: view.Link{Place: view.Logs, Name: run, Sub: "galena"}}
	}
	asks(t, v, "logs", logs("second"))
	k.Current = "now"
	k.Open["now"] = &known.Run{ID: "now", Plan: &plan.Plan{Hosts: []plan.Entry{{Machine: "argentum"}}}}
	asks(t, v, "logs", logs("second"))
	k.Open["now"].Plan = &plan.Plan{Hosts: []plan.Entry{{Machine: "galena"}}}
	asks(t, v, "logs", logs("now"))
	k.Open["now"].Plan, k.Open["now"].State = nil, state.New(0)
	asks(t, v, "logs", logs("second"))
	k.Open["now"].State.Emit(event.Event{Seq: 1, Run: "now", Body: event.RunStarted{Machines: []string{"galena"}}})
	asks(t, v, "logs", logs("now"))
}

func TestWhatTheConsoleIsAsked(t *testing.T) {
	v, k := example(t, "")
	asks(t, v, "enter", view.Go{Link: view.Link{Place: view.Machine, Name: "scheelite"}})
	asks(t, v, "copy", view.Copy{What: "the name", Text: "scheelite"})
	asks(t, v, "edit", view.Edit{At: k.Fleet.Machine("scheelite").At})
	asks(t, v, "refresh", view.Again{Needs: []known.Need{{Kind: known.Hosts}}})
	asks(t, v, "machines.states", view.Choose{Title: "Show the machines that are", Intent: action.StateOnly, Items: []view.Item{
		{Text: "every state", Note: "8 machines", Now: true},
		{Value: "unreachable", Text: "unreachable", Note: "1 machine"}, {Value: "error", Text: "error", Note: "1 machine"},
		{Value: "behind", Text: "behind", Note: "4 machines"}, {Value: "staged", Text: "staged", Note: "1 machine"},
		{Value: "current", Text: "current", Note: "1 machine"},
	}})
	choose := viewtest.Do(v, "table.sort")[0].(view.Choose)
	if len(choose.Items) != len(columns) || choose.Intent != action.SortBy || !choose.Items[0].Now {
		t.Errorf("to sort by: %+v", choose)
	}
	k.Fleet.Machine("scheelite").At = fleet.Pos{}
	if got := v.Disabled(action.Edit); got != "nobody knows where scheelite is declared" {
		t.Errorf("edit: %q", got)
	}
}

func TestCopyAll(t *testing.T) {
	v, _ := example(t, "@cloud")
	copied := viewtest.Do(v, "copy.all")[0].(view.Copy)
	lines := strings.Split(strings.TrimSuffix(copied.Text, "\n"), "\n")
	if copied.What != "4 machines" || len(lines) != 5 {
		t.Fatalf("%s, %d lines:\n%s", copied.What, len(lines), copied.Text)
	}
	for i, want := range []string{
		"STATE\tMACHINE\tREMARK\tCLASS\tSYSTEM\tTYPE\tUSER\tRUNNING\tBOOTED\tPROFILE\tWANTED\tGEN\tREBOOT\tUPTIME\tSEEN\tTAGS\tKERNEL\tFAILED\t/NIX\tLOAD\tREVISION\tVERSION",
		"unreachable\tscheelite\thandshake deadline\tnixos\tx86_64-linux\tGCP VM (GPU)\tcameron\tunknown\tunknown\tunknown\t06060606\tunknown\tunknown\tunknown\t9s\tcloud gcp gpu peer batch" + strings.Repeat("\tunknown", 6),
	} {
		if lines[i] != want {
			t.Errorf("line %d:\n%q, want\n%q", i, lines[i], want)
		}
	}
	if !strings.Contains(lines[4], "02020202\t02020202\t02020202\t02020202\t3\tno") {
		t.Errorf("equal paths are not written out: %q", lines[4])
	}
}

// become gives a machine another state.
func become(k *known.Known, name string, to session.State) {
	host := *k.Hosts[name]
	host.State, host.Asked, host.Busy = to, k.Now, false
	k.Hosts[name] = &host
	k.Revision++
}

func under(t *testing.T, v *View, want string) {
	t.Helper()
	v.Render(80, 20)
	if _, id := v.table.Cursor(); id != want {
		t.Errorf("the cursor is on %s, want %s", id, want)
	}
}

func TestCursor(t *testing.T) {
	v, k := example(t, "")
	under(t, v, "scheelite")
	become(k, "scheelite", session.StateCurrent)
	under(t, v, "scheelite") // it stays, also where nobody moved
	viewtest.Do(v, "move.top", "move.down")
	under(t, v, "argentum")
	become(k, "rosegold", session.StateUnreachable)
	become(k, "argentum", session.StateCurrent)
	under(t, v, "argentum")
	viewtest.Type(v, "@cloud")
	under(t, v, "galena") // the filter hides it: the first row
	viewtest.Do(v, "move.bottom")
	under(t, v, "scheelite")
	viewtest.Type(v, "")
	under(t, v, "scheelite")
	viewtest.Do(v, "machines.state-only current")
	under(t, v, "scheelite")
	become(k, "scheelite", session.StateBehind)
	under(t, v, "cinnabar") // gone: what has its place
}

// TestOrderWhileHostsAnswer: no row moves before every host has answered.
func TestOrderWhileHostsAnswer(t *testing.T) {
	_, k := example(t, "")
	k.Hosts = known.New(k.Fleet, viewtest.Now).Hosts
	byName := "argentum blackphos cinnabar electrum galena rosegold scheelite stibnite"
	rows := func(v *View, want string) {
		t.Helper()
		v.Render(80, 20)
		if got := strings.Join(ordered(v), " "); got != want {
			t.Errorf("%s, want %s", got, want)
		}
	}
	still, moved, sorted := New(viewtest.Env(k), view.Link{}), New(viewtest.Env(k), view.Link{}), New(viewtest.Env(k), view.Link{})
	rows(still, byName) // nobody asked
	for _, host := range k.Hosts {
		host.Busy = true
	}
	k.Revision++
	become(k, "stibnite", session.StateUnreachable)
	rows(still, byName)
	viewtest.Do(moved, "move.down")
	viewtest.Do(sorted, "table.sort-by state")
	rows(sorted, "stibnite argentum blackphos cinnabar electrum galena rosegold scheelite")
	for _, m := range k.Fleet.Machines[:7] {
		become(k, m.Name, session.StateCurrent)
	}
	rows(still, "stibnite argentum blackphos cinnabar electrum galena rosegold scheelite")
	under(t, still, "stibnite")
	under(t, moved, "blackphos")
	become(k, "stibnite", session.StateCurrent)
	under(t, still, "stibnite")
}

// TestMarksAfterARun: what came well out of it is no longer marked, once.
func TestMarksAfterARun(t *testing.T) {
	v, k := example(t, "")
	viewtest.Do(v, "mark.all")
	run := &known.Run{ID: "now", State: state.New(0), Mine: true}
	k.Open["now"], k.Current = run, "now"
	for i, body := range []event.Body{
		event.RunStarted{Machines: []string{"argentum", "galena", "rosegold"}},
		event.HostResult{Machine: "argentum", Outcome: event.Updated},
		event.HostResult{Machine: "galena", Outcome: event.Failed},
		event.HostResult{Machine: "rosegold", Outcome: event.Unchanged},
	} {
		run.State.Emit(event.Event{Seq: int64(i + 1), Run: "now", Body: body})
	}
	k.Revision++
	if v.sync(); len(v.chosen("")) != 8 {
		t.Errorf("while it goes on: %v", v.chosen(""))
	}
	run.Over = true
	k.Revision++
	want := []string{"blackphos", "cinnabar", "electrum", "galena", "scheelite", "stibnite"}
	if v.sync(); !slices.Equal(v.chosen(""), want) {
		t.Errorf("afterwards: %v", v.chosen(""))
	}
	viewtest.Do(v, "mark.all")
	k.Revision++
	if v.sync(); len(v.chosen("")) != 8 {
		t.Errorf("marked again: %v", v.chosen(""))
	}
}

// TestRanges: a range begins at the last mark, or where the cursor is.
func TestRanges(t *testing.T) {
	v, _ := example(t, "")
	viewtest.Do(v, "table.sort-by machine", "move.top")
	asks(t, v, "mark.range", view.Say{Level: style.Plain, Text: "a range begins at argentum: v at its other end"})
	viewtest.Do(v, "move.down", "move.down", "mark.range")
	if got := v.chosen(""); !slices.Equal(got, []string{"argentum", "blackphos", "cinnabar"}) {
		t.Errorf("from the cursor: %v", got)
	}
	viewtest.Do(v, "mark.none", "mark.all", "mark.none", "move.bottom", "mark", "mark.none", "mark")
	viewtest.Type(v, "@darwin") // has stibnite
	viewtest.Do(v, "move.bottom", "move.up", "mark.range")
	if got := v.chosen(""); !slices.Equal(got, []string{"rosegold", "stibnite"}) {
		t.Errorf("to the last mark: %v", got)
	}
}

func TestMarks(t *testing.T) {
	v, k := example(t, "")
	viewtest.Do(v, "mark", "move.down", "move.down", "mark.range", "table.sort-by machine")
	if got := v.chosen(""); !slices.Equal(got, []string{"argentum", "galena", "scheelite"}) {
		t.Errorf("a range marks %v", got)
	}
	viewtest.Type(v, "@nixos")
	viewtest.Do(v, "mark.all")
	viewtest.Type(v, "")
	if got := v.Note(); got != "8 machines · D: 5 marked" {
		t.Errorf("note %q", got)
	}
	v.Render(80, 6)
	if got := v.Note(); got != "8 machines · 1-4 of 8 · D: 5 marked" {
		t.Errorf("of which four are shown: note %q", got)
	}
	v.Render(80, 20)
	smaller := *k.Fleet
	smaller.Machines = slices.Clone(smaller.Machines[:3]) // argentum, blackphos, cinnabar
	k.Fleet = &smaller
	k.Revision++
	if got := v.Note(); got != "3 machines · D: 2 marked" {
		t.Errorf("after machines are gone: note %q", got)
	}
	viewtest.Do(v, "mark.none")
	if got := v.Disabled(action.MarkNone); got != "nothing is marked" {
		t.Errorf("unmark: %q", got)
	}
}

// TestEveryAction: with rows and without, what is disabled says so when it is
// asked for all the same, and nothing panics.
func TestEveryAction(t *testing.T) {
	_, k := example(t, "")
	for _, filter := range []string{"", "@nobody"} {
		for _, a := range action.All() {
			v := New(viewtest.Env(k), view.Link{Sub: filter})
			asked := viewtest.Do(v, string(a.ID))
			if reason := v.Disabled(a.ID); reason != "" && a.ID != action.MarkNone && a.ID != action.MarkRange {
				if !reflect.DeepEqual(asked, []view.Ask{view.Say{Level: style.Warn, Text: reason}}) {
					t.Errorf("%s with %q is disabled (%s) and asks for %v", a.ID, filter, reason, asked)
				}
			}
			v.Render(80, 20)
		}
	}
}
