package run

import (
	"errors"
	"fmt"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"

	"assay/fleet/run/event"
	"assay/fleet/run/journal"
	"assay/fleet/run/plan"
	"assay/fleet/run/state"
	"assay/fleet/session"
	"assay/ui/action"
	"assay/ui/known"
	"assay/ui/term"
	"assay/ui/view"
	"assay/ui/view/viewtest"
	"assay/ui/widget"
)

func TestNeeds(t *testing.T) {
	k, v := open(t, half("update"), known.Run{Mine: true})
	if got := v.Needs(); len(got) != 0 {
		t.Errorf("%v", got)
	}
	delete(k.Open, id)
	if got := v.Needs(); !slices.Contains(got, known.Need{Kind: known.RecordedRun, Name: id}) {
		t.Errorf("%v", got)
	}
	if l := v.Link(); New(viewtest.Env(k), l).Link() != l {
		t.Error("the link does not lead back")
	}
}

func TestElsewhere(t *testing.T) {
	k, v := open(t, half("update"), known.Run{})
	k.Runs.Value = []session.RunSummary{{ID: journal.ID(id), Ending: session.RunGoesOn}}
	if got := v.Render(80, 20); !strings.Contains(got, "another process") || strings.Contains(got, "torn") {
		t.Error(got)
	}
	if v.Disabled(action.Stop) == "" || v.Disabled(action.Retry) == "" {
		t.Error("a run of another process is stopped or planned again")
	}
}

func TestStopTwice(t *testing.T) {
	k, v := open(t, half("update"), known.Run{Mine: true})
	asked[view.StopRun](t, viewtest.Do(v, "run.stop"))
	if got := viewtest.Do(v, "run.abandon-confirmed"); got != nil {
		t.Errorf("abandoned before it was stopped: %v", got)
	}
	k.Open[id].Stopping = 1
	c := asked[view.Confirm](t, viewtest.Do(v, "run.stop"))
	var text strings.Builder
	for _, l := range c.Lines {
		text.WriteString(l.Text() + " ")
	}
	if c.Yes != "Abandon the run" || !strings.Contains(text.String(), "cinnabar, electrum, galena") || strings.Contains(text.String(), "argentum") {
		t.Errorf("%s: %s", c.Yes, &text)
	}
	asked[view.StopRun](t, v.Do(c.Intent))
	k.Open[id].Stopping = 2
	if got := viewtest.Do(v, "run.stop"); got != nil || v.Disabled(action.Stop) == "" {
		t.Errorf("%v", got)
	}
	k.Open[id].Stopping, k.Open[id].Over = 1, true
	if got := v.Do(c.Intent); got != nil {
		t.Errorf("a run that is over is abandoned: %v", got)
	}
}

func TestRetry(t *testing.T) {
	k, v := open(t, ended("update"), known.Run{Mine: true, Over: true})
	m := asked[view.MakePlan](t, viewtest.Do(v, "run.retry"))
	if want := []string{"blackphos", "electrum", "galena", "scheelite", "stibnite"}; !slices.Equal(m.Machines, want) || m.Goal != "switch" || m.Back {
		t.Errorf("%+v", m)
	}
	k.ReadOnly = "it looks only"
	if got := viewtest.Do(v, "run.retry"); got != nil || v.Disabled(action.Retry) != k.ReadOnly {
		t.Errorf("%v", got)
	}
	_, v = open(t, half("update"), known.Run{Mine: true})
	if got := viewtest.Do(v, "run.retry"); got != nil {
		t.Errorf("%v", got)
	}
	k, v = open(t, half("update"), known.Run{})
	if m := asked[view.MakePlan](t, viewtest.Do(v, "run.retry")); len(m.Machines) != 7 {
		t.Errorf("of a torn run: %+v", m)
	}
	k.Fleet.Machines = nil
	k.Revision++
	if why := v.Disabled(action.Retry); !strings.Contains(why, "none of these") {
		t.Errorf("%q", why)
	}
}

