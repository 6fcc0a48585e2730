package dialog

import (
	"fmt"
	"math/rand/v2"
	"strings"
	"testing"
	"time"

	"assay/ui/action"
	"assay/ui/style"
	"assay/ui/term"
	"assay/ui/view"
	"assay/ui/widget"
)

// strange are texts that have broken boxes before.
var strange = []string{
	"", "a", "Update 3 machines", "x\ny", "\x1b[31mred\x1b[0m", "tab\there", "日本語", "e\u0301", "\u0301", "👍🏽", "🇩", "🇪", "\u202eabc", "\xff",
	"क्", "ष", strings.Repeat("long ", 50), strings.Repeat("宽", 90),
}

func text(r *rand.Rand) string { return strange[r.IntN(len(strange))] + strange[r.IntN(len(strange))] }

func env() view.Env {
	return view.Env{Style: style.PlainStyle(), Key: testKeys().Label}
}

func testKeys() *action.Keys {
	k, err := action.NewKeys(nil)
	if err != nil {
		panic(err)
	}
	return k
}

func anyDialog(r *rand.Rand) Dialog {
	switch r.IntN(5) {
	case 0:
		ask := view.Confirm{Title: text(r), Yes: text(r), Intent: action.Intent{ID: action.Applied}}
		for range r.IntN(40) {
			ask.Lines = append(ask.Lines, widget.Line{widget.P(text(r)), widget.R(style.Warn, text(r))})
		}
		if r.IntN(2) == 0 {
			ask.Word = text(r)
		}
		return NewConfirm(env(), ask)
	case 1:
		ask := view.Choose{Title: text(r), Intent: action.SortBy}
		for i := range r.IntN(40) {
			ask.Items = append(ask.Items, view.Item{Value: fmt.Sprint(i), Text: text(r), Note: text(r), Now: r.IntN(10) == 0})
		}
		return NewChoose(env(), ask)
	case 2:
		var entries []Entry
		for i := range r.IntN(60) {
			e := Entry{Text: text(r), Note: text(r), Kind: text(r), Link: view.Link{Place: view.Machine, Name: fmt.Sprint(i)}}
			if r.IntN(4) == 0 {
				e.Why = text(r)
			}
			entries = append(entries, e)
		}
		return NewPalette(env(), entries, &Recent{})
	case 3:
		return NewHelp(env(), testKeys(), action.Chain(action.Machines), func(action.Action) string {
			if r.IntN(3) == 0 {
				return text(r)
			}
			return ""
		})
	}
	var all []Message
	for i := range r.IntN(40) {
		m := Message{At: time.Unix(int64(i), 0).UTC(), Say: view.Say{Level: style.Role(r.IntN(20)), Text: text(r)}}
		for range r.IntN(30) {
			m.More += text(r) + "\n"
		}
		all = append(all, m)
	}
	return NewMessages(env(), all)
}

var intents = []action.ID{
	action.Down, action.Up, action.PageDown, action.PageUp, action.HalfDown, action.HalfUp, action.Top, action.Bottom,
	action.Choose, action.InputDown, action.InputUp, action.InputNext, action.InputText, action.OtherButton, action.Copy, action.CopyAll,
	action.Answer, action.InputDone, action.Dismiss, action.InputEsc, action.Quit,
}

// TestDialogsHoldForAnything draws every dialog at all sizes, whatever is in
// it: the box fits the screen, and over a frame the screen stays exact.
func TestDialogsHoldForAnything(t *testing.T) {
	seeds := uint64(150)
	if testing.Short() {
		seeds = 15
	}
	for seed := range seeds {
		r := rand.New(rand.NewPCG(seed, 1))
		d := anyDialog(r)
		for range 25 {
			switch r.IntN(4) {
			case 0:
				d.Click(r.IntN(200), r.IntN(60))
			case 1:
				if in := d.Input(); in != nil {
					in.SetValue(text(r))
					d.Do(action.Intent{ID: action.InputText})
				}
			default:
				d.Do(action.Intent{ID: intents[r.IntN(len(intents))]})
			}
			w, h := 1+r.IntN(200), 1+r.IntN(60)
			if r.IntN(5) == 0 {
				w, h = 1+r.IntN(12), 1+r.IntN(6)
			}
			what := fmt.Sprintf("seed %d: %T at %dx%d", seed, d, w, h)
			box := d.Render(w, h)
			if w >= 6 && h >= 4 {
				fits(t, what, box, w, h)
			}
			frame := behind(r, w, h)
			sized(t, what, Over(frame, box, w, h), w, h)
		}
	}
}

func fits(t *testing.T, what string, box []string, w, h int) {
	t.Helper()
	if len(box) > h {
		t.Fatalf("%s: %d lines", what, len(box))
	}
	for i, line := range box {
		if n := term.Width(line); n > w || n != term.Width(box[0]) {
			t.Fatalf("%s: line %d has %d columns, the first one %d:\n%s", what, i, n, term.Width(box[0]), strings.Join(box, "\n"))
		}
	}
}

func sized(t *testing.T, what, screen string, w, h int) {
	t.Helper()
	lines := strings.Split(screen, "\n")
	if len(lines) != h {
		t.Fatalf("%s: %d lines", what, len(lines))
	}
	for i, line := range lines {
		if n := term.Width(line); n != w {
			t.Fatalf("%s: line %d has %d columns: %q", what, i, n, line)
		}
	}
}

// behind is a frame, now and then of the wrong size.
func behind(r *rand.Rand, w, h int) string {
	st := style.New(style.Options{Colour: true})
	var out []string
	for range h + r.IntN(3) - 1 {
		l := widget.Line{widget.R(style.Role(r.IntN(19)), text(r)), widget.R(style.Role(r.IntN(19)), text(r))}
		out = append(out, widget.Draw(st, l, max(w+r.IntN(3)-1, 0)))
	}
	return strings.Join(out, "\n")
}
