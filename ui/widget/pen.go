package widget

import (
	"assay/ui/style"
	"assay/ui/term"
)

// pen writes lines of a known width, one after the other. Neighbours in the
// same role are painted together.
type pen struct {
	st   *style.Style
	all  style.Role // for all of the line but its matches; Plain: to each its own
	left int        // columns until the line is full
	skip int        // columns of what comes that are left of the screen
	role style.Role // of run
	run  []byte
	out  []byte
}

// begin begins a line of w columns.
func (p *pen) begin(all style.Role, w int) {
	p.all, p.left, p.skip = all, max(w, 0), 0
}

// end fills the line up.
func (p *pen) end() {
	p.blank(p.left)
	p.flush()
}

// newline ends the line and makes ready for the next one.
func (p *pen) newline() {
	p.end()
	p.out = append(p.out, '\n')
}

func (p *pen) flush() {
	if len(p.run) == 0 {
		return
	}
	p.out = append(p.out, p.st.Paint(p.role, string(p.run))...)
	p.run = p.run[:0]
}

// in makes role the one of what is written next.
func (p *pen) in(role style.Role) {
	if p.all != style.Plain && role != style.Match {
		role = p.all
	}
	if role != p.role {
		p.flush()
		p.role = role
	}
}

// blank writes n spaces, in the line's role.
func (p *pen) blank(n int) {
	if n = min(n, p.left); n <= 0 {
		return
	}
	p.in(style.Plain)
	p.spaces(n)
}

// spaces writes n spaces in the present role.
func (p *pen) spaces(n int) {
	const some = "                                                                "
	for p.left -= n; n > 0; n -= len(some) {
		p.run = append(p.run, some[:min(n, len(some))]...)
	}
}

// line writes spans as far as there is room, with an ellipsis where something
// is missing.
func (p *pen) line(l Line) {
	for i, s := range l {
		if s.Text == "" {
			continue
		}
		text := p.skipped(term.Clean(s.Text))
		if text == "" {
			continue
		}
		p.in(s.Role)
		wide := term.Width(text)
		if wide > p.left || wide == p.left && shows(l[i+1:]) {
			p.cut(text, p.left)
			return
		}
		p.put(text, wide)
	}
}

// shows reports whether there is anything to be seen in the spans.
func shows(l Line) bool {
	for _, s := range l {
		if s.Text != "" && term.Width(term.Clean(s.Text)) > 0 {
			return true
		}
	}
	return false
}

// cell writes one span as a cell of w columns.
func (p *pen) cell(s Span, w int, right bool) {
	w = min(w, p.left)
	text := term.Clean(s.Text)
	wide := term.Width(text)
	if right && wide < w {
		p.blank(w - wide)
	}
	p.in(s.Role)
	switch {
	case wide > w:
		p.cut(text, w)
	default:
		p.put(text, wide)
		if !right {
			p.blank(w - wide)
		}
	}
}

// skipped takes away what is left of the screen.
func (p *pen) skipped(text string) string {
	if p.skip == 0 {
		return text
	}
	wide := term.Width(text)
	if wide <= p.skip {
		p.skip -= wide
		return ""
	}
	text = term.Skip(text, p.skip)
	p.skip = 0
	return text
}

// cut writes exactly w columns: of the text as much as fits beside an
// ellipsis.
func (p *pen) cut(text string, w int) {
	mark := p.st.Glyphs.Ellipsis
	wide := term.Width(mark)
	if wide > w {
		mark, wide = first(mark, w)
	}
	head, n := first(text, w-wide)
	p.put(head, n)
	p.put(mark, wide)
	if rest := w - wide - n; rest > 0 {
		p.spaces(rest)
	}
}

// put writes a clean text whose width is known and for which there is room.
func (p *pen) put(text string, wide int) {
	p.run = append(p.run, text...)
	p.left -= wide
}

// first returns what of a clean text fits w columns, and its width.
func first(text string, w int) (head string, wide int) {
	head = term.Cut(text, w, "")
	return head, term.Width(head)
}
