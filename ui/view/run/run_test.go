package run

import (
	"errors"
	"fmt"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"
	"time"

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

const id = "20261122T124902.000Z-5f0c"

var start = time.Date(2026, 11, 22, 12, 49, 2, 0, time.UTC)

// script emits events, each a second after the one before.
type script struct {
	*state.State
	seq int64
}

func (s *script) say(bodies ...event.Body) *script {
	for _, b := range bodies {
		s.Emit(event.Event{Seq: s.seq + 1, Time: start.Add(time.Duration(s.seq) * time.Second), Run: id, Body: b})
		s.seq++
	}
	return s
}

func begin(kind string) *script {
	s := &script{State: state.New(0)}
	return s.say(event.RunStarted{
		Goal: "switch", Kind: kind, Plan: "0123456789ab", Fleet: "vanadinite", Engine: "embedded", Operator: "sam", Parallel: 4,
		Machines: []string{"argentum", "blackphos", "cinnabar", "electrum", "galena", "rosegold", "scheelite", "stibnite"},
	})
}

func phase(m string, p event.Phase) event.Body { return event.HostPhase{Machine: m, Phase: p} }

// half is a run in its middle.
func half(kind string) *script {
	return begin(kind).say(
		phase("argentum", event.Connecting), phase("blackphos", event.Connecting),
		phase("cinnabar", event.Connecting), phase("electrum", event.Connecting),
		phase("argentum", event.Building), phase("argentum", event.Copying),
		event.HostProgress{Machine: "argentum", Done: 412_000, Total: 412_000},
		phase("argentum", event.Activating),
		event.Log{Machine: "argentum", Stream: "activate", Text: "setting up /etc..."},
		phase("argentum", event.Verifying),
		event.HostResult{Machine: "argentum", Outcome: event.Updated, From: viewtest.Path(50), To: viewtest.Path(0), Current: viewtest.Path(0), Profile: viewtest.Path(0), Generation: 4},
		phase("blackphos", event.Copying), event.HostProgress{Machine: "blackphos", Done: 120_000, Total: 412_000},
		phase("cinnabar", event.Copying), event.HostProgress{Machine: "cinnabar", Done: 90_000, Total: 412_000},
		phase("electrum", event.Copying), event.HostProgress{Machine: "electrum", Done: 10_000, Total: 412_000},
		event.HostProgress{Machine: "cinnabar", Done: 412_000, Total: 412_000}, phase("cinnabar", event.Activating),
		event.Log{Machine: "cinnabar", Stream: "activate", Text: "restarting the following units: caddy.service, prometheus-node-exporter.service"},
		event.HostResult{
			Machine: "blackphos", Outcome: event.Failed, From: viewtest.Path(51), To: viewtest.Path(1), Current: viewtest.Path(51), Profile: viewtest.Path(51), Generation: 2,
			Reason: "copy: copy to blackphos: blackphos: no space left on device after 120 kB; nothing had been activated", Hint: "make room on the host: nix-collect-garbage",
		},
		phase("galena", event.Connecting), event.HostProgress{Machine: "electrum", Done: 212_000, Total: 412_000},
	)
}

// ended is the same run at its end, with failures of most kinds.
func ended(kind string) *script {
	return half(kind).say(
		event.HostResult{Machine: "cinnabar", Outcome: event.Updated, From: viewtest.Path(54), To: viewtest.Path(4), Current: viewtest.Path(4), Profile: viewtest.Path(4), Generation: 6},
		event.HostProgress{Machine: "electrum", Done: 412_000, Total: 412_000}, phase("electrum", event.Activating), phase("electrum", event.Returning),
		event.HostResult{
			Machine: "electrum", Outcome: event.Returned, From: viewtest.Path(55), To: viewtest.Path(5), Current: viewtest.Path(55), Profile: viewtest.Path(55), Generation: 3,
			Reason: "activate: command exited with 4: Failed to start caddy.service: Unit caddy.service has a bad unit file setting", Hint: "assay logs last electrum",
		},
		event.HostResult{Machine: "galena", Outcome: event.Refused, From: viewtest.Path(56), To: viewtest.Path(6), Reason: "the host's key is none that the fleet's secrets hold for galena", Identity: true},
		event.HostResult{Machine: "rosegold", Outcome: event.Unchanged, From: viewtest.Path(7), To: viewtest.Path(7), Current: viewtest.Path(7), Profile: viewtest.Path(7), Generation: 9},
		event.HostResult{Machine: "scheelite", Outcome: event.Unreachable, Reason: "dial scheelite.zt: handshake deadline of 10s"},
		phase("stibnite", event.Connecting), phase("stibnite", event.Activating),
		event.HostResult{Machine: "stibnite", Outcome: event.Uncertain, From: viewtest.Path(58), To: viewtest.Path(8), Reason: "activate: the connection broke, and no new one opens", Hint: "see what the host runs with assay status"},
		event.RunFinished{Outcome: event.RunFailed, Counts: map[event.Outcome]int{event.Updated: 2, event.Unchanged: 1, event.Returned: 1, event.Refused: 1, event.Failed: 1, event.Unreachable: 1, event.Uncertain: 1}},
	)
}

// open makes the run known and opens its view.
func open(t testing.TB, s *script, r known.Run) (*known.Known, *View) {
	t.Helper()
	k := viewtest.Known(t)
	r.ID, r.State = id, s.State
	k.Open[id] = &r
	if r.Mine {
		k.Current = id
	}
	return k, New(viewtest.Env(k), view.Link{Place: view.Run, Name: id})
}

func asked[T view.Ask](t *testing.T, list []view.Ask) T {
	t.Helper()
	if len(list) == 1 {
		if a, ok := list[0].(T); ok {
			return a
		}
	}
	var want T
	t.Fatalf("%+v, want one %T", list, want)
	return want
}

func TestGoldenGoingOn(t *testing.T) {
	k, v := open(t, half("update"), known.Run{Mine: true})
	viewtest.Golden(t, "going-on", v)
	viewtest.Do(v, "move.down")
	viewtest.Golden(t, "failed-so-far", v)
	k.Open[id].Plan = &plan.Plan{Hosts: []plan.Entry{{Machine: "a", Copy: plan.Amount{Bytes: 2_000_000}}}}
	k.Open[id].Stopping = 1
	viewtest.Golden(t, "stopping", v)
	k.Open[id].Stopping = 2
	viewtest.Golden(t, "abandoning", v)
}

func TestGoldenOver(t *testing.T) {
	k, v := open(t, ended("update"), known.Run{Mine: true, Over: true})
	viewtest.Golden(t, "failed", v)
	viewtest.Do(v, "move.down", "move.down", "move.down")
	viewtest.Golden(t, "failed-fourth", v)
	viewtest.Do(v, "filter")
	viewtest.Type(v, "unreach")
	viewtest.Golden(t, "filtered", v)
	viewtest.Type(v, "nobody")
	viewtest.Golden(t, "nothing-found", v)
	k.Open[id].State = begin("update").say(event.RunFinished{Outcome: event.RunDone}).State
	viewtest.Type(v, "")
	if got := v.Render(80, 20); !strings.Contains(got, "done") {
		t.Error(got)
	}
}

func TestGoldenRollback(t *testing.T) {
	s := &script{State: state.New(0)}
	s.say(event.RunStarted{Goal: "switch", Kind: "rollback", Machines: []string{"cinnabar"}, Operator: "sam"}, phase("cinnabar", event.Activating),
		event.HostResult{Machine: "cinnabar", Outcome: event.Updated, From: viewtest.Path(1), To: viewtest.Path(2), Current: viewtest.Path(2), Profile: viewtest.Path(2), Generation: 3},
		event.RunFinished{Outcome: event.RunDone})
	_, v := open(t, s, known.Run{})
	viewtest.Golden(t, "rolled-back", v)
}

func TestGoldenTorn(t *testing.T) {
	s := half("update")
	s.seq += 3 // events that never came
	s.say(event.Unknown{Name: "weather"}, event.RunInterrupted{Reason: "the disk is full"})
	_, v := open(t, s, known.Run{Broken: 2})
	viewtest.Golden(t, "torn", v)
}

func TestGoldenNotThere(t *testing.T) {
	k := viewtest.Known(t)
	v := New(viewtest.Env(k), view.Link{Place: view.Run, Name: id})
	viewtest.Golden(t, "not-asked", v)
	k.Open[id] = &known.Run{ID: id, State: state.New(0), Reading: true}
	viewtest.Golden(t, "reading", v)
	k.Open[id].Reading, k.Open[id].Err = false, errors.New("run "+id+": open events.jsonl: permission denied")
	viewtest.Golden(t, "unreadable", v)
	k.Open[id].Err = nil
	viewtest.Golden(t, "empty", v)
	k.Open[id].Mine = true
	if got := v.Render(80, 20); !strings.Contains(got, "The run begins") {
		t.Error(got)
	}
}

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
	if c.Yes != "Abandon" || !strings.Contains(text.String(), "cinnabar, electrum, galena") || strings.Contains(text.String(), "argentum") {
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
	p.Entry("electrum").To.Generation = 2
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

// TestOrder keeps rows in their places while the run goes on, and puts what
// failed first when it is over; who has moved the cursor keeps their machine.
func TestOrder(t *testing.T) {
	s := half("update")
	k, v := open(t, s, known.Run{Mine: true})
	v.Render(80, 20)
	if got := order(v); !slices.IsSorted(got) {
		t.Errorf("%v", got)
	}
	viewtest.Do(v, "move.down", "move.down")
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
		for range 250 {
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
