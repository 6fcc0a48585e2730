package widget

import (
	"math/rand/v2"
	"strings"
	"testing"

	"assay/ui/action"
	"assay/ui/style"
)

func numbered(lines ...string) *Text {
	t := NewText(style.PlainStyle())
	t.Numbers = true
	var ls []Line
	for _, l := range lines {
		ls = append(ls, Line{P(l)})
	}
	t.SetLines(ls)
	return t
}

func rows(t *Text, w, h int) string {
	var out []string
	for l := range strings.SplitSeq(t.Render(w, h), "\n") {
		out = append(out, strings.TrimRight(l, " "))
	}
	return strings.ReplaceAll("\n"+strings.Join(out, "\n"), "\n"+t.st.Glyphs.Cursor, "\n>")[1:]
}

func TestNumbers(t *testing.T) {
	lines := []string{"one two three four five", "2", "", "", "", "", "", "", "", "10 ten"}
	x := numbered(lines...)
	if got, want := rows(x, 16, 3), ">  1  one two t…\n   2  2\n   3"; got != want {
		t.Errorf("got\n%s\nwant\n%s", got, want)
	}
	x.Do(action.Intent{ID: action.Right})
	if got, want := rows(x, 16, 2), ">  1  …hree fou…\n   2  …"; got != want {
		t.Errorf("sideways: got\n%s\nwant\n%s", got, want)
	}
	x.Do(action.Intent{ID: action.Wrap})
	if got, want := rows(x, 16, 4), ">  1  one two th\n      ree four f\n      ive\n   2  2"; got != want {
		t.Errorf("wrapped: got\n%s\nwant\n%s", got, want)
	}
	if n := x.Search("10"); n != 1 || x.Cursor() != 9 {
		t.Errorf("search found %d lines and is at %d", n, x.Cursor())
	}
	if n := x.Search("3"); n != 0 {
		t.Errorf("a search found the number of a line")
	}
}

func TestNumbersAnySize(t *testing.T) {
	r := rand.New(rand.NewPCG(7, 7))
	for range 500 {
		var lines []string
		for range r.IntN(120) {
			lines = append(lines, text(r))
		}
		x := numbered(lines...)
		if r.IntN(2) == 0 {
			x.Do(action.Intent{ID: action.Wrap})
		}
		for range 5 {
			x.Do(action.Intent{ID: []action.ID{action.Down, action.PageDown, action.Right, action.Bottom, action.Up}[r.IntN(5)]})
			w, h := size(r)
			rectangle(t, "text with numbers", x.Render(w, h), w, h)
		}
	}
}