// TestRetryRollback goes back to the generation of the plan, never to the one
// before whatever runs by now.
func TestRetryRollback(t *testing.T) {
	k, v := open(t, ended("rollback"), known.Run{})
	if why := v.Disabled(action.Retry); !strings.Contains(why, "not known") {
		t.Errorf("%q", why)
	}
	p := &plan.Plan{Kind: plan.Rollback}
	for _, name := range []string{"argentum", "blackphos", "cinnabar", "electrum", "galena", "rosegold", "scheelite", "stibnite"} {
		p.Hosts = append(p.Hosts, plan.Entry{Machine: name, To: plan.Side{Generation: 3}})
	}
	k.Open[id].Plan = p
	if m := asked[view.MakePlan](t, viewtest.Do(v, "run.retry")); !m.Back || m.To != 3 {
		t.Errorf("%+v", m)
	}
	if got := v.Render(80, 40); !strings.Contains(got, "then plan the rest") || !strings.Contains(got, "D plans the rest: 5 machines") {
		t.Error(got)
	}
	p.Entry("electrum").To.Generation = 2
	if got := v.Render(80, 40); !strings.Contains(got, "then plan it from") || !strings.Contains(got, "The rest cannot be planned: they return to different") {
		t.Error(got)
	}
	if why := v.Disabled(action.Retry); !strings.Contains(why, "different generations") {
		t.Errorf("%q", why)
	}
}

func TestLinks(t *testing.T) {
	_, v := open(t, ended("update"), known.Run{})
	v.Render(80, 20)
	if g := asked[view.Go](t, viewtest.Do(v, "enter")); g.Link != (view.Link{Place: view.Logs, Name: id, Sub: "blackphos"}) {
		t.Errorf("%+v", g)
	}
	if g := asked[view.Go](t, viewtest.Do(v, "logs")); g.Link != (view.Link{Place: view.Logs, Name: id}) {
		t.Errorf("%+v", g)
	}
	if c := asked[view.Copy](t, viewtest.Do(v, "copy")); c.Text != "blackphos" {
		t.Errorf("%+v", c)
	}
	c := asked[view.Copy](t, viewtest.Do(v, "copy.all"))
	for _, want := range []string{"2 updated", "nix-collect-garbage", "identity could not be verified", "rosegold"} {
		if !strings.Contains(c.Text, want) {
			t.Errorf("%q is not in\n%s", want, c.Text)
		}
	}
	viewtest.Do(v, "filter")
	viewtest.Type(v, "x")
	if got := viewtest.Do(v, "back"); got != nil || v.Input().Value() != "" {
		t.Errorf("%v", got)
	}
	asked[view.Leave](t, viewtest.Do(v, "back"))
}

// TestOrder puts what failed first, then, while the run goes on, what is being
// worked on; who has moved the cursor keeps their machine.
func TestOrder(t *testing.T) {
	s := half("update")
	k, v := open(t, s, known.Run{Mine: true})
	v.Render(80, 20)
	if got, want := order(v), []string{"blackphos", "cinnabar", "electrum", "galena", "rosegold", "scheelite", "stibnite", "argentum"}; !slices.Equal(got, want) {
		t.Errorf("%v", got)
	}
	_, fixed := open(t, s, known.Run{Mine: true})
	viewtest.Do(fixed, "table.sort-by machine")
	if fixed.Render(80, 20); !slices.IsSorted(order(fixed)) {
		t.Errorf("%v", order(fixed))
	}
	viewtest.Do(v, "move.top", "move.down")
	s2 := ended("update")
	k.Open[id].State, k.Open[id].Over = s2.State, true
	v.Render(80, 20)
	if got, want := order(v), []string{"blackphos", "electrum", "galena", "scheelite", "stibnite", "argentum", "cinnabar", "rosegold"}; !slices.Equal(got, want) {
		t.Errorf("%v", got)
	}
	if _, name := v.table.Cursor(); name != "cinnabar" {
		t.Errorf("the cursor is on %s", name)
	}
	viewtest.Do(v, "table.sort-by machine", "table.reverse")
	if got := order(v); got[0] != "stibnite" {
		t.Errorf("%v", got)
	}
	viewtest.Do(v, "table.sort-by time")
	if got := order(v); len(got) != 8 {
		t.Errorf("%v", got)
	}
}

