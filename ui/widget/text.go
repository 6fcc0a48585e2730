package widget

import (
	"assay/ui/action"
	"assay/ui/style"
)

// Text is a scrollable text of known length with a cursor line and search,
// such as a file. It can be asked for any line, and asks for none that is not
// to be seen; only a search goes through all.
type Text struct {
	// Numbers shows each line's number, from 1, at its left. Numbers do not
	// move sideways, and no search finds them.
	Numbers bool

	st    *style.Style
	lines []Line
	win   window
	x     int    // columns that are left of the screen
	wrap  bool   // long lines go on below instead
	above int    // while wrapping: rows of the top line that are above the screen
	room  int    // columns for text in the last Render
	seek  needle // what is searched; empty is nothing
	none  bool   // no line of these has it
	about bool   // show what is around the cursor, too
	ys    []int  // the line that each row of the last Render shows
	pen   pen
}

// NewText returns an empty text.
func NewText(st *style.Style) *Text {
	return &Text{st: st, win: window{cursor: -1}, room: 80, pen: pen{st: st}}
}

// SetLines gives the text its lines. The cursor stays at its number.
func (t *Text) SetLines(lines []Line) {
	t.lines, t.none = lines, false
	t.win.resize(len(lines))
}

// Do carries out moves, sideways, wrap, and next and previous match.
func (t *Text) Do(in action.Intent) bool {
	switch in.ID {
	case action.Left:
		t.x = max(t.x-t.side(), 0)
	case action.Right:
		t.right()
	case action.Wrap:
		t.wrap, t.x, t.above = !t.wrap, 0, 0
	case action.NextMatch:
		t.next(1)
	case action.PrevMatch:
		t.next(-1)
	default:
		by, moves := t.win.step(in.ID)
		if moves {
			t.move(by)
		}
		return moves
	}
	return true
}

// Wrapped reports whether long lines go on below.
func (t *Text) Wrapped() bool { return t.wrap }

// side is how far one step sideways goes.
func (t *Text) side() int { return max(t.room/4, 8) }

// right scrolls as long as there is something to be seen in what is on the
// screen.
func (t *Text) right() {
	if t.wrap {
		return
	}
	longest := 0
	for i := t.win.top; i < t.win.end(); i++ {
		longest = max(longest, width(t.lines[i]))
	}
	if t.x+t.room < longest {
		t.x += t.side()
	}
}

func (t *Text) move(by int) {
	if t.wrap && by > -t.win.n && by < t.win.n {
		by = t.wrapped(by)
	}
	t.win.put(t.win.cursor + by)
}

// Cursor is the line under the cursor, from 0.
func (t *Text) Cursor() int { return max(t.win.cursor, 0) }

// GoTo puts the cursor on a line, from 0, and shows it with what is around.
func (t *Text) GoTo(line int) {
	t.win.put(line)
	t.above, t.about = 0, true
}

// Click puts the cursor where line y of the last Render is.
func (t *Text) Click(x, y int) (again bool) {
	if y < 0 || y >= len(t.ys) || t.ys[y] < 0 || t.ys[y] >= t.win.n {
		return false
	}
	again = t.ys[y] == t.win.cursor
	t.win.put(t.ys[y])
	return again
}
