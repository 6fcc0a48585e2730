package syntax

import "strings"

// interpolation reads ${ expr } inside a string or path; it starts at offset i. It returns the part and the offset behind "}".
// Nothing behind "}" is read as a token.
func (p *parser) interpolation(i int) (Part, int) {
	p.pos = i + 2
	p.tok.end = p.pos
	p.next()
	x := p.expr("an expression after '${'")
	if p.tok.kind != tBraceEnd {
		p.unclosed(i, "'}'")
	}
	return Part{Span{Pos(i), Pos(p.tok.end)}, "", x}, p.tok.end
}

// finish makes the literal that ends at offset end the current token and goes on behind it.
func (p *parser) finish(end int) {
	p.tok.end, p.pos = end, end
	p.next()
}

func (p *parser) unterminated(open int, quote string) {
	p.fail(open, open+len(quote), "unterminated string", "", "", "close it with "+quote)
}

// decode accumulates the decoded text of one literal part. As long as it equals the source, nothing is copied.
type decode struct {
	start int // offset of the part
	b     strings.Builder
	from  int // source from here on is not in b yet
}

func (d *decode) reset(i int) {
	d.start, d.from = i, i
	d.b = strings.Builder{}
}

// put appends the source up to i and then text, and goes on at next.
func (d *decode) put(src string, i int, text string, next int) {
	d.b.WriteString(src[d.from:i])
	d.b.WriteString(text)
	d.from = next
}

// text returns what was decoded up to offset i.
func (d *decode) text(src string, i int) string {
	if d.b.Len() == 0 {
		return src[d.from:i]
	}
	d.b.WriteString(src[d.from:i])
	return d.b.String()
}

// escape decodes the escape whose backslash stands at offset i.
func (l *lexer) escape(i int) string {
	switch l.src[i+1] {
	case 'n':
		return "\n"
	case 'r':
		return "\r"
	case 't':
		return "\t"
	}
	return l.src[i+1 : i+2]
}

// quoted reads "..."; the current token is its first quote. CR and CRLF become LF, as in Nix.
func (p *parser) quoted() *String {
	open := p.tok.start
	var few [4]Part
	parts := few[:0]
	var d decode
	d.reset(p.tok.end)
	flush := func(i int) {
		if t := d.text(p.src, i); t != "" {
			parts = append(parts, Part{Span{Pos(d.start), Pos(i)}, t, nil})
		}
	}
	for i := p.tok.end; i < len(p.src); {
		switch p.src[i] {
		case '"':
			flush(i)
			p.finish(i + 1)
			return &String{Span: p.span(open), Parts: exactly(parts)}
		case '\\':
			if i+1 < len(p.src) {
				p.refuseNUL(i + 1)
				d.put(p.src, i, p.escape(i), i+2)
			}
			i += 2
		case '\r':
			next := i + 1
			if p.at(next) == '\n' {
				next++
			}
			d.put(p.src, i, "\n", next)
			i = next
		case '$':
			switch p.at(i + 1) {
			case '{':
				flush(i)
				var part Part
				part, i = p.interpolation(i)
				parts = append(parts, part)
				d.reset(i)
			case '$':
				i += 2 // the second $ starts no interpolation
			default:
				i++
			}
		case 0:
			p.refuseNUL(i)
		default:
			i++
		}
	}
	p.unterminated(open, `"`)
	return nil
}

func (p *parser) refuseNUL(i int) {
	if p.src[i] == 0 {
		p.fail(i, i+1, "NUL byte in a string", "", "", "")
	}
}

// path reads a path literal; the current token is its first segment with the slash behind it.
func (p *parser) path() Expr {
	open := p.tok.start
	r := &Path{Home: p.src[open] == '~'}
	lit, i := open, p.tok.end
	dynamic, doubled := false, 0
	flush := func() {
		if i > lit {
			r.Parts = append(r.Parts, Part{Span{Pos(lit), Pos(i)}, p.src[lit:i], nil})
		}
	}
scan:
	for {
		switch c := p.at(i); {
		case p.is(i, cPath):
			i++
		case c == '/':
			if p.src[i-1] == '/' && !dynamic {
				doubled++
			}
			i++
		case c == '$' && p.at(i+1) == '{':
			flush()
			dynamic = true
			var part Part
			part, i = p.interpolation(i)
			r.Parts = append(r.Parts, part)
			lit = i
		default:
			break scan
		}
	}
	flush()
	if p.src[i-1] == '/' {
		p.fail(open, i, "path has a trailing slash", "", "", "")
	}
	// Nix's grammar has room for one empty segment before an interpolation and for none without.
	if doubled > 1 || doubled == 1 && !dynamic {
		p.fail(open, i, "path has an empty segment", "", "'//'", "put a space before '//' if it is the operator")
	}
	p.finish(i)
	r.Span = p.span(open)
	return r
}
