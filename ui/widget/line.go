// Package widget holds what views are built of: table, tree, text and a line
// to type on. Widgets know nothing of fleets. Each draws a given size into a
// string and draws no more than what is to be seen; whatever text they are
// given is made safe for the terminal here, so that no view can forget it.
//
// A widget belongs to one goroutine, the console's.
package widget

import (
	"strings"

	"assay/ui/style"
	"assay/ui/term"
)

// Span is a piece of text in one role. Text is any text: Draw cleans it.
type Span struct {
	Role style.Role
	Text string
}

// Line is one line of spans.
type Line []Span

// P returns a plain span, R one in a role.
func P(text string) Span { return Span{Text: text} }

// R returns a span in a role.
func R(role style.Role, text string) Span { return Span{role, text} }

// Hint returns a key and what it does.
func Hint(key, does string) Line { return Line{R(style.Key, key), R(style.Muted, " "+does)} }

// Text returns the line's text without roles, cleaned.
func (l Line) Text() string {
	var b strings.Builder
	for _, s := range l {
		b.WriteString(term.Clean(s.Text))
	}
	return b.String()
}

// Draw returns the line exactly w columns wide: cut with an ellipsis, or
// filled with spaces.
func Draw(st *style.Style, l Line, w int) string { return draw(st, l, w, style.Plain) }

// DrawAs draws the line with one role for all of it, such as style.Selected.
// Only what a search found stays in its own.
func DrawAs(st *style.Style, role style.Role, l Line, w int) string { return draw(st, l, w, role) }

func draw(st *style.Style, l Line, w int, all style.Role) string {
	p := pen{st: st, run: make([]byte, 0, max(w, 0)+16), out: make([]byte, 0, max(w, 0)+64)}
	p.begin(all, w)
	p.line(l)
	p.end()
	return string(p.out)
}

// Pad cleans a text and fills it with spaces to w columns, so that what follows
// it on several lines stands below each other. A longer one keeps its length.
func Pad(text string, w int) string {
	text = term.Clean(text)
	return text + strings.Repeat(" ", max(w-term.Width(text), 0))
}

// Block draws lines as a block of exactly h lines of w columns.
func Block(st *style.Style, lines []Line, w, h int) string {
	drawn := make([]string, min(len(lines), max(h, 0)))
	for i := range drawn {
		drawn[i] = Draw(st, lines[i], w)
	}
	return Fit(drawn, w, h)
}

// Fit makes a block of exactly h lines of w columns: what is missing is empty.
func Fit(lines []string, w, h int) string {
	blank := strings.Repeat(" ", max(w, 0))
	for len(lines) < h {
		lines = append(lines, blank)
	}
	return strings.Join(lines[:max(h, 0)], "\n")
}
