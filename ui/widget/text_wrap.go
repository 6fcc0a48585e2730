package widget

import (
	"github.com/charmbracelet/x/ansi"

	"assay/ui/term"
)

// wrap cuts a line into rows of at most w columns. An empty line is one row.
func wrap(l Line, w int) []Line {
	rows := []Line{nil}
	left := w
	for _, s := range l {
		text := term.Clean(s.Text)
		for text != "" {
			head, wide := first(text, left)
			if head == "" {
				if left == w { // a wide character where only narrow ones fit
					head, _ = ansi.FirstGraphemeCluster(text, ansi.WcWidth)
					wide = w
				} else {
					rows, left = append(rows, nil), w
					continue
				}
			}
			rows[len(rows)-1] = append(rows[len(rows)-1], Span{s.Role, head})
			text, left = text[len(head):], left-wide
		}
	}
	return rows
}

// height is how many rows line i takes.
func (t *Text) height(i int) int { return len(wrap(t.seek.highlight(t.lines[i]), t.room)) }

// wrapped says by how many lines the cursor moves for a move of so many rows.
// It looks at no more lines than the move passes. In a line that is longer
// than the screen the window moves instead.
func (t *Text) wrapped(by int) int {
	at := t.win.cursor
	if at < 0 {
		return 0
	}
	if at == t.win.top {
		hidden := t.height(at) - t.above - t.win.h
		if by > 0 && hidden > 0 {
			t.above += min(by, hidden)
			return 0
		}
		if by < 0 && t.above > 0 {
			t.above -= min(-by, t.above)
			return 0
		}
	}
	step := 1
	if by < 0 {
		step, by = -1, -by
	}
	lines := 0
	for by > 0 && at+step >= 0 && at+step < t.win.n {
		at += step
		by -= t.height(at)
		if by < 0 && lines > 0 {
			break
		}
		lines += step
	}
	return lines
}

// seeWrapped moves the window so that the cursor's line is in it, with all of
// its rows if they fit.
func (t *Text) seeWrapped(h int) {
	w := &t.win
	if w.n == 0 {
		w.top, t.above = 0, 0
		return
	}
	if w.top = max(w.top, 0); w.cursor < w.top {
		w.top, t.above = w.cursor, 0
	}
	if w.cursor == w.top {
		t.above = min(t.above, max(t.height(w.top)-h, 0))
		return
	}
	// From the cursor upwards: where the top would be if its last row were
	// the last one on the screen.
	left, at := h-t.height(w.cursor), w.cursor
	for left > 0 && at > 0 && at > w.top {
		at--
		left -= t.height(at)
	}
	switch {
	case left < 0 && at == w.cursor: // taller than the screen: from its beginning
		w.top, t.above = at, 0
	case at > w.top:
		w.top, t.above = at, max(-left, 0)
	case at == w.top:
		t.above = max(t.above, -left)
	}
}
