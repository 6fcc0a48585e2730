package dialog

import (
	"strings"

	"assay/ui/style"
	"assay/ui/term"
	"assay/ui/widget"
)

// sides is how many columns a box is wider than what is in it, ends how many
// lines it is higher.
const (
	sides = 4
	ends  = 2
)

// box draws a border around lines that are w columns wide, with a title in it
// above and hints below.
func box(st *style.Style, title string, body []string, hints widget.Line, w int) []string {
	g := &st.Glyphs
	side := st.Paint(style.Border, g.Vertical)
	out := []string{edge(st, g.TopLeft, widget.Line{widget.R(style.Accent, title)}, g.TopRight, w)}
	for _, line := range body {
		out = append(out, side+" "+line+" "+side)
	}
	return append(out, edge(st, g.BottomLeft, hints, g.BottomRight, w))
}

// edge draws a border with a text in it.
func edge(st *style.Style, left string, text widget.Line, right string, w int) string {
	g := &st.Glyphs
	shown, words := 0, strings.TrimSpace(text.Text())
	middle := ""
	if words != "" && w > 2 {
		shown = min(term.Width(words), w-1)
		middle = " " + widget.Draw(st, text, shown) + " "
		shown += 2
	}
	rest := strings.Repeat(g.Horizontal, max(w+2-1-shown, 0))
	if shown > w+1 {
		rest = ""
	}
	return st.Paint(style.Border, left+g.Horizontal) + middle + st.Paint(style.Border, rest+right)
}

// row puts hints one after the other.
func row(hints ...widget.Line) widget.Line {
	var l widget.Line
	for i, h := range hints {
		if i > 0 {
			l = append(l, widget.P("  "))
		}
		l = append(l, h...)
	}
	return l
}

// room is how wide and high what is in a box can be on a screen. What is
// wanted is cut to it.
func room(w, h, wantW, wantH int) (int, int) {
	if w > 40 {
		w -= 4 // so that what is behind can be seen at both sides
	}
	if h > 20 {
		h -= 2
	}
	return max(min(w-sides, wantW), 1), max(min(h-ends, wantH), 1)
}

// lines cuts what a widget has drawn into lines.
func lines(block string) []string { return strings.Split(block, "\n") }
