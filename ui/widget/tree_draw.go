package widget

import (
	"strings"

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
		head, tail := t.around(h)
		t.win.top = min(max(t.win.top, tail-h+1), head)
		t.win.top = max(t.win.top, t.win.cursor-h+1)
	}
	t.seen, t.grew, t.w, t.h = true, false, w, h
}

// around is what is to be seen with the cursor: the headings right above it,
// the lines to be read right below it, and much of what was just expanded.
func (t *Tree) around(h int) (head, tail int) {
	at := t.win.cursor
	for head = at; head > 0 && t.items[head-1].node.Heading; {
		head--
	}
	last := len(t.items) - 1
	for tail = at; tail < last && t.items[tail+1].node.Heading; {
		tail++
	}
	if tail < last { // what is not below the cursor belongs to what follows it
		for tail > at && t.items[tail].depth <= t.items[at].depth {
			tail--
		}
	}
	if t.grew {
		end := at
		for end < last && t.items[end+1].depth > t.items[at].depth {
			end++
		}
		tail = max(tail, min(end, at+h/2))
	}
	return head, min(tail, at+h-1)
}

func (t *Tree) item(i, w int) {
	p, g, it := &t.pen, &t.st.Glyphs, &t.items[i]
	role, cursor := style.Plain, " "
	switch {
	case i != t.win.cursor:
	case t.Idle:
		role = style.Strong
	default:
		role, cursor = style.Selected, g.Cursor
	}
	p.begin(role, w)
	p.cell(P(cursor), 1, false)
	p.blank(1 + 2*it.depth)
	if !t.flat && !it.node.Heading {
		p.cell(R(style.Muted, t.expander(it)), 1, false)
		p.blank(1)
	}
	right := t.right(it.node)
	wide := width(right)
	if wide == 0 {
		p.line(it.node.Line)
		return
	}
	rest := p.left - wide
	p.left = rest - beside
	p.line(it.node.Line)
	p.blank(p.left)
	p.left = wide + beside
	p.blank(beside)
	p.line(right)
}

// Widths of a line with something at its right.
const (
	beside = 2  // columns between the two
	least  = 48 // what a line is cut to before its place loses more directories
	bare   = 12 // what it is cut to before its place is left out
)

// right is what stands at the right of a node's line, where there is room. A
// place loses directories so that nothing of the line is cut; where that is
// not enough, the line is cut.
func (t *Tree) right(n *Node) Line {
	room := t.pen.left - beside
	line, wide := width(n.Line), width(n.Right)
	switch {
	case wide == 0 || line+wide <= room:
		return n.Right
	case !n.Placed || len(n.Right) == 0:
		return nil
	}
	short := func(text string) Line { return Line{{n.Right[0].Role, text}} }
	text, best := n.Right.Text(), ""
	for {
		wide = term.Width(text)
		if line+wide <= room {
			return short(text)
		}
		if best == "" && wide+least <= room {
			best = text
		}
		_, rest, more := strings.Cut(text, "/")
		if !more {
			break
		}
		text = rest
	}
	switch {
	case best != "":
		return short(best)
	case bare+wide <= room:
		return short(text)
	}
	return nil
}

// Position says which lines are on the screen, "1-19 of 40"; "" where all are.
func (t *Tree) Position() string {
	if t.h > 0 {
		t.scroll(t.w, t.h)
	}
	return t.win.position()
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
