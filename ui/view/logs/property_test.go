package logs_test

import (
	"fmt"
	"math"
	"math/rand/v2"
	"strings"
	"testing"
	"unicode/utf8"

	"assay/fleet/run/event"
	"assay/ui/action"
	"assay/ui/term"
	"assay/ui/view"
	"assay/ui/view/logs"
	"assay/ui/view/viewtest"
)

// hostile are texts that nobody should print.
var hostile = []string{
	"", " ", "plain", "error: plain", "warning: wide 漢字漢字漢字漢字漢字漢字漢字漢字漢字漢字漢字漢字漢字漢字漢字漢字漢字漢字漢字",
	"\x1b[2J\x1b]0;title\x07gone", "\u202eright to left", "e\u0301\u0301\u0301 combined", "👩‍👩‍👧‍👦🇩🇪🇩🇪", "\xff\xfe\x80 no UTF-8",
	"tab\ttab\ttab", "a\nb\r\nc", strings.Repeat("long ", 2000), strings.Repeat("漢", 3000), strings.Repeat("x", 5000), strings.Repeat("\u0301", 500),
}

var intents = []action.ID{
	action.Down, action.Up, action.PageDown, action.PageUp, action.HalfDown, action.HalfUp, action.Top, action.Bottom, action.Left,
	action.Right, action.Wrap, action.Times, action.Follow, action.FirstError, action.Search, action.NextMatch, action.PrevMatch,
	action.InputText, action.InputDone, action.InputEsc, action.InputDown, action.InputUp, action.Back, action.Enter, action.Copy, action.CopyAll,
	action.Pager, action.SaveLog, action.Level, action.LevelSet, action.Hosts, action.HostsSet, action.Edit, action.Sort, action.Refresh,
}

func TestAnythingGoes(t *testing.T) {
	for seed := range uint64(viewtest.Rounds(10)) {
		r := rand.New(rand.NewPCG(seed, 7))
		link := view.Link{Line: r.IntN(2) * r.IntN(100)}
		if r.IntN(3) == 0 {
			link.Sub = "galena"
		}
		b := newBench(t, link, 3000+r.IntN(100_000), r.IntN(3) > 0)
		for range 120 {
			b.anything(r)
			w, h := 1+r.IntN(120), 1+r.IntN(50)
			b.check(t, w, h, false)
			for _, id := range intents {
				b.view.Disabled(id)
			}
			b.view.Note()
			b.view.Title()
			if t.Failed() {
				t.Fatalf("seed %d", seed)
			}
		}
	}
}

// anything lets something happen.
func (b *bench) anything(r *rand.Rand) {
	args := map[action.ID][]string{
		action.LevelSet: {"everything", "warnings", "errors", "nonsense"},
		action.HostsSet: {"", "galena", "cinnabar", "nobody"},
	}
	for range r.IntN(6) {
		switch r.IntN(8) {
		case 0, 1:
			for range r.IntN(40) {
				name := []string{"cinnabar", "galena", "a-machine-with-a-very-long-name-漢字"}[r.IntN(3)]
				b.say(name, hostile[r.IntN(len(hostile))]+fmt.Sprint(r.IntN(5)))
			}
		case 2:
			b.view.Input().SetValue([]string{"", "plain", "漢", "x", "absent", "\u0301"}[r.IntN(6)])
			b.view.Do(action.Intent{ID: action.InputText})
		case 3:
			b.view.Click(r.IntN(100), r.IntN(60)-5)
		case 4:
			if r.IntN(5) == 0 {
				b.run.Over = true
			}
			b.run.Reading, b.run.Broken = r.IntN(9) == 0, r.IntN(2)
		default:
			in := action.Intent{ID: intents[r.IntN(len(intents))]}
			if list := args[in.ID]; list != nil {
				in.Arg = list[r.IntN(len(list))]
			}
			b.view.Do(in)
		}
	}
}

// check draws the view: it must have just the size that was asked for and,
// while nothing comes, hold still.
func (b *bench) check(t *testing.T, w, h int, moving bool) {
	t.Helper()
	screen := b.view.Render(w, h)
	lines := strings.Split(screen, "\n")
	if len(lines) != h {
		t.Errorf("%dx%d: %d lines", w, h, len(lines))
	}
	for i, line := range lines {
		if term.Width(line) != w || !utf8.ValidString(line) || term.Clean(line) != line {
			t.Errorf("%dx%d: line %d is %d wide: %q", w, h, i, term.Width(line), line)
		}
	}
	if again := b.view.Render(w, h); again != screen && !moving && !b.counts(screen) {
		t.Errorf("%dx%d: drawn again, it is another\n%s\n%s", w, h, screen, again)
	}
}

