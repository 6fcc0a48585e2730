package dialog

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	"assay/ui/action"
	"assay/ui/style"
	"assay/ui/view"
	"assay/ui/widget"
)

var yes = Result{Close: true, Intent: action.Intent{ID: action.Applied}}
var no = Result{Close: true}

// TestConfirm answers in every way that there is.
func TestConfirm(t *testing.T) {
	for _, c := range []struct {
		word, typed string
		keys        []action.ID
		want        Result
	}{
		{"", "", []action.ID{action.Answer}, no}, // Cancel has the focus
		{"", "", []action.ID{action.Dismiss}, no},
		{"", "", []action.ID{action.OtherButton, action.CancelAnswer}, no},
		{"", "", []action.ID{action.OtherButton, action.Answer}, yes},
		{"", "", []action.ID{action.OtherButton, action.OtherButton, action.Answer}, no},
		{"", "", []action.ID{action.OtherButton, action.Dismiss}, no},
		{"40", "", []action.ID{action.InputNext, action.InputDone}, Result{}},
		{"40", "4", []action.ID{action.InputNext, action.InputDone}, Result{}},
		{"40", "400", []action.ID{action.InputNext, action.InputDone}, Result{}},
		{"40", "40", []action.ID{action.InputNext, action.InputDone}, yes},
		{"40", "40", []action.ID{action.OtherButton, action.Answer}, yes},
		{"40", "40", []action.ID{action.InputDone}, Result{}}, // moves the focus only
		{"40", "40", []action.ID{action.InputDone, action.InputDone}, yes},
		{"40", "40", []action.ID{action.InputNext, action.InputNext, action.InputDone}, no},
		{"40", "40", []action.ID{action.InputEsc}, no},
	} {
		d := NewConfirm(env(), updateOf(3, c.word))
		if d.Input() != nil {
			d.Input().SetValue(c.typed)
			do(d, action.InputText)
		}
		if got := do(d, c.keys...); got != c.want {
			t.Errorf("%q typed of %q, %v: %+v", c.typed, c.word, c.keys, got)
		}
	}
}

// TestConfirmForgetsTheFocus: a word that is changed again takes the focus
// from the answer that it led to.
func TestConfirmForgetsTheFocus(t *testing.T) {
	d := NewConfirm(env(), updateOf(3, "40"))
	d.Input().SetValue("40")
	do(d, action.InputText, action.InputNext)
	d.Input().SetValue("401")
	if got := do(d, action.InputText, action.InputDone); got != (Result{}) {
		t.Errorf("%+v", got)
	}
}

// TestConfirmSaysWhyNot: a wrong word neither answers nor closes, and the box
// says why.
func TestConfirmSaysWhyNot(t *testing.T) {
	d := NewConfirm(env(), updateOf(7, "7"))
	says := func(want string) {
		t.Helper()
		if got := strings.Join(d.Render(80, 24), "\n"); !strings.Contains(got, want) {
			t.Errorf("the box does not say %q:\n%s", want, got)
		}
	}
	do(d, action.InputNext)
	says("type 7 first")
	do(d, action.InputDone)
	says("type 7, or esc cancels")
	d.Input().SetValue("8")
	do(d, action.InputText, action.InputDone)
	says("8 is not 7: type 7, or esc cancels")
	d.Input().SetValue("7")
	do(d, action.InputText)
	if got := strings.Join(d.Render(80, 24), "\n"); strings.Contains(got, "is not 7") {
		t.Errorf("it still says so:\n%s", got)
	}
	do(d, action.InputDone)
	says("enter again does it")
}

// TestConfirmFolds: what is too long for the screen is broken between words,
// and can be scrolled to.
func TestConfirmFolds(t *testing.T) {
	text := strings.Repeat("word ", 120) + "last"
	d := NewConfirm(env(), view.Confirm{Title: "Sure?", Yes: "Yes", Lines: []widget.Line{{widget.P(text)}}})
	if got := strings.Join(d.Render(60, 12), "\n"); !strings.Contains(got, "more line") || strings.Contains(got, "…") {
		t.Errorf("cut:\n%s", got)
	}
	do(d, action.Bottom)
	if got := strings.Join(d.Render(60, 9), "\n"); !strings.Contains(got, "last") {
		t.Errorf("the end is not there:\n%s", got)
	}
}

