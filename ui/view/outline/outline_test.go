package outline_test

import (
	"strings"
	"testing"

	"assay/fleet"
	"assay/ui/action"
	"assay/ui/known"
	"assay/ui/style"
	"assay/ui/view"
	"assay/ui/view/outline"
	"assay/ui/view/viewtest"
	"assay/ui/widget"
)

func item(id string, words ...string) *outline.Item {
	return &outline.Item{Node: widget.Node{ID: id, Line: widget.Line{widget.P(id)}}, Copy: id, Words: words}
}

func newOutline() *outline.Outline {
	return outline.New(viewtest.Env(known.New(&fleet.Fleet{}, viewtest.Now)), "thing")
}

func do(o *outline.Outline, ids ...action.ID) (asked []view.Ask) {
	for _, id := range ids {
		asked, _ = o.Do(action.Intent{ID: id})
	}
	return asked
}

// screen is what is drawn; ">" at its beginning stands for the cursor.
func screen(o *outline.Outline) string {
	lines := strings.Split(o.Render(30, 8), "\n")
	for i := range lines {
		lines[i] = strings.TrimRight(lines[i], " ")
	}
	drawn := strings.TrimRight(strings.Join(lines, "\n"), "\n")
	if rest, ok := strings.CutPrefix(drawn, style.PlainStyle().Glyphs.Cursor); ok {
		return ">" + rest
	}
	return drawn
}

// What is made later is made once, when it is wanted, and again for new items
// of the same identity that were open.
func TestMore(t *testing.T) {
	made := 0
	roots := func() []*outline.Item {
		a, b := item("a", "a"), item("b", "b")
		a.More = func() []*outline.Item {
			made++
			return []*outline.Item{item("a" + outline.Below + "1"), item("a" + outline.Below + "2")}
		}
		b.More = func() []*outline.Item { t.Error("nobody wants what is below b"); return []*outline.Item{item("b1")} }
		return []*outline.Item{a, b}
	}
	o := newOutline()
	o.Set(roots())
	if got := screen(o); got != "> ▸ a\n  ▸ b" || made != 0 {
		t.Errorf("at first, %d made:\n%s", made, got)
	}
	if got := o.Disabled(action.Expand); got != "" {
		t.Errorf("what is below cannot be seen: %s", got)
	}
	do(o, action.Expand, action.Collapse, action.Enter)
	if got := strings.Count(screen(o), "\n"); got != 3 || made != 1 {
		t.Errorf("opened, %d made:\n%s", made, screen(o))
	}
	o.Set(roots())
	if got := strings.Count(screen(o), "\n"); got != 3 || made != 2 || o.Total() != 2 {
		t.Errorf("with new items, %d made, %d in all:\n%s", made, o.Total(), screen(o))
	}
}

func TestRevealWhatIsMadeLater(t *testing.T) {
	id := "a" + outline.Below + "1"
	for _, early := range []bool{true, false} {
		o := newOutline()
		if early {
			o.Reveal(id)
		}
		a := item("a")
		a.More = func() []*outline.Item { return []*outline.Item{item(id)} }
		o.Set([]*outline.Item{item("0"), a})
		if !early {
			o.Reveal(id)
		}
		if it := o.Cursor(); it == nil || it.ID != id {
			t.Errorf("early %v: the cursor is on %v", early, it)
		}
	}
}

func TestTextOpensEverything(t *testing.T) {
	o := newOutline()
	a := item("a", "a")
	a.Right = widget.Line{widget.P("x.nix:1")}
	a.More = func() []*outline.Item { return []*outline.Item{item("below")} }
	o.Set([]*outline.Item{a, item("b", "b").Add(item("c", "c"))})
	if got, want := o.Text(), "a  x.nix:1\n  below\nb\n  c\n"; got != want {
		t.Errorf("the text is %q, want %q", got, want)
	}
	o.Input().SetValue("C")
	do(o, action.InputText)
	if got, want := o.Text(), "b\n  c\n"; got != want || o.Found() != 1 {
		t.Errorf("filtered it is %q, want %q; %d found", got, want, o.Found())
	}
}

func TestEmpty(t *testing.T) {
	o := newOutline()
	o.Empty([]widget.Line{{widget.P("nothing here")}})
	o.Set(nil)
	for _, id := range []action.ID{action.Enter, action.Copy, action.CopyAll, action.Edit, action.Expand} {
		if o.Disabled(id) == "" {
			t.Errorf("%s is there without items", id)
		}
		if do(o, id) != nil {
			t.Errorf("%s asks for something", id)
		}
	}
	if got := screen(o); got != "nothing here" {
		t.Errorf("it shows %q", got)
	}
}

func TestNear(t *testing.T) {
	for from, want := range map[string]string{
		"fleet.toml": "fleet.toml:3", "a/b.nix": "a/b.nix:3", "modules/a/b.nix": "a/b.nix:3", "/b.nix": "/b.nix:3", "": ":3",
	} {
		if got := outline.Near(fleet.Pos{File: from, Line: 3}).Text(); got != want {
			t.Errorf("Near(%q) is %q, want %q", from, got, want)
		}
	}
}

// When the filter goes, the cursor stays on what it is on, also where that was
// made while the filter was on.
func TestUnfilterStays(t *testing.T) {
	b := item("b", "b")
	b.More = func() []*outline.Item { return []*outline.Item{item("b" + outline.Below + "1")} }
	o := newOutline()
	o.Set([]*outline.Item{item("a", "a"), item("dir").Add(b)})
	o.Input().SetValue("b")
	do(o, action.InputText, action.InputDone, action.Enter, action.Down, action.Back)
	if got, want := screen(o), "    a\n  ▾ dir\n    ▾ b\n▌       b1"; strings.ReplaceAll(got, style.PlainStyle().Glyphs.Cursor, "▌") != want {
		t.Errorf("got\n%s\nwant\n%s", got, want)
	}
	if it := o.Cursor(); it == nil || it.ID != "b"+outline.Below+"1" {
		t.Errorf("the cursor is on %v", it)
	}
}

func TestNothingToCollapse(t *testing.T) {
	o := newOutline()
	o.Set([]*outline.Item{item("a").Add(item("b"))})
	if o.Disabled(action.Collapse) == "" {
		t.Error("a line that is closed and below nothing can be collapsed")
	}
	do(o, action.Expand)
	if got := o.Disabled(action.Collapse); got != "" {
		t.Errorf("an open line: %s", got)
	}
	do(o, action.Down)
	if got := o.Disabled(action.Collapse); got != "" {
		t.Errorf("a line below another one: %s", got)
	}
}

// A view's note says which lines are on the screen, if those are not all.
func TestNote(t *testing.T) {
	o := newOutline()
	var items []*outline.Item
	for i := range 20 {
		items = append(items, item(string(rune('a'+i)), "x"))
	}
	o.Set(items)
	screen(o)
	if got := o.Note("20 things"); got != "20 things · 1-8 of 20" {
		t.Errorf("the note is %q", got)
	}
	if do(o, action.Bottom); o.Note("") != "13-20 of 20" {
		t.Errorf("at the end the note is %q", o.Note(""))
	}
	o.Set(items[:3])
	if screen(o); o.Note("") != "" {
		t.Errorf("with room for all the note is %q", o.Note(""))
	}
}