// counts reports whether the screen says that matches are being counted.
func (b *bench) counts(screen string) bool { return strings.Contains(screen, "counting") }

// TestNothingMovesWhatIsRead emits while somebody reads: as long as nothing is
// dropped, the same lines stay in the same rows.
func TestNothingMovesWhatIsRead(t *testing.T) {
	for seed := range uint64(10) {
		r := rand.New(rand.NewPCG(seed, 8))
		b := newBench(t, view.Link{}, 0, true)
		b.story(100)
		b.view.Render(100, 30)
		for range r.IntN(4) {
			viewtest.Do(b.view, []string{"move.page-up", "text.wrap", "logs.first-error", "logs.level-set warnings", "move.half-up"}[r.IntN(5)])
			b.view.Render(100, 30)
		}
		viewtest.Do(b.view, "move.up")
		before := strings.Split(b.view.Render(100, 30), "\n")
		full := strings.TrimSpace(before[28]) != ""
		b.story(1 + r.IntN(300))
		after := strings.Split(b.view.Render(100, 30), "\n")
		for i := range 29 {
			if full && before[i] != after[i] {
				t.Fatalf("seed %d: row %d was %q and is %q", seed, i, before[i], after[i])
			}
		}
	}
}

// TestEveryLineCanBeReached walks through a log in steps of all kinds.
func TestEveryLineCanBeReached(t *testing.T) {
	for _, step := range []string{"move.down", "move.half-down", "move.page-down"} {
		for _, wrap := range []bool{false, true} {
			b := newBench(t, view.Link{}, 0, false)
			for n := range 200 {
				b.say("cinnabar", fmt.Sprintf("%s<%d>", strings.Repeat("word ", n*7%90), n))
			}
			if wrap {
				viewtest.Do(b.view, "text.wrap")
			} else {
				viewtest.Do(b.view, "logs.times", "logs.times")
			}
			seen := ""
			for range 300 {
				seen += b.view.Render(500, 12)
				viewtest.Do(b.view, step)
			}
			for n := range 200 {
				if !strings.Contains(seen, fmt.Sprintf("<%d>", n)) {
					t.Errorf("%s, wrapped %v: line %d was never seen", step, wrap, n)
				}
			}
		}
	}
}

func TestLinesTallerThanTheScreen(t *testing.T) {
	b := newBench(t, view.Link{}, 0, false)
	b.say("cinnabar", "first")
	long := ""
	for n := range 400 {
		long += fmt.Sprintf("w%d ", n)
	}
	b.say("cinnabar", long)
	b.say("cinnabar", "last")
	viewtest.Do(b.view, "text.wrap")
	seen := ""
	for range 60 {
		seen += b.view.Render(60, 10)
		viewtest.Do(b.view, "move.down")
	}
	for n := range 400 {
		if !strings.Contains(seen, fmt.Sprintf("w%d ", n)) {
			t.Fatalf("w%d was never seen", n)
		}
	}
	b.shows(t, "last")
	for range 60 {
		viewtest.Do(b.view, "move.up")
		b.view.Render(60, 10)
	}
	b.shows(t, "first")
}

// TestWhileLinesCome draws and moves while another goroutine emits: for the
// race detector, and for whatever changes between two looks at the run.
func TestWhileLinesCome(t *testing.T) {
	b := newBench(t, view.Link{}, 50_000, true)
	b.story(5)
	drawn := make(chan bool)
	done := make(chan bool)
	go func() {
		defer close(done)
		for range drawn {
			b.story(20) // while the next frame is drawn
		}
	}()
	r := rand.New(rand.NewPCG(1, 9))
	for range 300 {
		drawn <- true
		b.view.Do(action.Intent{ID: intents[r.IntN(len(intents))], Arg: "errors"})
		b.check(t, 90, 30, true)
	}
	close(drawn)
	<-done
}

func TestLargestNumbers(t *testing.T) {
	b := newBench(t, view.Link{}, 0, true)
	b.seq = math.MaxInt64 - 2
	b.emit(event.Log{Machine: "a", Text: "the last one but one"})
	b.emit(event.Log{Machine: "a", Text: "the last one"})
	b.shows(t, "the last one but one")
	for _, id := range intents {
		b.view.Do(action.Intent{ID: id})
		b.view.Render(80, 20)
	}
	v := logs.New(viewtest.Env(viewtest.Known(t)), view.Link{Name: id, Line: math.MaxInt})
	v.Render(80, 20)
}