func TestConfirmShowsItsButtonsAlways(t *testing.T) {
	for _, word := range []string{"", "40"} {
		d := NewConfirm(env(), updateOf(40, word))
		for h := 12; h < 50; h++ {
			got := strings.Join(d.Render(60, h), "\n")
			if !strings.Contains(got, "[ Cancel ]") || !strings.Contains(got, "[ Update 40 machines ]") {
				t.Errorf("60x%d: no buttons\n%s", h, got)
			}
		}
		do(d, action.Bottom)
		if got := strings.Join(d.Render(60, 12), "\n"); !strings.Contains(got, "machine-39") || strings.Contains(got, "more line") {
			t.Errorf("the end is not there:\n%s", got)
		}
	}
}

func TestConfirmClick(t *testing.T) {
	d := NewConfirm(env(), updateOf(3, ""))
	box := d.Render(80, 24)
	y := slices.IndexFunc(box, func(l string) bool { return strings.Contains(l, "Cancel") })
	x := len([]rune(box[y][:strings.Index(box[y], "Update")]))
	if got := d.Click(x, y); got != (Result{}) {
		t.Errorf("the first click answers: %+v", got)
	}
	if got := d.Click(x, y); got != yes {
		t.Errorf("%+v", got)
	}
	if got := d.Click(x, y-1); got != (Result{}) {
		t.Errorf("there is no button: %+v", got)
	}
}

func TestChoose(t *testing.T) {
	ask := view.Choose{Intent: action.SortBy, Items: []view.Item{{Value: "a"}, {Value: "b", Now: true}, {Value: "c"}}}
	d := NewChoose(env(), ask)
	want := Result{Close: true, Intent: action.Intent{ID: action.SortBy, Arg: "b"}}
	if got := do(d, action.Choose); got != want {
		t.Errorf("%+v", got)
	}
	want.Intent.Arg = "c"
	if got := do(d, action.Down, action.Choose); got != want {
		t.Errorf("%+v", got)
	}
	if got := do(d, action.Dismiss); got != no {
		t.Errorf("%+v", got)
	}
	if got := do(NewChoose(env(), view.Choose{}), action.Choose); got != no {
		t.Errorf("%+v", got)
	}
}

func names(entries []Entry) (out []string) {
	for _, e := range entries {
		out = append(out, e.Text)
	}
	return out
}

func TestPaletteRanks(t *testing.T) {
	x := newIndex([]Entry{
		{Text: "galena-web", Kind: "machine"}, {Text: "web-server", Kind: "aspect"}, {Text: "cobweb", Kind: "machine"}, {Text: "web", Kind: "service"},
		{Text: "refresh: Ask the web again", Kind: "action"}, {Text: "wide-bed", Kind: "package"}, {Text: "zinc", Kind: "machine"},
	})
	for typed, want := range map[string][]string{
		"web":         {"web", "web-server", "galena-web", "cobweb", "refresh: Ask the web again", "wide-bed"},
		"machine web": {"galena-web", "cobweb"},
		"WEB":         {"web", "web-server", "galena-web", "cobweb", "refresh: Ask the web again", "wide-bed"},
		"zzzz":        nil,
	} {
		got, n := x.ranked(nil, typed, 10)
		if !slices.Equal(names(got), want) || n != len(want) {
			t.Errorf("%q: %q", typed, names(got))
		}
	}
	if got, n := x.ranked(nil, "web", 2); len(got) != 2 || n != 6 {
		t.Errorf("%d of %d", len(got), n)
	}
}

