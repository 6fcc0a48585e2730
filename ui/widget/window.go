package widget

import (
	"fmt"

	"assay/ui/action"
)

// window is which of n lines are on the screen, and which has the cursor.
type window struct {
	n      int // lines that there are
	cursor int // -1 without lines
	top    int // the first line on the screen
	h      int // lines that the last Render had room for
}

// resize tells how many lines there are. The cursor stays where it is, or on
// the last line.
func (w *window) resize(n int) {
	w.n = n
	w.put(w.cursor)
}

// put puts the cursor on line i, or on the nearest one.
func (w *window) put(i int) {
	if w.n == 0 {
		w.cursor = -1
		return
	}
	w.cursor = min(max(i, 0), w.n-1)
}

// see moves the window of h lines so that the cursor is in it and no line is
// wasted below the last one.
func (w *window) see(h int) {
	w.h = max(h, 0)
	w.top = min(w.top, w.cursor)
	w.top = max(w.top, w.cursor-w.h+1)
	w.top = max(min(w.top, w.n-w.h), 0)
}

// end is the line after the last one on the screen.
func (w *window) end() int { return min(w.top+w.h, w.n) }

// position says which of the lines are on the screen; "" where all are, or
// nothing was drawn yet.
func (w *window) position() string {
	if w.h < 1 || w.n <= w.h {
		return ""
	}
	return fmt.Sprintf("%d-%d of %d", w.top+1, w.end(), w.n)
}

// step is by how many lines an action moves the cursor, and whether it is one
// that does.
func (w *window) step(id action.ID) (by int, moves bool) {
	switch id {
	case action.Top:
		return -w.n, true
	case action.Bottom:
		return w.n, true
	}
	return Step(id, max(w.h-1, 1))
}

// Step is by how many lines an action moves where a page has so many, and
// whether it is one that does.
func Step(id action.ID, page int) (by int, moves bool) {
	switch id {
	case action.Down:
		return 1, true
	case action.Up:
		return -1, true
	case action.PageDown:
		return page, true
	case action.PageUp:
		return -page, true
	case action.HalfDown:
		return (page + 1) / 2, true
	case action.HalfUp:
		return -(page + 1) / 2, true
	}
	return 0, false
}

// move carries out an action that moves the cursor. It reports whether it was
// one.
func (w *window) move(id action.ID) bool {
	by, moves := w.step(id)
	if moves {
		w.put(w.cursor + by)
	}
	return moves
}
