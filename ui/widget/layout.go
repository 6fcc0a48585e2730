package widget

import "assay/ui/term"

const (
	gutter = 2  // the cursor's column, and the mark's
	gap    = 2  // between columns
	widest = 80 // what a column is content with at most, when all are shown
)

// cell is a column on the screen.
type cell struct{ column, w int }

// layout decides which columns of a table are shown, and how wide.
type layout struct {
	columns []Column
	content []int // the widest content that was ever on the screen, by column
	wide    bool  // all columns, scrolled sideways
	from    int   // while wide: how many columns beside the pinned one are left of the screen
	hidden  int
	more    bool // while wide: something is right of the screen
	cells   []cell
}

func newLayout(columns []Column) layout {
	l := layout{columns: columns, content: make([]int, len(columns))}
	for i, c := range columns {
		l.content[i] = term.Width(term.Clean(c.Title)) + 1 // the arrow of sorting
	}
	return l
}

func (l *layout) toggle() { l.wide, l.from = !l.wide, 0 }

// scroll moves the columns sideways where not all of them can be seen.
func (l *layout) scroll(by int) {
	if l.wide && (by < 0 || l.more) {
		l.from = min(max(l.from+by, 0), max(len(l.columns)-l.pinned()-2, 0))
	}
}

// measure looks at the rows that are on the screen. Columns only ever grow, so
// that they do not jump about while somebody scrolls.
func (l *layout) measure(rows Rows, from, to int) {
	for c := range l.columns {
		col := &l.columns[c]
		if col.Ideal > 0 && !col.Flex {
			continue
		}
		for i := from; i < to; i++ {
			text := rows.Cell(i, col.ID).Text
			if len(text) > l.content[c] {
				l.content[c] = max(l.content[c], min(term.Width(term.Clean(text)), widest))
			}
		}
	}
}

// least and ideal are a column's widths.
func (l *layout) least(c int) int { return max(l.columns[c].Min, 1) }

func (l *layout) ideal(c int) int {
	col := &l.columns[c]
	switch {
	case col.Ideal == 0 || l.wide && col.Flex:
		return max(l.least(c), l.content[c], col.Ideal)
	}
	return max(l.least(c), col.Ideal)
}

// fit chooses the columns for w columns of the screen.
func (l *layout) fit(w int) []cell {
	l.cells, l.hidden = l.cells[:0], 0
	if l.wide {
		l.all(w)
	} else {
		l.some(w)
	}
	return l.cells
}

// all shows the pinned column with those before it and, from where it is
// scrolled to, what fits.
func (l *layout) all(w int) {
	left := w - gutter
	pin := l.pinned()
	skip := l.from
	for c := range l.columns {
		switch {
		case c > pin && skip > 0:
			skip--
			l.hidden++
		case c > pin && left <= 0:
			l.hidden++
		default:
			l.cells = append(l.cells, cell{c, l.ideal(c)})
			left -= l.ideal(c) + gap
		}
	}
	l.more = left+gap < 0 || l.hidden > l.from
	l.flex(left + gap)
}

// pinned is the column that stays where it is, as do those before it, while
// the others are scrolled; -1 there is none.
func (l *layout) pinned() int {
	for c := range l.columns {
		if l.columns[c].Priority == 0 {
			return c
		}
	}
	return -1
}

// some drops columns until the least widths fit, and then shares what is left.
func (l *layout) some(w int) {
	left := w - gutter + gap
	for c := range l.columns {
		l.cells = append(l.cells, cell{c, l.least(c)})
		left -= l.least(c) + gap
	}
	for left < 0 {
		i := l.droppable()
		if i < 0 {
			break
		}
		left += l.cells[i].w + gap
		l.cells = append(l.cells[:i], l.cells[i+1:]...)
		l.hidden++
	}
	if left -= l.hint(); left > 0 {
		l.flex(l.grow(left))
	}
}

// hint is how many columns to leave free at the right, so that the hint of
// hidden columns does not cover the last title.
func (l *layout) hint() int {
	if l.hidden == 0 || len(l.cells) == 0 {
		return 0
	}
	if last := &l.columns[l.cells[len(l.cells)-1].column]; last.Flex && !last.Right {
		return 0
	}
	return len(" +9")
}

// droppable is the column to drop first: of those with the highest priority
// the last one; -1 if all that are left must stay.
func (l *layout) droppable() int {
	at := -1
	for i, c := range l.cells {
		p := l.columns[c.column].Priority
		if p > 0 && (at < 0 || p >= l.columns[l.cells[at].column].Priority) {
			at = i
		}
	}
	return at
}

// grow widens all columns alike until they are content, and returns what is
// left.
func (l *layout) grow(left int) int {
	for grew := true; grew && left > 0; {
		grew = false
		for i := range l.cells {
			if left > 0 && l.cells[i].w < l.ideal(l.cells[i].column) {
				l.cells[i].w++
				left--
				grew = true
			}
		}
	}
	return left
}

// flex gives what is left to the columns that take it.
func (l *layout) flex(left int) {
	takers := 0
	for _, c := range l.cells {
		if l.columns[c.column].Flex {
			takers++
		}
	}
	for i := range l.cells {
		if l.columns[l.cells[i].column].Flex && left > 0 {
			share := left / takers
			l.cells[i].w += share
			left, takers = left-share, takers-1
		}
	}
}
