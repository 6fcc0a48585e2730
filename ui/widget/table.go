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
	// contents to come
	st      *style.Style
	columns []Column
}

// NewTable returns an empty table sorted by no column.
func NewTable(st *style.Style, columns []Column) *Table { return &Table{st: st, columns: columns} }

// SetRows gives the table new rows. The cursor stays on its ID; where that is
// gone, at its place.
func (t *Table) SetRows(r Rows) { panic("to come") }

// Render draws the header line and the rows: h lines of w columns.
func (t *Table) Render(w, h int) string { panic("to come") }

// Do carries out moves, wide, sideways and sorting (SortNext, SortPrev,
// Reverse, SortBy with a column's id). It reports whether the intent was one
// of those. After sorting ones the owner looks at Sort and sets rows anew.
func (t *Table) Do(in action.Intent) bool { panic("to come") }

// Choices are the columns for the choice of Sort: id and title of each.
func (t *Table) Choices() []Column { return t.columns }

// Sort is the column to sort by, "" for the owner's own order, and whether it
// is reversed.
func (t *Table) Sort() (column string, reverse bool) { panic("to come") }

// Cursor is the row under the cursor, -1 without rows, and its ID.
func (t *Table) Cursor() (row int, id string) { panic("to come") }

// Select puts the cursor on the row of that ID, if there is one.
func (t *Table) Select(id string) bool { panic("to come") }

// Click puts the cursor where line y of the last Render is; y 0 is the
// header. It reports whether the cursor was there already, which opens it.
func (t *Table) Click(x, y int) (again bool) { panic("to come") }

// Hidden is how many columns the last Render had no room for.
func (t *Table) Hidden() int { panic("to come") }
