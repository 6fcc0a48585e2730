package widget

import (
	"bytes"
	"strings"
	"unicode"
	"unicode/utf8"

	"assay/ui/style"
	"assay/ui/term"
)

// needle is a text to look for. Without a capital in it, capitals do not
// matter in what is searched either: as in the search of logs, state.Needle,
// which is for 64 MB, while this one also takes the accents that follow.
type needle struct {
	text  string
	fold  bool
	bytes []byte // of the line that is looked at
}

func newNeedle(what string) needle {
	what = term.Clean(what)
	return needle{text: what, fold: !strings.ContainsFunc(what, unicode.IsUpper)}
}

// matches reports whether the line has the needle.
func (n *needle) matches(l Line) bool {
	from, _ := n.in(n.clean(l))
	return from >= 0
}

// clean returns a line's text, until it is called again.
func (n *needle) clean(l Line) []byte {
	n.bytes = n.bytes[:0]
	for _, s := range l {
		n.bytes = append(n.bytes, term.Clean(s.Text)...)
	}
	return n.bytes
}

// in returns where in s the needle is first found, as byte offsets; from is -1
// if it is not.
func (n *needle) in(s []byte) (from, to int) {
	for i := 0; i < len(s); {
		next := n.candidate(s[i:])
		if next < 0 {
			break
		}
		i += next
		if length := n.at(s[i:]); length > 0 {
			return i, i + length
		}
		_, size := utf8.DecodeRune(s[i:])
		i += size
	}
	return -1, -1
}

// candidate returns where in s the needle could begin, -1 if nowhere.
func (n *needle) candidate(s []byte) int {
	if !n.fold {
		return bytes.Index(s, []byte(n.text))
	}
	want := n.text[0]
	if want >= utf8.RuneSelf {
		return 0
	}
	for i, c := range s {
		if 'A' <= c && c <= 'Z' {
			c += 'a' - 'A'
		}
		if c == want || c >= utf8.RuneSelf && utf8.RuneStart(c) {
			return i
		}
	}
	return -1
}

// at returns how many bytes of s the needle takes at its beginning, accents
// that follow it and all; 0 if it is not there.
func (n *needle) at(s []byte) int {
	rest := s
	for _, want := range n.text {
		got, size := utf8.DecodeRune(rest)
		if size == 0 || got != want && (!n.fold || unicode.ToLower(got) != want) {
			return 0
		}
		rest = rest[size:]
	}
	for len(rest) > 0 && rest[0] >= utf8.RuneSelf {
		r, size := utf8.DecodeRune(rest)
		if !unicode.Is(unicode.M, r) {
			break
		}
		rest = rest[size:]
	}
	return len(s) - len(rest)
}

// highlight returns the line with what matches in the role Match.
func (n *needle) highlight(l Line) Line {
	if n.text == "" {
		return l
	}
	text := n.clean(l)
	from, to := n.in(text)
	if from < 0 {
		return l
	}
	var out Line
	at := 0 // in text
	for _, s := range l {
		for piece := term.Clean(s.Text); piece != ""; {
			if from >= 0 && at == to { // to the next match
				if from, to = n.in(text[at:]); from >= 0 {
					from, to = from+at, to+at
				}
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
	t.none = count == 0
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
	if t.seek.text == "" || t.none {
		return
	}
	for off := 1; off <= t.win.n; off++ {
		i := ((t.win.cursor+off*step)%t.win.n + t.win.n) % t.win.n
		if t.seek.matches(t.lines[i]) {
			t.show(i)
			return
		}
	}
	t.none = true
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
