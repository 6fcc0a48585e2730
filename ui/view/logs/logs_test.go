package logs_test

import (
	"errors"
	"fmt"
	"reflect"
	"strings"
	"testing"
	"time"

	"assay/fleet/run/event"
	"assay/fleet/run/state"
	"assay/ui/known"
	"assay/ui/style"
	"assay/ui/view"
	"assay/ui/view/logs"
	"assay/ui/view/viewtest"
)

const id = "20261122T125007.250Z-3f9a1c"

// bench is a log with the run that it shows.
type bench struct {
	run  *known.Run
	view *logs.View
	seq  int64
}

// newBench opens the log of a run of the example fleet's machines.
func newBench(t testing.TB, link view.Link, budget int, live bool) *bench {
	t.Helper()
	k := viewtest.Known(t)
	b := &bench{run: &known.Run{ID: id, State: state.New(budget), Mine: live}}
	k.Open[id] = b.run
	var names []string
	for i := range k.Fleet.Machines {
		names = append(names, k.Fleet.Machines[i].Name)
	}
	b.emit(event.RunStarted{Goal: "switch", Kind: "update", Machines: names})
	link.Place, link.Name = view.Logs, id
	b.view = logs.New(viewtest.Env(k), link)
	return b
}

func (b *bench) emit(body event.Body) {
	b.seq++
	at := viewtest.Now.Add(time.Duration(b.seq) * 370 * time.Millisecond)
	b.run.State.Emit(event.Event{Seq: b.seq, Time: at, Run: id, Body: body})
}

func (b *bench) say(machine, text string) {
	b.emit(event.Log{Machine: machine, Stream: "activate", Text: text})
}

// story is what three hosts print.
func (b *bench) story(n int) {
	for i := range n {
		b.say("cinnabar", fmt.Sprintf("copying path '/nix/store/%032d-example-%d' to the host", i, i))
		switch i % 10 {
		case 2:
			b.say("electrum", "setting up /etc...")
			b.say("electrum", "warning: the group 'media' has no members")
		case 5:
			b.say("galena", "reloading the following units: dbus.service, firewall.service, a-service-with-a-rather-long-name.service")
		case 7:
			b.say("galena", "error: could not start nginx.service: the port 443 is in use by another program, which is caddy with the process number 4711")
		}
	}
}

func (b *bench) shows(t *testing.T, want ...string) {
	t.Helper()
	screen := b.view.Render(80, 20)
	for _, w := range want {
		if !strings.Contains(screen, w) {
			t.Errorf("%q is not on the screen:\n%s", w, screen)
		}
	}
}

func (b *bench) showsNot(t *testing.T, unwanted string) {
	t.Helper()
	if screen := b.view.Render(80, 20); strings.Contains(screen, unwanted) {
		t.Errorf("%q is on the screen:\n%s", unwanted, screen)
	}
}

func TestGolden(t *testing.T) {
	for name, c := range map[string]struct {
		link   view.Link
		over   bool
		lines  int
		budget int
		change func(*bench)
	}{
		"following": {lines: 30},
		"standing": {lines: 30, change: func(b *bench) {
			b.view.Render(80, 20)
			viewtest.Do(b.view, "move.page-up", "move.up")
			b.story(30)
		}},
		"one":    {link: view.Link{Sub: "galena"}, lines: 80},
		"record": {lines: 30, over: true},
		"torn":   {lines: 30, over: true},
		"search": {lines: 30, over: true, change: func(b *bench) {
			viewtest.Do(b.view, "text.search")
			b.view.Input().Focus()
			viewtest.Type(b.view, "nginx")
		}},
		"errors": {lines: 80, over: true, change: func(b *bench) { viewtest.Do(b.view, "logs.level-set errors") }},
		"first-error": {lines: 80, over: true, change: func(b *bench) {
			b.view.Render(80, 20)
			viewtest.Do(b.view, "logs.first-error", "text.wrap", "logs.times")
		}},
		"dropped": {lines: 300, budget: 12_000, over: true},
		"reading": {lines: 5, over: true, change: func(b *bench) { b.run.Reading = true }},
		"broken": {lines: 5, over: true, change: func(b *bench) {
			b.run.Broken, b.run.Err = 3, errors.New("run x: events.jsonl: input/output error")
		}},
		"empty":  {change: func(b *bench) {}},
		"nobody": {over: true},
		"silent": {link: view.Link{Sub: "scheelite"}, lines: 5, over: true, change: func(b *bench) {
			b.emit(event.HostResult{Machine: "scheelite", Outcome: event.Unreachable, Reason: "connect to scheelite: handshake deadline", Hint: "is it up?"})
		}},
		"no-times": {lines: 3, over: true, change: func(b *bench) {
			viewtest.Do(b.view, "logs.times", "logs.times")
		}},
	} {
		t.Run(name, func(t *testing.T) {
			b := newBench(t, c.link, c.budget, !c.over)
			b.story(c.lines)
			if c.over && name != "torn" {
				b.emit(event.RunFinished{Outcome: event.RunDone})
			}
			if c.change != nil {
				c.change(b)
			}
			viewtest.Golden(t, name, b.view)
		})
	}
}

