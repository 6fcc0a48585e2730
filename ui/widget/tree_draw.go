package widget

import (
	"assay/ui/style"
	"assay/ui/term"
)

// Render draws h lines of w columns.
func (t *Tree) Render(w, h int) string {
	if h <= 0 {
		return ""
	}
	t.scroll(w, h)
	p := &t.pen
	p.out = p.out[:0]
	for y := range h {
		if y > 0 {
			p.newline()
		}
		switch i := t.win.top + y; {
		case i < len(t.items):
			t.item(i, w)
		case len(t.items) == 0 && y < len(t.Empty):
			p.begin(style.Plain, w)
			p.line(t.Empty[y])
		default:
			p.begin(style.Plain, w)
		}
	}
	p.end()
	return string(p.out)
}

// scroll moves the window so that the cursor is in it, with the headings right
// above it. Otherwise the window stays where somebody has moved it.
func (t *Tree) scroll(w, h int) {
	if t.seen && t.w == w && t.h == h || t.win.cursor < 0 {
		t.win.h = h
		t.win.top = max(min(t.win.top, t.win.n-h), 0)
	} else {
		t.win.see(h)
		head := t.win.cursor
		for head > 0 && t.items[head-1].node.Heading {
			head--
		}
		t.win.top = max(min(t.win.top, head), t.win.cursor-h+1)
	}
	t.seen, t.w, t.h = true, w, h
}

func (t *Tree) item(i, w int) {
	p, g, it := &t.pen, &t.st.Glyphs, &t.items[i]
	role, cursor := style.Plain, " "
	if i == t.win.cursor {
		role, cursor = style.Selected, g.Cursor
	}
	p.begin(role, w)
	p.cell(P(cursor), 1, false)
	p.blank(1 + 2*it.depth)
	if !t.flat && !it.node.Heading {
		p.cell(R(style.Muted, t.expander(it)), 1, false)
		p.blank(1)
	}
	right := it.node.Right
	wide := width(right)
	if wide == 0 || width(it.node.Line)+2+wide > p.left {
		p.line(it.node.Line)
		return
	}
	room := p.left - wide
	p.left = room
	p.line(it.node.Line)
	p.blank(p.left)
	p.left = wide
	p.line(right)
}

func (t *Tree) expander(it *item) string {
	switch {
	case len(it.node.Children) == 0:
		return t.st.Glyphs.Leaf
	case it.open:
		return t.st.Glyphs.Expanded
	}
	return t.st.Glyphs.Collapsed
}

// width is how many columns a line takes.
func width(l Line) int {
	n := 0
	for _, s := range l {
		if s.Text != "" {
			n += term.Width(term.Clean(s.Text))
		}
	}
	return n
}
