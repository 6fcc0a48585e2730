package widget

import (
	"testing"

	"assay/ui/style"
)

func TestDraw(t *testing.T) {
	st := style.PlainStyle()
	for _, c := range []struct {
		line Line
		w    int
		want string
	}{
		{nil, 3, "   "},
		{Line{P("abc")}, 3, "abc"},
		{Line{P("abc")}, 5, "abc  "},
		{Line{P("abcd")}, 3, "ab…"},
		{Line{P("abc"), P("")}, 3, "abc"},
		{Line{P("abc"), P("d")}, 3, "ab…"},
		{Line{P("ab"), P("c"), P("d")}, 3, "ab…"},
		{Line{P("ab"), P("cd")}, 3, "ab…"},
		{Line{P("日本")}, 3, "日…"},
		{Line{P("日本")}, 2, "… "},
		{Line{P("日")}, 1, "…"},
		{Line{P("a\x1b[2Jb\nc")}, 6, "ab c  "},
		{Line{P("x")}, 0, ""},
		{Line{P("x")}, -4, ""},
	} {
		if got := Draw(st, c.line, c.w); got != c.want {
			t.Errorf("%q at %d: %q, want %q", c.line, c.w, got, c.want)
		}
	}
}

func TestDrawAsKeepsMatches(t *testing.T) {
	st := style.New(style.Options{Colour: true})
	got := DrawAs(st, style.Selected, Line{R(style.OK, "a"), R(style.Match, "b"), P("c")}, 4)
	want := st.Paint(style.Selected, "a") + st.Paint(style.Match, "b") + st.Paint(style.Selected, "c ")
	if got != want {
		t.Errorf("%q, want %q", got, want)
	}
	got = Draw(st, Line{R(style.OK, "a"), R(style.OK, "b"), P("c")}, 4)
	if want := st.Paint(style.OK, "ab") + "c "; got != want {
		t.Errorf("%q, want %q", got, want)
	}
}

func TestFit(t *testing.T) {
	equal(t, Fit([]string{"a"}, 1, 2), "a", "")
	equal(t, Fit([]string{"a", "b"}, 1, 1), "a")
	if Fit([]string{"a"}, -1, -1) != "" {
		t.Error("nothing has no lines")
	}
}
