package syntax

import "strings"

// piece is a token of an indented string as Nix's lexer cuts it: a run of plain text, an escape or a lone "'" or "$" (which both
// count as text that is not indentation), or an interpolation. The cuts matter: an escape ends the white space at the start of a
// line, and the white space of a last line is only dropped from the last piece.
type piece struct {
	Part
	plain bool
}

// indented reads a string between two pairs of single quotes; the current token is the first pair. CR stays as it is.
func (p *parser) indented() *String {
	open := p.tok.start
	i := p.tok.end
	if n := i + len(p.src[i:]) - len(strings.TrimLeft(p.src[i:], " ")); p.at(n) == '\n' {
		i = n + 1 // a first line of blanks does not count
	}
	var pieces []piece
	start := i // of the run of plain text
	literal := func(end int, text string, next int) {
		if i > start {
			pieces = append(pieces, piece{Part{Span{Pos(start), Pos(i)}, p.src[start:i], nil}, true})
		}
		if end > i {
			pieces = append(pieces, piece{Part{Span{Pos(i), Pos(end)}, text, nil}, false})
		}
		i, start = next, next
	}
	for i < len(p.src) {
		c, d := p.src[i], p.at(i+1)
		switch {
		case c == '\'' && d == '\'':
			switch e := p.at(i + 2); {
			case e == '$':
				literal(i+3, "$", i+3)
			case e == '\'':
				literal(i+3, "''", i+3)
			case e == '\\' && i+3 < len(p.src):
				p.refuseNUL(i + 3)
				literal(i+4, p.escape(i+2), i+4)
			default:
				literal(i, "", i+2)
				p.finish(i)
				return newIndented(p.span(open), pieces)
			}
		case c == '$' && d == '{':
			literal(i, "", i)
			var part Part
			part, i = p.interpolation(i)
			pieces = append(pieces, piece{part, false})
			start = i
		case c == '$' && d == '\'', c == '\'' && d == '$':
			literal(i+1, p.src[i:i+1], i+1)
		case c == '$', c == '\'':
			i++
			if i < len(p.src) {
				p.refuseNUL(i)
				i++ // what follows is text, even a second $
			}
		case c == 0:
			p.refuseNUL(i)
		default:
			i++
		}
	}
	p.unterminated(open, "''")
	return nil
}

// newIndented strips the indentation and joins neighbouring text.
func newIndented(span Span, pieces []piece) *String {
	strip(pieces)
	r := &String{Span: span, Indented: true}
	for _, q := range pieces {
		last := len(r.Parts) - 1
		switch {
		case q.X == nil && q.Text == "":
		case q.X == nil && last >= 0 && r.Parts[last].X == nil:
			r.Parts[last].Text += q.Text
			r.Parts[last].End = q.End
		default:
			r.Parts = append(r.Parts, q.Part)
		}
	}
	if len(r.Parts) != len(pieces) && len(pieces) > 1 {
		for _, q := range pieces {
			r.raw = append(r.raw, q.Part)
		}
	}
	return r
}

// strip removes from the plain text the indentation that all lines share. Only blanks are indentation, tabs are not. Lines of
// blanks alone do not count, but they are stripped too; and blanks that are all there is of the last line are removed.
func strip(pieces []piece) {
	indent := indentation(pieces)
	atStart, dropped := true, 0
	for n := range pieces {
		q := &pieces[n]
		if q.X != nil {
			atStart, dropped = false, 0
			continue
		}
		q.Text = unindented(q.Text, indent, &atStart, &dropped)
		if n == len(pieces)-1 {
			if end := strings.LastIndexByte(q.Text, '\n') + 1; end > 0 && strings.Trim(q.Text[end:], " ") == "" {
				q.Text = q.Text[:end]
			}
		}
	}
}

// unindented is text without the first blanks of its lines. atStart says that it is at the start of a line, of which dropped
// blanks were seen before.
func unindented(text string, indent int, atStart *bool, dropped *int) string {
	var b strings.Builder
	for len(text) > 0 {
		if *atStart {
			blanks := len(text) - len(strings.TrimLeft(text, " "))
			gone := max(0, min(blanks, indent-*dropped))
			*dropped += blanks
			if text = text[gone:]; blanks-gone == len(text) { // nothing else is left of it
				b.WriteString(text)
				break
			}
		}
		end := strings.IndexByte(text, '\n') + 1
		if *atStart, *dropped = end > 0, 0; end == 0 {
			end = len(text)
		}
		if b.Len() == 0 && end == len(text) {
			return text
		}
		if b.Len() == 0 {
			b.Grow(len(text))
		}
		b.WriteString(text[:end])
		text = text[end:]
	}
	return b.String()
}

// indentation returns the smallest number of blanks at the start of a line that has something else.
func indentation(pieces []piece) int {
	const none = 1000000 // Nix's own bound
	atStart, least, current := true, none, 0
	for _, q := range pieces {
		if !q.plain {
			if atStart {
				atStart = false
				least = min(least, current)
			}
			continue
		}
		for i := range len(q.Text) {
			switch c := q.Text[i]; {
			case c == '\n':
				atStart, current = true, 0
			case !atStart:
			case c == ' ':
				current++
			default:
				atStart = false
				least = min(least, current)
			}
		}
	}
	return least
}
