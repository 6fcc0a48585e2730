package widget

import (
	"strings"
	"unicode"
	"unicode/utf8"

	"assay/ui/style"
	"assay/ui/term"
)

// needle is a text to look for. Without a capital in it, capitals do not
// matter in what is searched either.
type needle struct {
	text string
	fold bool
}

func newNeedle(what string) needle {
	what = term.Clean(what)
	for _, r := range what {
		if unicode.IsUpper(r) {
			return needle{what, false}
		}
	}
	return needle{what, true}
}

// in returns where in s the needle is first found, as byte offsets; from is -1
// if it is not.
func (n needle) in(s string) (from, to int) {
	if !n.fold {
		if i := strings.Index(s, n.text); i >= 0 {
			return i, i + len(n.text)
		}
		return -1, -1
	}
	for i := 0; i < len(s); {
		if length := n.at(s[i:]); length > 0 {
			return i, i + length
		}
		if s[i] < utf8.RuneSelf {
			i++
			continue
		}
		_, size := utf8.DecodeRuneInString(s[i:])
		i += size
	}
	return -1, -1
}

// at returns how many bytes of s the needle takes at its beginning, 0 if it is
// not there.
func (n needle) at(s string) int {
	rest := s
	for _, want := range n.text {
		if rest == "" {
			return 0
		}
		got, size := utf8.DecodeRuneInString(rest)
		if got != want && unicode.ToLower(got) != want {
			return 0
		}
		rest = rest[size:]
	}
	for rest != "" && rest[0] >= utf8.RuneSelf { // with its accents
		r, size := utf8.DecodeRuneInString(rest)
		if !unicode.Is(unicode.M, r) {
			break
		}
		rest = rest[size:]
	}
	return len(s) - len(rest)
}

// clean returns a line's text.
func clean(l Line) string {
	if len(l) == 1 {
		return term.Clean(l[0].Text)
	}
	return l.Text()
}

// matches reports whether the line has the needle.
func (n needle) matches(l Line) bool {
	from, _ := n.in(clean(l))
	return from >= 0
}

// highlight returns the line with what matches in the role Match.
func (n needle) highlight(l Line) Line {
	if n.text == "" {
		return l
	}
	text := clean(l)
	from, to := n.in(text)
	if from < 0 {
		return l
	}
	var out Line
	at := 0 // in text
	for _, s := range l {
		piece := term.Clean(s.Text)
		for piece != "" {
			if from >= 0 && at >= to {
				rest := text[to:]
				base := to
				if from, to = n.in(rest); from >= 0 {
					from, to = from+base, to+base
				}
				continue
			}
			role, size := s.Role, len(piece)
			switch {
			case from >= 0 && at < from:
				size = min(size, from-at)
			case from >= 0:
				role, size = style.Match, min(size, to-at)
			}
			out = append(out, Span{role, piece[:size]})
			piece, at = piece[size:], at+size
		}
	}
	return out
}

// Search looks for a text, without regard to case where it has no capital,
// from the cursor on; "" ends the search. It returns how many lines match.
func (t *Text) Search(what string) int {
	t.seek = newNeedle(what)
	if t.seek.text == "" {
		return 0
	}
	count, after, before := 0, -1, -1
	for i, l := range t.lines {
		if !t.seek.matches(l) {
			continue
		}
		count++
		if i < t.win.cursor && before < 0 {
			before = i
		}
		if i >= t.win.cursor && after < 0 {
			after = i
		}
	}
	if after < 0 {
		after = before
	}
	if after >= 0 {
		t.show(after)
	}
	return count
}

// next puts the cursor on the next line that matches, round the end.
func (t *Text) next(step int) {
	if t.seek.text == "" {
		return
	}
	for off := 1; off <= t.win.n; off++ {
		i := ((t.win.cursor+off*step)%t.win.n + t.win.n) % t.win.n
		if t.seek.matches(t.lines[i]) {
			t.show(i)
			return
		}
	}
}

// show puts the cursor on a line; if that is not on the screen, with what is
// around.
func (t *Text) show(line int) {
	if line < t.win.top || line >= t.win.end() {
		t.GoTo(line)
		return
	}
	t.win.put(line)
}
