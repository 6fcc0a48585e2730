package widget

import (
	"strconv"

	"assay/ui/style"
)

// Render draws h lines of w columns.
func (t *Text) Render(w, h int) string {
	if h <= 0 {
		return ""
	}
	t.room = max(w-gutter-t.margin(), 1)
	t.see(h)
	p := &t.pen
	p.out, t.ys = p.out[:0], t.ys[:0]
	for i := t.win.top; i < len(t.lines) && len(t.ys) < h; i++ {
		t.draw(i, w, h)
	}
	for len(t.ys) < h {
		t.start(-1, style.Plain, w)
	}
	p.end()
	return string(p.out)
}

// margin is how many columns the numbers take.
func (t *Text) margin() int {
	if !t.Numbers {
		return 0
	}
	return len(strconv.Itoa(len(t.lines))) + 2
}

// number draws the number of line i, or nothing where the line goes on.
func (t *Text) number(i int, goesOn bool) {
	wide := t.margin()
	if wide == 0 {
		return
	}
	text := ""
	if !goesOn {
		text = strconv.Itoa(i + 1)
	}
	t.pen.cell(R(style.Muted, text), wide-2, true)
	t.pen.blank(2)
}

// see moves the window so that the cursor's line is in it.
func (t *Text) see(h int) {
	if t.about {
		t.about = false
		t.win.top = t.win.cursor - h/3
	}
	if !t.wrap {
		t.win.see(h)
		return
	}
	t.win.h = h
	t.seeWrapped(h)
}

// start begins the next row of the screen, which shows line i.
func (t *Text) start(i int, role style.Role, w int) {
	if len(t.ys) > 0 {
		t.pen.newline()
	}
	t.ys = append(t.ys, i)
	t.pen.begin(role, w)
}

// draw draws line i: one row, or as many as it takes while wrapping.
func (t *Text) draw(i, w, h int) {
	role, cursor := style.Plain, " "
	if i == t.win.cursor {
		role, cursor = style.Selected, t.st.Glyphs.Cursor
	}
	line := t.seek.highlight(t.lines[i])
	rows := []Line{line}
	if t.wrap {
		rows = wrap(line, t.room)
		if i == t.win.top {
			rows = rows[min(t.above, len(rows)-1):]
		}
	}
	for y, row := range rows {
		if len(t.ys) == h {
			return
		}
		t.start(i, role, w)
		p := &t.pen
		p.cell(P(cursor), 1, false)
		p.blank(1)
		t.number(i, y > 0 || i == t.win.top && t.wrap && t.above > 0)
		if p.skip = t.x; t.x > 0 && shows(row) { // there is more at the left
			p.cell(R(style.Muted, t.st.Glyphs.Ellipsis), 1, false)
			p.skip++
		}
		p.line(row)
		cursor = " "
	}
}