func TestPaletteChooses(t *testing.T) {
	link := view.Link{Place: view.Machine, Name: "zinc"}
	all := []Entry{
		{Text: "unmark", Kind: "action", Why: "nothing is marked", Intent: action.Intent{ID: action.MarkNone}},
		{Text: "wide", Kind: "action", Intent: action.Intent{ID: action.Wide}},
		{Text: "zinc", Kind: "machine", Link: link},
	}
	recent := &Recent{}
	p := NewPalette(env(), all, recent)
	if got := do(p, action.InputDone); got != (Result{}) {
		t.Errorf("what does nothing now was done: %+v", got)
	}
	if !strings.Contains(strings.Join(p.Render(80, 24), "\n"), "nothing is marked") {
		t.Error("the reason is not shown")
	}
	p.Input().SetValue("zin")
	if got := do(p, action.InputText, action.InputDone); got != (Result{Close: true, Go: link}) {
		t.Errorf("%+v", got)
	}
	p = NewPalette(env(), all, recent) // what was chosen comes first
	if got := do(p, action.InputDone); got.Go != link {
		t.Errorf("%+v", got)
	}
	if got := do(p, action.InputDown, action.InputDown, action.InputDone); got.Intent.ID != action.Wide {
		t.Errorf("%+v", got)
	}
	if got := names(recent.entries); !slices.Equal(got, []string{"wide", "zinc"}) {
		t.Errorf("recent: %q", got)
	}
}

// TestPaletteHasEveryAction: each one of the table that is not for keys or
// dialogs only, with its reason where it belongs to other places.
func TestPaletteHasEveryAction(t *testing.T) {
	got := Actions(testKeys(), action.Chain(action.Machines), disabled)
	why := map[action.ID]string{}
	for _, e := range got {
		if _, twice := why[e.Intent.ID]; twice {
			t.Errorf("%s is there twice", e.Intent.ID)
		}
		why[e.Intent.ID] = e.Why
	}
	for _, a := range action.All() {
		if _, there := why[a.ID]; there != named(a) {
			t.Errorf("%s: there %v", a.ID, there)
		}
	}
	if why[action.Follow] != "only in logs" || why[action.MarkNone] != "nothing is marked" || why[action.Quit] != "" {
		t.Errorf("reasons: %v", why)
	}
}

func TestHelpDoesWhatIsUnderTheCursor(t *testing.T) {
	h := NewHelp(env(), testKeys(), action.Chain(action.Machines), disabled)
	if got := do(h, action.Choose); got != (Result{Close: true, Intent: action.Intent{ID: action.Mark}}) {
		t.Errorf("%+v", got)
	}
	if got := do(h, action.Down, action.Down, action.Down, action.Choose); got != (Result{}) {
		t.Errorf("what does nothing now was done: %+v", got)
	}
}

func TestMessagesAreCopied(t *testing.T) {
	m := NewMessages(env(), said())
	if got := do(m, action.Copy).Copy.Text; !strings.Contains(got, "galena: modules") || !strings.Contains(got, "did you mean") {
		t.Errorf("copied %q", got)
	}
	if got := do(m, action.CopyAll).Copy.Text; strings.Count(got, "2026-11-22 ") != len(said()) {
		t.Errorf("copied %q", got)
	}
	if got := do(m, action.Choose, action.Dismiss); got.Close || m.open != nil {
		t.Errorf("esc in a message closes all: %+v", got)
	}
	if got := do(m, action.Dismiss); got != no {
		t.Errorf("%+v", got)
	}
}

func TestOver(t *testing.T) {
	got := Over("0123456789\n日本日本日\nabc", []string{"[--]", "[  ]"}, 10, 4)
	if want := "0123456789\n日 [--] 日\nabc[  ]   \n          "; got != want {
		t.Errorf("got\n%s\nwant\n%s", got, want)
	}
	st := style.New(style.Options{Colour: true})
	frame := widget.Draw(st, widget.Line{widget.R(style.Fail, "0123456789")}, 10)
	if got := Over(frame, []string{"[--]"}, 10, 1); !strings.HasPrefix(got, st.Paint(style.Fail, "012")) || !strings.Contains(got, "[--]") || !strings.Contains(got, "789") {
		t.Errorf("%q", got)
	}
}

func BenchmarkPalette(b *testing.B) {
	var entries []Entry
	for i := range 5000 {
		entries = append(entries, Entry{Text: fmt.Sprintf("machine-%04d", i), Kind: "machine", Note: "current", Link: view.Link{Place: view.Machine, Name: fmt.Sprint(i)}})
	}
	p := NewPalette(env(), entries, &Recent{})
	for _, typed := range []string{"m", "machine-4", "mn42"} {
		b.Run(typed, func(b *testing.B) {
			for b.Loop() {
				p.Input().SetValue(typed)
				p.Do(action.Intent{ID: action.InputText})
				p.Render(160, 48)
			}
		})
	}
}
