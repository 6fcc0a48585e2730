package syntax

import "fmt"

// bindings reads bindings up to the token end, which is not consumed: "}" of a set, "in" of let.
func (p *parser) bindings(end kind, open int) []Binding {
	var few [8]Binding
	r := few[:0] // grows on the stack as a rule
	for p.tok.kind != end {
		switch p.tok.kind {
		case tInherit:
			r = append(r, p.inherit())
		case tIdent, tOr, tQuote, tInterp:
			r = append(r, p.assign())
		default:
			p.notABinding(end, open)
		}
	}
	return exactly(r)
}

func (p *parser) notABinding(end kind, open int) {
	if end == tIn {
		at := (&File{Source: p.src, lines: lineTable(p.src)}).Position(Pos(open))
		p.unexpected("", fmt.Sprintf("a binding or 'in' to go with 'let' at %d:%d", at.Line, at.Column))
	}
	p.unclosed(open, "a binding or '}'")
}

func (p *parser) assign() Binding {
	start := p.tok.start
	path := p.attrPath("in a binding")
	if p.tok.kind != tAssign {
		p.unexpected("after the name of a binding", "'.' or '='")
	}
	p.next()
	value := p.expr("the value of a binding")
	if p.tok.kind != tSemicolon {
		p.missingSemicolon("after the value of a binding")
	}
	p.next()
	return &Assign{p.span(start), path, value}
}

// missingSemicolon points behind the last token if the binding ends its line without ";".
func (p *parser) missingSemicolon(message string) {
	hint := ""
	switch p.tok.kind {
	case tAssign:
		hint = "the binding before this one has no ';' at its end"
	case tColon:
		hint = "a function in the middle of an expression needs parentheses"
	case tBraceEnd, tIn, tInherit, tEOF:
		hint = "every binding ends with ';'"
	}
	p.unexpectedHint(message, "';'", hint)
}

func (p *parser) inherit() Binding {
	r := &Inherit{}
	start := p.tok.start
	p.next()
	if open := p.tok.start; p.tok.kind == tParen {
		p.next()
		r.From = p.expr("an expression after '('")
		p.closing(tParenEnd, open, "')'")
	}
	for p.tok.kind != tSemicolon {
		switch p.tok.kind {
		case tIdent, tOr, tQuote, tInterp:
		default:
			p.unexpected("in 'inherit'", "a name or ';'")
		}
		n := p.attrName()
		if n.X != nil {
			p.fail(int(n.Start), int(n.End), "dynamic attributes not allowed in inherit", "", "", "write name = value")
		}
		r.Names = append(r.Names, n)
	}
	p.next()
	r.Span = p.span(start)
	return r
}

// attrPath reads a.b."c".${d}; where says what the path belongs to.
func (p *parser) attrPath(where string) []AttrName {
	var few [6]AttrName
	r := few[:0]
	for {
		switch p.tok.kind {
		case tIdent, tOr, tQuote, tInterp:
		default:
			p.unexpected(where, "an attribute name")
		}
		n := p.attrName()
		if len(r) == MaxDepth {
			p.tooDeep(int(n.Start))
		}
		r = append(r, n)
		if p.tok.kind != tDot {
			return exactly(r)
		}
		p.next()
	}
}

// exactly copies s into memory of its size; nil if it is empty.
func exactly[T any](s []T) []T { return append([]T(nil), s...) }

// literalText returns the text of what is a single string literal for Nix: a string in one piece or a URI. An indented string
// of which an interpolation is the only piece counts if that does.
func literalText(x Expr) (string, bool) {
	switch x := Unparen(x).(type) {
	case *URI:
		return x.Value, true
	case *String:
		if x.Indented && x.raw == nil && len(x.Parts) == 1 && x.Parts[0].X != nil {
			return literalText(x.Parts[0].X)
		}
		if x.raw == nil {
			return x.Constant()
		}
	}
	return "", false
}

// attrName reads one name. As in Nix a string without interpolation is a static name, whether in quotes or in ${}.
func (p *parser) attrName() AttrName {
	t := p.tok
	var x Expr
	switch t.kind {
	case tIdent, tOr:
		p.next()
		return AttrName{p.span(t.start), p.src[t.start:t.end], nil}
	case tQuote:
		x = p.quoted()
	default:
		p.next()
		x = p.expr("an expression after '${'")
		p.closing(tBraceEnd, t.start, "'}'")
	}
	if name, ok := literalText(x); ok {
		return AttrName{p.span(t.start), name, nil}
	}
	return AttrName{p.span(t.start), "", x}
}