func TestNotThereYet(t *testing.T) {
	k := viewtest.Known(t)
	v := logs.New(viewtest.Env(k), view.Link{Place: view.Logs, Name: "r1"})
	if got := v.Render(80, 20); !strings.Contains(got, "reading the record of run r1") {
		t.Error(got)
	}
	if want := []known.Need{{Kind: known.RecordedRun, Name: "r1"}}; !reflect.DeepEqual(v.Needs(), want) {
		t.Errorf("needs %v", v.Needs())
	}
	k.Open["r1"] = &known.Run{ID: "r1", State: state.New(0), Err: errors.New("no such run")}
	if got := v.Render(80, 20); !strings.Contains(got, "no such run") || !strings.Contains(got, "tries again") {
		t.Error(got)
	}
	if v := logs.New(viewtest.Env(k), view.Link{Place: view.Logs}); !strings.Contains(v.Render(80, 20), "Nothing was run") || v.Needs() != nil {
		t.Error("a log of no run")
	}
}

// TestFollowing: new lines are seen while following and move nothing
// otherwise.
func TestFollowing(t *testing.T) {
	b := newBench(t, view.Link{}, 0, true)
	b.story(50)
	b.shows(t, style.PlainStyle().Glyphs.Busy+" following", "0000049")
	b.say("cinnabar", "the newest")
	b.shows(t, "the newest")
	viewtest.Do(b.view, "move.up")
	b.shows(t, "standing still", "the newest")
	before := strings.Split(b.view.Render(80, 20), "\n")
	for range 7 {
		b.say("cinnabar", "later")
	}
	after := strings.Split(b.view.Render(80, 20), "\n")
	if !reflect.DeepEqual(before[:19], after[:19]) {
		t.Errorf("lines moved:\n%s\n%s", strings.Join(before, "\n"), strings.Join(after, "\n"))
	}
	b.shows(t, "▼ 7 new", "f follows")
	viewtest.Do(b.view, "move.down", "move.down", "move.down")
	b.shows(t, "▼ 5 new")
	viewtest.Do(b.view, "move.bottom")
	b.shows(t, "following", "later")
	viewtest.Do(b.view, "logs.follow")
	b.shows(t, "standing still")
	viewtest.Do(b.view, "logs.follow")
	b.shows(t, "following")
	b.run.Over = true
	b.shows(t, "the run is over; this is its end")
	viewtest.Do(b.view, "move.up")
	if why := b.view.Disabled("logs.follow"); why == "" {
		t.Error("follow is offered though nothing new comes")
	}
}

// TestHoldsOnToWhatIsRead drops all older lines while somebody reads.
func TestHoldsOnToWhatIsRead(t *testing.T) {
	b := newBench(t, view.Link{}, 30_000, true)
	b.story(20)
	b.view.Render(80, 20)
	viewtest.Do(b.view, "move.up")
	before := strings.Split(b.view.Render(80, 20), "\n")
	b.story(10)
	after := strings.Split(b.view.Render(80, 20), "\n")
	if !reflect.DeepEqual(before[:19], after[:19]) {
		t.Errorf("lines moved:\n%s\n%s", strings.Join(before, "\n"), strings.Join(after, "\n"))
	}
	b.story(2000) // what was read is dropped
	b.shows(t, "earlier lines are on disk only", "S writes all of them into a file", "▼ ")
}