// TestHeadKeepsItsHeight: while the run goes on, rows stay where they are
// whatever is said above them.
func TestHeadKeepsItsHeight(t *testing.T) {
	k, v := open(t, begin("update"), known.Run{Mine: true})
	v.Render(80, 20)
	first := v.above
	k.Open[id].State = half("update").State
	v.Render(80, 20)
	second := v.above
	k.Open[id].Stopping = 1
	if v.Render(80, 20); first != second || second != v.above {
		t.Errorf("%d, %d, %d lines", first, second, v.above)
	}
}

// TestNumbers: with the plan the view says how many of the machines change.
func TestNumbers(t *testing.T) {
	k, v := open(t, half("update"), known.Run{Mine: true})
	k.Open[id].Plan = &plan.Plan{Hosts: []plan.Entry{{Machine: "a", Status: plan.StatusChange}, {Machine: "b", Status: plan.StatusUnreachable}}}
	if got := v.Render(80, 20); !strings.Contains(got, "switch of 1 of 8 machines") {
		t.Error(got)
	}
	if v.Title() != "run 5f0c" || v.Note() != id {
		t.Errorf("%q, %q", v.Title(), v.Note())
	}
	v.Render(80, 8)
	if got := v.Note(); got != id+" · 1-3 of 8" {
		t.Errorf("%q while three can be seen", got)
	}
}

func order(v *View) []string {
	var list []string
	for _, m := range v.rows.list {
		list = append(list, m.Name)
	}
	return list
}

// TestOneSnapshot copies the picture once for each of its revisions.
func TestOneSnapshot(t *testing.T) {
	s := half("update")
	_, v := open(t, s, known.Run{Mine: true})
	v.Render(80, 20)
	first := &v.shot.Machines[0]
	v.Render(120, 40)
	v.Note()
	v.Disabled(action.Stop)
	if &v.shot.Machines[0] != first {
		t.Error("it was copied again")
	}
	s.say(event.Log{Machine: "galena", Text: "a new line"})
	if got := v.Render(120, 40); !strings.Contains(got, "a new line") {
		t.Error(got)
	}
}

func TestHostile(t *testing.T) {
	evil := "\x1b[2J\x1b]0;x\a\u202e\u200b\xff" + strings.Repeat("界", 500) + "\n\r\t"
	s := &script{State: state.New(0)}
	s.say(event.RunStarted{Goal: evil, Kind: evil, Operator: evil, Machines: []string{evil, "b", ""}},
		phase("b", event.Phase(evil)), event.HostProgress{Machine: "b", Done: -5, Total: 3},
		event.HostResult{Machine: evil, Outcome: event.Outcome(evil), Reason: evil, Hint: evil, Current: evil, Profile: evil, Identity: true},
		event.HostProgress{Machine: "c", Done: 1 << 62, Total: 1}, event.Log{Machine: "c", Text: evil})
	for _, r := range []known.Run{{Mine: true}, {Mine: true, Over: true, Err: errors.New(evil)}, {Broken: 3, Err: errors.New(evil)}} {
		_, v := open(t, s, r)
		random := rand.New(rand.NewPCG(5, 6))
		all := action.All()
		for range 120 {
			in := action.Intent{ID: all[random.IntN(len(all))].ID}
			if in.ID == action.InputText {
				v.Input().SetValue(string(rune('a' + random.IntN(26))))
			}
			v.Disabled(in.ID)
			v.Do(in)
			w, h := 1+random.IntN(130), 1+random.IntN(50)
			v.Click(random.IntN(w), random.IntN(h))
			lines := strings.Split(v.Render(w, h), "\n")
			if len(lines) != h {
				t.Fatalf("%d lines at %dx%d", len(lines), w, h)
			}
			for _, l := range lines {
				if term.Width(l) != w || strings.ContainsAny(l, "\x1b\a\r\t") || strings.ContainsRune(l, '\u202e') {
					t.Fatalf("%q at %dx%d", l, w, h)
				}
			}
		}
	}
}

