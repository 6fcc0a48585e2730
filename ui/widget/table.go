package widget

import (
	"assay/ui/action"
	"assay/ui/style"
)

// Column is one column of a Table.
type Column struct {
	ID, Title string
	Min       int  // columns that it needs at least
	Ideal     int  // columns that it is content with; 0 is as wide as what it shows
	Flex      bool // gets what is left over
	Right     bool // aligned to the right
	Priority  int  // 0 is always there; the highest is dropped first where there is no room
}

// Rows is what a Table shows, by index. The table asks only for what is to be
// seen. ID must be unique and stable: the cursor stays with it.
type Rows interface {
	Len() int
	ID(i int) string
	Cell(i int, column string) Span
	Marked(i int) bool
}

// Table is a windowed table with a cursor. Sorting is the owner's work: the
// table keeps the column and the direction and shows them.
type Table struct {
	// Empty is what to show where there are no rows, one line each.
	Empty []Line

	st      *style.Style
	columns []Column
	rows    Rows
	win     window
	id      string // of the row under the cursor
	sort    int    // a column's index, -1 none
	reverse bool
	layout  layout
	pen     pen
}

// NewTable returns an empty table sorted by no column.
func NewTable(st *style.Style, columns []Column) *Table {
	return &Table{st: st, columns: columns, sort: -1, win: window{cursor: -1}, layout: newLayout(columns), pen: pen{st: st}}
}

// SetRows gives the table new rows. The cursor stays on its ID; where that is
// gone, at its place.
func (t *Table) SetRows(r Rows) {
	t.rows = r
	n := 0
	if r != nil {
		n = r.Len()
	}
	t.win.resize(n)
	if at := t.find(t.id); at >= 0 {
		t.win.put(at)
	}
	t.moved()
}

// find returns the index of the row of that ID, -1 if there is none. It looks
// around the cursor first: rows seldom go far.
func (t *Table) find(id string) int {
	if id == "" {
		return -1
	}
	from := max(t.win.cursor, 0)
	for off := 0; from-off >= 0 || from+off < t.win.n; off++ {
		if i := from + off; i < t.win.n && t.rows.ID(i) == id {
			return i
		}
		if i := from - off; i >= 0 && i < t.win.n && t.rows.ID(i) == id {
			return i
		}
	}
	return -1
}

// moved remembers whose row the cursor is on.
func (t *Table) moved() {
	if t.win.cursor >= 0 {
		t.id = t.rows.ID(t.win.cursor)
	}
}

// Do carries out moves, wide, sideways and sorting (SortNext, SortPrev,
// Reverse, SortBy with a column's id). It reports whether the intent was one
// of those. After sorting ones the owner looks at Sort and sets rows anew.
func (t *Table) Do(in action.Intent) bool {
	switch in.ID {
	case action.Wide:
		t.layout.toggle()
	case action.Left:
		t.layout.scroll(-1)
	case action.Right:
		t.layout.scroll(1)
	case action.SortNext:
		t.sortBy((t.sort + 1) % max(len(t.columns), 1))
	case action.SortPrev:
		t.sortBy((max(t.sort, 0) + len(t.columns) - 1) % max(len(t.columns), 1))
	case action.SortBy:
		for i, c := range t.columns {
			if c.ID == in.Arg {
				t.sortBy(i)
			}
		}
	case action.Reverse:
		t.reverse = !t.reverse
	default:
		if !t.win.move(in.ID) {
			return false
		}
		t.moved()
	}
	return true
}

func (t *Table) sortBy(i int) {
	if i < len(t.columns) && i != t.sort {
		t.sort, t.reverse = i, false
	}
}

// Choices are the columns for the choice of Sort: id and title of each.
func (t *Table) Choices() []Column { return t.columns }

// Sort is the column to sort by, "" for the owner's own order, and whether it
// is reversed.
func (t *Table) Sort() (column string, reverse bool) {
	if t.sort < 0 {
		return "", t.reverse
	}
	return t.columns[t.sort].ID, t.reverse
}

// Cursor is the row under the cursor, -1 without rows, and its ID.
func (t *Table) Cursor() (row int, id string) {
	if t.win.cursor < 0 {
		return -1, ""
	}
	return t.win.cursor, t.id
}

// Select puts the cursor on the row of that ID, if there is one.
func (t *Table) Select(id string) bool {
	at := t.find(id)
	if at < 0 {
		return false
	}
	t.win.put(at)
	t.moved()
	return true
}

// Click puts the cursor where line y of the last Render is; y 0 is the
// header. It reports whether the cursor was there already, which opens it.
func (t *Table) Click(x, y int) (again bool) {
	at := t.win.top + y - 1
	if y < 1 || y > t.win.h || at >= t.win.end() {
		return false
	}
	again = at == t.win.cursor
	t.win.put(at)
	t.moved()
	return again
}

// Position says which rows are on the screen, "1-19 of 40"; "" where all are.
func (t *Table) Position() string {
	if t.win.h > 0 {
		t.win.see(t.win.h)
	}
	return t.win.position()
}

// Hidden is how many columns the last Render had no room for.
func (t *Table) Hidden() int { return t.layout.hidden }