func TestSearch(t *testing.T) {
	b := newBench(t, view.Link{}, 0, false)
	b.story(50)
	b.view.Render(80, 20)
	viewtest.Do(b.view, "text.search")
	viewtest.Type(b.view, "nginx")
	b.shows(t, "5 matching lines")
	cursor := func() string {
		for line := range strings.SplitSeq(b.view.Render(160, 20), "\n") {
			if strings.HasPrefix(line, style.PlainStyle().Glyphs.Cursor) {
				return line
			}
		}
		return ""
	}
	first := cursor()
	if !strings.Contains(first, "nginx") {
		t.Errorf("the cursor is on %q", first)
	}
	viewtest.Do(b.view, "typing.accept", "text.next")
	if c := cursor(); c == first || !strings.Contains(c, "nginx") {
		t.Errorf("the cursor is on %q", c)
	}
	viewtest.Do(b.view, "text.previous")
	if c := cursor(); c != first {
		t.Errorf("the cursor is on %q", c)
	}
	asked := viewtest.Do(b.view, "text.previous")
	if c := cursor(); c == first || len(asked) != 1 {
		t.Errorf("round the beginning: the cursor is on %q, asked %v", c, asked)
	}
	b.say("cinnabar", "Nginx again")
	b.shows(t, "6 matching lines")
	viewtest.Do(b.view, "text.search")
	viewtest.Type(b.view, "absent")
	b.shows(t, "no line matches")
	viewtest.Do(b.view, "typing.leave")
	b.showsNot(t, "match")
	if asked := viewtest.Do(b.view, "back"); !reflect.DeepEqual(asked, []view.Ask{view.Leave{}}) {
		t.Errorf("back asked %v", asked)
	}
}

// TestSearchIsGivenBack: giving a search up while following follows on.
func TestSearchIsGivenBack(t *testing.T) {
	b := newBench(t, view.Link{}, 0, true)
	b.story(50)
	b.shows(t, "following")
	viewtest.Do(b.view, "text.search")
	viewtest.Type(b.view, "example-3")
	b.shows(t, "0000039")
	b.showsNot(t, style.PlainStyle().Glyphs.Busy+" following")
	viewtest.Do(b.view, "typing.leave")
	b.shows(t, "following")
}

func TestSilentMachines(t *testing.T) {
	b := newBench(t, view.Link{Sub: "scheelite"}, 0, true)
	b.story(5)
	b.shows(t, "scheelite has printed nothing in this run.", "It is waiting.", "h chooses whose lines")
	viewtest.Do(b.view, "logs.hosts-set nobody")
	b.shows(t, "The run is not about it.")
}

func TestSearchScrollsSideways(t *testing.T) {
	b := newBench(t, view.Link{}, 0, false)
	b.say("cinnabar", strings.Repeat("far ", 100)+"away")
	b.view.Render(80, 20)
	viewtest.Do(b.view, "text.search")
	viewtest.Type(b.view, "away")
	b.shows(t, "far away")
	viewtest.Type(b.view, "far")
	b.shows(t, "cinnabar  far far")
}

func TestBackTakesFiltersAwayFirst(t *testing.T) {
	b := newBench(t, view.Link{}, 0, false)
	b.story(50)
	viewtest.Do(b.view, "logs.level-set errors", "text.search")
	viewtest.Type(b.view, "nginx")
	viewtest.Do(b.view, "typing.accept")
	b.shows(t, "1-5 of 5")
	for _, want := range []string{"1-5 of 5", "of 70"} {
		if asked := viewtest.Do(b.view, "back"); asked != nil {
			t.Errorf("asked %v", asked)
		}
		b.shows(t, want)
	}
	if asked := viewtest.Do(b.view, "back"); len(asked) != 1 {
		t.Errorf("asked %v", asked)
	}
}

