package syntax

import "strconv"

// simple reads an expression without operators: a literal, a name or something in brackets.
func (p *parser) simple(what string) Expr {
	t := p.tok
	text := p.src[t.start:t.end]
	switch t.kind {
	case tIdent:
		p.next()
		return &Ident{Span: p.span(t.start), Name: text}
	case tInt:
		return p.integer(t, text)
	case tFloat:
		return p.float(t, text)
	case tSearch:
		p.next()
		return &SearchPath{p.span(t.start), text[1 : len(text)-1]}
	case tURI:
		p.next()
		return &URI{p.span(t.start), text}
	case tQuote:
		return p.quoted()
	case tIndQuote:
		return p.indented()
	case tPath:
		return p.path()
	case tParen:
		p.next()
		x := p.expr("an expression after '('")
		p.closing(tParenEnd, t.start, "')'")
		return &Paren{p.span(t.start), x}
	case tSquare:
		return p.list(t.start)
	case tBrace:
		bindings := p.set(t.start)
		return &Attrs{Span: p.span(t.start), Bindings: bindings}
	case tRec, tLet:
		return p.keywordSet(t)
	}
	p.notAnExpression(what)
	return nil
}

// keywordSet reads rec { } and the old let { }.
func (p *parser) keywordSet(t token) Expr {
	p.next()
	if p.tok.kind != tBrace {
		p.unexpected("after '"+p.src[t.start:t.end]+"'", "'{'")
	}
	bindings := p.set(p.tok.start)
	if t.kind == tLet {
		return &LegacyLet{Span: p.span(t.start), Bindings: bindings}
	}
	return &Attrs{Span: p.span(t.start), Rec: true, Bindings: bindings}
}

// set reads { bindings }.
func (p *parser) set(open int) []Binding {
	p.next()
	bindings := p.bindings(tBraceEnd, open)
	p.next()
	return bindings
}

// notAnExpression refuses the current token where an expression is expected.
func (p *parser) notAnExpression(what string) {
	if what == "" {
		what = "an expression after '" + p.src[p.prev:p.prevEnd] + "'"
	}
	hint := ""
	switch p.tok.kind {
	case tIf, tWith, tAssert, tLet:
		hint = "put '" + p.src[p.tok.start:p.tok.end] + " ...' in parentheses here"
	case tSub, tNot:
		hint = "put '" + p.src[p.tok.start:p.tok.end] + "' and its operand in parentheses here"
	}
	p.unexpectedHint("", what, hint)
}

func (p *parser) notAnElement(open int) {
	switch p.tok.kind {
	case tIf, tWith, tAssert, tLet, tSub, tNot:
		p.notAnExpression("a list element or ']'")
	case tComma:
		p.unexpectedHint("", "a list element or ']'", "list elements are separated by white space")
	}
	p.unclosed(open, "a list element or ']'")
}

func (p *parser) list(open int) Expr {
	p.next()
	p.enter()
	var few [8]Expr
	elems := few[:0]
	for p.tok.kind != tSquareEnd {
		if !p.startsSimple() {
			p.notAnElement(open)
		}
		elems = append(elems, p.selection(""))
	}
	p.leave()
	p.next()
	return &List{p.span(open), exactly(elems)}
}

func (p *parser) integer(t token, text string) Expr {
	v, err := strconv.ParseInt(text, 10, 64)
	if err != nil {
		p.fail(t.start, t.end, "invalid integer "+clip(text), "", "", "the largest is 9223372036854775807")
	}
	p.next()
	return &Int{p.span(t.start), v}
}

// float refuses, as Nix does, what overflows and what is too small for full precision.
func (p *parser) float(t token, text string) Expr {
	v, err := strconv.ParseFloat(text, 64)
	if err != nil || v < 0x1p-1022 && (v != 0 || !zeroMantissa(text)) {
		p.fail(t.start, t.end, "invalid float "+clip(text), "", "", "the exponent is out of range")
	}
	p.next()
	return &Float{p.span(t.start), v}
}

func zeroMantissa(text string) bool {
	for i := range len(text) {
		switch c := text[i]; {
		case c >= '1' && c <= '9':
			return false
		case c == 'e' || c == 'E':
			return true
		}
	}
	return true
}
