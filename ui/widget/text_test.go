package widget

import (
	"fmt"
	"strings"
	"testing"

	"assay/ui/action"
	"assay/ui/style"
)

func file(lines ...string) *Text {
	t := NewText(style.PlainStyle())
	var all []Line
	for _, l := range lines {
		all = append(all, Line{P(l)})
	}
	t.SetLines(all)
	return t
}

func lineNames(n int) []string {
	var lines []string
	for i := range n {
		lines = append(lines, fmt.Sprint("line ", i))
	}
	return lines
}

func TestTextMoves(t *testing.T) {
	text := file(lineNames(100)...)
	equal(t, text.Render(20, 3), "> line 0", "  line 1", "  line 2")
	do(text, action.PageDown)
	equal(t, text.Render(20, 3), "  line 0", "  line 1", "> line 2")
	do(text, action.Bottom)
	equal(t, text.Render(20, 3), "  line 97", "  line 98", "> line 99")
	text.GoTo(50)
	equal(t, text.Render(20, 3), "  line 49", "> line 50", "  line 51")
	if text.Click(0, 2) || !text.Click(0, 2) || text.Cursor() != 51 {
		t.Errorf("cursor %d", text.Cursor())
	}
	text.SetLines(nil)
	if text.Cursor() != 0 {
		t.Errorf("cursor %d of nothing", text.Cursor())
	}
}

func TestTextScrollsSideways(t *testing.T) {
	text := file("short", "0123456789012345678901234567890123456789")
	equal(t, text.Render(22, 2), "> short", "  0123456789012345678…")
	do(text, action.Right)
	equal(t, text.Render(22, 2), "> …", "  …901234567890123456…")
	do(text, action.Right, action.Right, action.Right, action.Right)
	equal(t, text.Render(22, 2), "> …", "  …567890123456789")
	do(text, action.Left, action.Left, action.Left, action.Left)
	equal(t, text.Render(22, 2), "> short", "  0123456789012345678…")
}

func TestTextWraps(t *testing.T) {
	text := file("one two", "0123456789abcdefghij", "", "日本語日本語", "end")
	do(text, action.Wrap, action.Right)
	equal(t, text.Render(9, 7), "> one two", "  0123456", "  789abcd", "  efghij", "", "  日本語", "  日本語")
	do(text, action.Bottom)
	equal(t, text.Render(9, 3), "  日本語", "  日本語", "> end")
	if text.Click(3, 1) || text.Cursor() != 3 {
		t.Errorf("cursor %d", text.Cursor())
	}
	do(text, action.Wrap, action.Top)
	equal(t, text.Render(9, 2), "> one two", "  012345…")
}

// TestTextShowsAllOfALongLine scrolls through a line that is longer than the
// screen, row by row, down and up.
func TestTextShowsAllOfALongLine(t *testing.T) {
	text := file("first", "aaaaaaaabbbbbbbbccccccccddddddddeeeeeeee", "last")
	do(text, action.Wrap)
	text.Render(10, 3)
	do(text, action.Down)
	equal(t, text.Render(10, 3), "> aaaaaaaa", "  bbbbbbbb", "  cccccccc")
	seen := 0
	for text.Cursor() == 1 {
		do(text, action.Down)
		text.Render(10, 3)
		seen++
	}
	if seen != 3 {
		t.Errorf("%d steps through five rows on a screen of three", seen)
	}
	do(text, action.Up)
	equal(t, text.Render(10, 3), "> cccccccc", "  dddddddd", "  eeeeeeee")
}

func TestTextSearch(t *testing.T) {
	text := file("Alpha", "beta", "alphabet ALPHA", "gamma", "alpha")
	text.GoTo(1)
	if n := text.Search("alpha"); n != 3 || text.Cursor() != 2 {
		t.Errorf("%d match, cursor %d", n, text.Cursor())
	}
	for _, want := range []int{4, 0, 2} {
		if do(text, action.NextMatch); text.Cursor() != want {
			t.Errorf("cursor %d, want %d", text.Cursor(), want)
		}
	}
	if do(text, action.PrevMatch); text.Cursor() != 0 {
		t.Errorf("cursor %d, want 0", text.Cursor())
	}
	if n := text.Search("Alpha"); n != 1 { // a capital: as it is written
		t.Errorf("%d match", n)
	}
	if n := text.Search("nowhere"); n != 0 || text.Cursor() != 0 {
		t.Errorf("%d match, cursor %d", n, text.Cursor())
	}
	do(text, action.NextMatch)
	text.SetLines([]Line{{P("x")}, {P("now")}, {P("no"), P("where")}})
	if do(text, action.NextMatch); text.Cursor() != 2 {
		t.Errorf("a line that came later, of two spans, was not found: cursor %d", text.Cursor())
	}
	if text.Search("") != 0 {
		t.Error("nothing matches nothing")
	}
}

func TestHighlight(t *testing.T) {
	for _, c := range []struct{ what, line, want string }{
		{"ab", "xaby|AB", "x[ab]y|[AB]"},
		{"ab", "a|b", "[a]|[b]"},
		{"aa", "aaaaa", "[aa][aa]a"},
		{"é", "caf\u00c9 x", "caf[É] x"},
		{"e", "cafe\u0301s", "caf[e\u0301]s"},
		{"B", "abB", "ab[B]"},
		{"k", "\u212a", "[\u212a]"},
		{"日", "x日本", "x[日]本"},
		{"zz", "none", "none"},
	} {
		var l Line
		for piece := range strings.SplitSeq(c.line, "|") {
			l = append(l, P(piece))
		}
		n := newNeedle(c.what)
		// The spans of the result are told apart by role; those of the line by
		// where they ended.
		var plain, marked strings.Builder
		for _, s := range n.highlight(l) {
			plain.WriteString(s.Text)
			if s.Role == style.Match {
				marked.WriteString("[" + s.Text + "]")
			} else {
				marked.WriteString(s.Text)
			}
		}
		if got, want := marked.String(), strings.ReplaceAll(c.want, "|", ""); got != want {
			t.Errorf("%q in %q: %q, want %q", c.what, c.line, got, want)
		}
		if plain.String() != l.Text() {
			t.Errorf("%q in %q: the text became %q", c.what, c.line, plain.String())
		}
	}
}