func TestChoices(t *testing.T) {
	b := newBench(t, view.Link{}, 0, false)
	b.story(50)
	level := viewtest.Do(b.view, "logs.level")[0].(view.Choose)
	var notes []string
	for _, item := range level.Items {
		notes = append(notes, item.Note)
	}
	if got := strings.Join(notes, ", "); got != "70 lines, 10 lines, 5 lines" || !level.Items[0].Now {
		t.Errorf("levels %s", got)
	}
	hosts := viewtest.Do(b.view, "logs.hosts")[0].(view.Choose)
	if hosts.Items[0].Value != "" || hosts.Items[0].Note != "70 lines, 5 errors" || !hosts.Items[0].Now {
		t.Errorf("all: %+v", hosts.Items[0])
	}
	for _, item := range hosts.Items {
		if item.Value == "galena" && item.Note != "10 lines, 5 errors" {
			t.Errorf("galena: %+v", item)
		}
	}
	viewtest.Do(b.view, "logs.hosts-set galena")
	b.showsNot(t, "copying")
	b.shows(t, "reloading", "1-10 of 10")
	if want := (view.Link{Place: view.Logs, Name: id, Sub: "galena"}); b.view.Link() != want {
		t.Errorf("link %+v", b.view.Link())
	}
}

func TestAsks(t *testing.T) {
	b := newBench(t, view.Link{}, 0, false)
	b.story(3)
	b.view.Render(80, 20)
	viewtest.Do(b.view, "move.bottom", "move.up", "move.up")
	for intent, want := range map[string]view.Ask{
		"copy":      view.Copy{What: "the line", Text: "copying path '/nix/store/00000000000000000000000000000002-example-2' to the host"},
		"logs.save": view.SaveLog{Run: id},
		"enter":     view.Go{Link: view.Link{Place: view.Logs, Name: id, Sub: "cinnabar", Line: 4}},
	} {
		if got := viewtest.Do(b.view, intent); len(got) != 1 || got[0] != want {
			t.Errorf("%s asks %+v", intent, got)
		}
	}
	all := viewtest.Do(b.view, "copy.all")[0].(view.Copy)
	page := viewtest.Do(b.view, "text.pager")[0].(view.Page)
	if strings.Count(all.Text, "\n") != 5 || all.Text != page.Text || !strings.Contains(page.Text, "! 12:50:09 electrum") {
		t.Errorf("%q, %q", all.Text, page.Text)
	}
	b.story(5000)
	if got := viewtest.Do(b.view, "text.pager"); !reflect.DeepEqual(got, []view.Ask{view.SaveLog{Run: id, Page: true}}) {
		t.Errorf("the pager gets %T", got[0])
	}
	one := newBench(t, view.Link{Sub: "galena", Line: 20}, 0, true)
	one.story(30)
	if got := viewtest.Do(one.view, "enter"); !reflect.DeepEqual(got, []view.Ask{view.Go{Link: view.Link{Place: view.Machine, Name: "galena"}}}) {
		t.Errorf("enter asks %+v", got)
	}
	one.showsNot(t, style.PlainStyle().Glyphs.Busy+" following")
}

// TestNoError: of a run that failed without a word, the view says what failed.
func TestNoError(t *testing.T) {
	b := newBench(t, view.Link{}, 0, true)
	b.say("galena", "all is well")
	b.view.Render(80, 20)
	if why := b.view.Disabled("logs.first-error"); why != "no line in memory says error" {
		t.Error(why)
	}
	b.emit(event.HostResult{Machine: "scheelite", Outcome: event.Unreachable, Reason: "dial scheelite.zt: handshake deadline"})
	b.view.Render(80, 20)
	if why := b.view.Disabled("logs.first-error"); why != "no line in memory says error; scheelite: unreachable: handshake deadline (dial scheelite.zt)" {
		t.Error(why)
	}
	if title := b.view.Title(); title != "logs of run 3f9a1c" {
		t.Error(title)
	}
}

func TestClick(t *testing.T) {
	b := newBench(t, view.Link{}, 0, true)
	b.story(50)
	b.view.Render(80, 20)
	if asked := b.view.Click(10, 3); asked != nil {
		t.Errorf("asked %v", asked)
	}
	if line := strings.Split(b.view.Render(80, 20), "\n")[3]; !strings.HasPrefix(line, style.PlainStyle().Glyphs.Cursor) {
		t.Errorf("the line is %q", line)
	}
	if asked := b.view.Click(10, 3); len(asked) != 1 {
		t.Errorf("asked %v", asked)
	}
	b.view.Click(0, -1)
	b.view.Click(0, 1000)
}