var _ widget.Rows = (*rows)(nil)

func large(b *testing.B, n int) (*script, *View) {
	s := &script{State: state.New(0)}
	var names []string
	for i := range n {
		names = append(names, fmt.Sprintf("h%04d", i))
	}
	s.say(event.RunStarted{Goal: "switch", Kind: "update", Machines: names})
	for i, name := range names {
		s.say(phase(name, event.Connecting), phase(name, event.Copying), event.HostProgress{Machine: name, Done: int64(i), Total: int64(n)})
		if i%3 == 0 {
			s.say(event.HostResult{Machine: name, Outcome: event.Failed, Reason: "copy: no space left on device", Hint: "make room"})
		}
	}
	_, v := open(b, s, known.Run{Mine: true})
	v.Render(160, 44)
	return s, v
}

func BenchmarkRender(b *testing.B) {
	for _, n := range []int{500, 5000} {
		b.Run(fmt.Sprint(n), func(b *testing.B) {
			_, v := large(b, n)
			b.ReportAllocs()
			for b.Loop() {
				v.Render(160, 44)
			}
		})
		b.Run(fmt.Sprint(n, " while events stream"), func(b *testing.B) {
			s, v := large(b, n)
			b.ReportAllocs()
			for b.Loop() {
				s.say(event.Log{Machine: "h0007", Text: "a line"})
				v.Render(160, 44)
			}
		})
		b.Run(fmt.Sprint(n, " when it is over"), func(b *testing.B) {
			s, v := large(b, n)
			s.say(event.RunFinished{Outcome: event.RunFailed})
			b.ReportAllocs()
			for b.Loop() {
				v.Render(160, 44)
			}
		})
	}
}

// TestBack plans the way back of what the run has updated, and of nothing
// that has moved on since.
func TestBack(t *testing.T) {
	k, v := open(t, ended("update"), known.Run{Mine: true, Over: true})
	for _, h := range k.Hosts {
		h.Asked = start // before the run
	}
	m := asked[view.MakePlan](t, viewtest.Do(v, "plan.rollback"))
	if want := []string{"argentum", "cinnabar"}; !slices.Equal(m.Machines, want) || !m.Back || m.To != 0 || m.Goal != "switch" {
		t.Errorf("%+v", m)
	}
	if got := v.Render(80, 20); !strings.Contains(got, "X rolls back 2 machines") {
		t.Error(got)
	}
	h := k.Hosts["argentum"]
	h.Asked, h.Facts.Running = v.shot.Time.Add(1), viewtest.Path(77)
	if m := asked[view.MakePlan](t, viewtest.Do(v, "plan.rollback")); !slices.Equal(m.Machines, []string{"cinnabar"}) {
		t.Errorf("another run has changed argentum since: %+v", m)
	}
	delete(k.Hosts, "cinnabar")
	if why := v.Disabled(action.PlanBack); !strings.Contains(why, "something else") || viewtest.Do(v, "plan.rollback") != nil {
		t.Errorf("%q", why)
	}
	k.ReadOnly = "it looks only"
	if why := v.Disabled(action.PlanBack); why != k.ReadOnly {
		t.Errorf("%q", why)
	}
	for want, s := range map[string]*script{"goes on": half("update"), "way back itself": ended("rollback"), "no machine": begin("update").say(event.RunFinished{Outcome: event.RunDone})} {
		_, v := open(t, s, known.Run{Mine: true, Over: want != "goes on"})
		if why := v.Disabled(action.PlanBack); !strings.Contains(why, want) || viewtest.Do(v, "plan.rollback") != nil {
			t.Errorf("%q, want %q", why, want)
		}
	}
}
