package widget

import (
	"assay/ui/action"
	"assay/ui/style"
)

// Text is a scrollable text of known length with a cursor line and search,
// such as a file. It can be asked for any line, and asks for none that is not
// to be seen; only a search goes through all.
type Text struct {
	st *style.Style
}

// NewText returns an empty text.
func NewText(st *style.Style) *Text { return &Text{st: st} }

// SetLines gives the text its lines. The cursor stays at its number.
func (t *Text) SetLines(lines []Line) { panic("to come") }

// Render draws h lines of w columns.
func (t *Text) Render(w, h int) string { panic("to come") }

// Do carries out moves, sideways, wrap, and next and previous match.
func (t *Text) Do(in action.Intent) bool { panic("to come") }

// Search looks for a text, without regard to case where it has no capital,
// from the cursor on; "" ends the search. It returns how many lines match.
func (t *Text) Search(what string) int { panic("to come") }

// Cursor is the line under the cursor, from 0.
func (t *Text) Cursor() int { panic("to come") }

// GoTo puts the cursor on a line, from 0, and shows it with what is around.
func (t *Text) GoTo(line int) { panic("to come") }

// Click puts the cursor where line y of the last Render is.
func (t *Text) Click(x, y int) (again bool) { panic("to come") }
