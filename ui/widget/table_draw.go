package widget

import (
	"strconv"

	"assay/ui/style"
)

// Render draws the header line and the rows: h lines of w columns.
func (t *Table) Render(w, h int) string {
	if h <= 0 {
		return ""
	}
	t.win.see(h - 1)
	t.layout.measure(t.rows, t.win.top, t.win.end())
	cells := t.layout.fit(w)
	p := &t.pen
	p.out = p.out[:0]
	t.header(cells, w)
	for y := range h - 1 {
		p.newline()
		switch i := t.win.top + y; {
		case i < t.win.end():
			t.row(i, cells, w)
		case t.win.n == 0 && y < len(t.Empty):
			p.begin(style.Plain, w)
			p.line(t.Empty[y])
		default:
			p.begin(style.Plain, w)
		}
	}
	p.end()
	return string(p.out)
}

func (t *Table) header(cells []cell, w int) {
	p := &t.pen
	p.begin(style.Heading, w)
	hint := ""
	if t.layout.hidden > 0 {
		hint = " +" + strconv.Itoa(t.layout.hidden)
	}
	room := max(w-len(hint), 0)
	p.left = room
	p.blank(gutter)
	for i, c := range cells {
		if i > 0 {
			p.blank(gap)
		}
		t.title(c)
	}
	p.blank(p.left)
	p.left = w - room
	p.line(Line{P(hint)})
}

// title draws a column's title, with the arrow of sorting where it is.
func (t *Table) title(c cell) {
	p, col := &t.pen, t.columns[c.column]
	if c.column != t.sort {
		p.cell(P(col.Title), c.w, col.Right)
		return
	}
	arrow := t.st.Glyphs.Ascending
	if t.reverse {
		arrow = t.st.Glyphs.Descending
	}
	if col.Right || c.w <= len([]rune(col.Title)) {
		p.cell(P(col.Title), c.w-1, col.Right)
		p.cell(P(arrow), min(c.w, 1), false)
		return
	}
	p.cell(P(col.Title+arrow), c.w, false)
}

func (t *Table) row(i int, cells []cell, w int) {
	p, g := &t.pen, &t.st.Glyphs
	marked := t.rows.Marked(i)
	role, cursor, mark := style.Plain, " ", " "
	if marked {
		role, mark = style.Marked, g.Mark
	}
	if i == t.win.cursor {
		role, cursor = style.Selected, g.Cursor
	}
	p.begin(role, w)
	p.cell(P(cursor), 1, false)
	p.cell(P(mark), 1, false)
	for n, c := range cells {
		if n > 0 {
			p.blank(gap)
		}
		if p.left == 0 {
			return
		}
		col := &t.columns[c.column]
		p.cell(t.rows.Cell(i, col.ID), c.w, col.Right)
	}
}
