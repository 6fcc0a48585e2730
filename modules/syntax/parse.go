package syntax

import "fmt"

// Limits on the input. Nix's own parser gives up at a similar depth.
const (
	MaxDepth = 5000     // expressions inside each other
	MaxSize  = 64 << 20 // bytes of a file
)

// Parse reads the Nix expression src. The name is only used in positions and for resolving paths when printing.
// src is copied; ParseText does without. An error is always an *Error with the first mistake; a caller that reads many files goes on with the others.
//
// Beyond the grammar Parse refuses what Nix refuses at parse time: duplicate attributes and formals, dynamic names in let and
// inherit, numbers out of range. Unlike Nix 2.8, which ends a file or string at a NUL byte, it refuses NUL bytes outside of comments.
func Parse(name string, src []byte) (f *File, err error) { return ParseText(name, string(src)) }

// ParseText is Parse for a source that is a string.
func ParseText(name, src string) (f *File, err error) {
	p := parser{lexer: lexer{name: name}}
	defer func() {
		if r := recover(); r != nil {
			e, ok := r.(*Error)
			if !ok {
				panic(r)
			}
			f, err = nil, e
		}
	}()
	if len(src) > MaxSize {
		p.fail(0, 0, fmt.Sprintf("file has %d bytes, more than the limit of %d", len(src), MaxSize), "", "", "")
	}
	p.src = src
	p.next()
	root := p.expr("an expression")
	if p.tok.kind != tEOF {
		p.afterEnd()
	}
	p.check(root, 0)
	f = &File{Name: name, Source: p.src, Root: root, Comments: p.comments, lines: lineTable(p.src)}
	bind(f, &p.sets)
	return f, nil
}

// parser is a recursive descent parser; errors leave it by panic(*Error).
type parser struct {
	lexer
	depth int
	sets  merger
}

// span returns the range from start to the end of the last consumed token.
func (p *parser) span(start int) Span { return Span{Pos(start), Pos(p.prevEnd)} }

func (p *parser) enter() {
	if p.depth++; p.depth > MaxDepth {
		p.tooDeep(p.tok.start)
	}
}

func (p *parser) leave() { p.depth-- }

func (p *parser) tooDeep(at int) {
	p.fail(at, at, fmt.Sprintf("expressions are nested deeper than %d", MaxDepth), "", "", "")
}

// expect consumes a token of kind k or fails.
func (p *parser) expect(k kind, message, expected string) {
	if p.tok.kind != k {
		p.unexpected(message, expected)
	}
	p.next()
}

// closing consumes the bracket that closes what was opened at offset open.
func (p *parser) closing(k kind, open int, expected string) {
	if p.tok.kind != k {
		p.unclosed(open, expected)
	}
	p.next()
}

// unclosed refuses the current token where what was opened at offset open should have gone on or ended.
func (p *parser) unclosed(open int, expected string) {
	at := (&File{Source: p.src, lines: lineTable(p.src)}).Position(Pos(open))
	opener := p.src[open : open+1]
	if opener == "$" || opener == "'" {
		opener = p.src[open : open+2]
	}
	p.unexpected("", fmt.Sprintf("%s to go with '%s' at %d:%d", expected, opener, at.Line, at.Column))
}

// afterEnd refuses what follows a whole expression.
func (p *parser) afterEnd() {
	hint := ""
	switch p.tok.kind {
	case tColon, tAt:
		hint = "a function in the middle of an expression needs parentheses"
	case tSemicolon, tAssign:
		hint = "bindings stand between { and }"
	}
	p.unexpectedHint("after the expression", "end of file", hint)
}

// expr reads any expression; what names the expected thing in an error.
func (p *parser) expr(what string) Expr {
	p.enter()
	defer p.leave()
	start := p.tok.start
	switch p.tok.kind {
	case tIdent:
		switch p.peek() {
		case ':':
			return p.simpleLambda(start)
		case '@':
			return p.namedLambda(start)
		}
	case tBrace:
		if p.atFormals() {
			return p.patternLambda(start)
		}
	case tLet:
		if p.peek() != '{' {
			return p.let(start)
		}
	case tAssert:
		p.next()
		cond := p.expr("a condition after 'assert'")
		p.expect(tSemicolon, "after the condition of 'assert'", "';'")
		body := p.expr("an expression after 'assert ...;'")
		return &Assert{p.span(start), cond, body}
	case tWith:
		p.next()
		scope := p.expr("an expression after 'with'")
		p.expect(tSemicolon, "after the scope of 'with'", "';'")
		body := p.expr("an expression after 'with ...;'")
		return &With{p.span(start), scope, body}
	case tIf:
		return p.conditional(start)
	}
	return p.pipe(what)
}

func (p *parser) conditional(start int) Expr {
	p.next()
	cond := p.expr("a condition after 'if'")
	p.expect(tThen, "after the condition of 'if'", "'then'")
	then := p.expr("an expression after 'then'")
	p.expect(tElse, "after the first branch of 'if'", "'else'")
	other := p.expr("an expression after 'else'")
	return &If{p.span(start), cond, then, other}
}

func (p *parser) let(start int) Expr {
	p.next()
	bindings := p.bindings(tIn, start)
	for _, b := range bindings {
		if a, ok := b.(*Assign); ok && a.Path[0].X != nil {
			n := a.Path[0]
			p.fail(int(n.Start), int(n.End), "dynamic attributes not allowed in let", "", "", "")
		}
	}
	p.next()
	body := p.expr("an expression after 'in'")
	return &Let{Span: p.span(start), Bindings: bindings, Body: body}
}

// simpleLambda reads x: e.
func (p *parser) simpleLambda(start int) Expr {
	arg := p.argument()
	p.next() // ":"
	body := p.expr("the body of a function")
	return &Lambda{p.span(start), arg, nil, body}
}

// namedLambda reads x@{ ... }: e.
func (p *parser) namedLambda(start int) Expr {
	arg := p.argument()
	p.next() // "@"
	if p.tok.kind != tBrace {
		p.unexpected("after '@'", "'{'")
	}
	pattern := p.pattern()
	p.expect(tColon, "after the arguments of a function", "':'")
	body := p.expr("the body of a function")
	return p.lambda(start, arg, pattern, body)
}

// patternLambda reads { ... }: e and { ... }@x: e.
func (p *parser) patternLambda(start int) Expr {
	pattern := p.pattern()
	var arg *AttrName
	if p.tok.kind == tAt {
		if p.next(); p.tok.kind != tIdent {
			p.unexpected("after '@'", "a name")
		}
		arg = p.argument()
	}
	p.expect(tColon, "after the arguments of a function", "':'")
	body := p.expr("the body of a function")
	return p.lambda(start, arg, pattern, body)
}

func (p *parser) lambda(start int, arg *AttrName, pattern *Pattern, body Expr) Expr {
	if arg != nil {
		for _, f := range pattern.Formals {
			if f.Name == arg.Name {
				p.duplicateFormal(f.Name, arg.Span)
			}
		}
	}
	return &Lambda{p.span(start), arg, pattern, body}
}

// argument reads the identifier that names the whole argument.
func (p *parser) argument() *AttrName {
	t := p.tok
	p.next()
	return &AttrName{p.span(t.start), p.src[t.start:t.end], nil}
}

// atFormals says whether the "{" that is the current token starts the pattern of a function and not a set.
// At most two more tokens decide it: "{ ..." , "{ }:" , "{ }@" , "{ a," , "{ a ?" , "{ a }".
func (p *parser) atFormals() bool {
	i := p.space(p.pos, false)
	switch {
	case p.at(i) == '}':
		c := p.at(p.space(i+1, false))
		return c == ':' || c == '@'
	case p.at(i) == '.':
		return p.at(i+1) == '.' && p.at(i+2) == '.'
	case !p.is(i, cIdentStart):
		return false
	}
	start := i
	for p.is(i, cIdent) {
		i++
	}
	if keyword(p.src[start:i]) != tIdent {
		return false
	}
	c := p.at(p.space(i, false))
	return c == ',' || c == '?' || c == '}'
}

// pattern reads { a, b ? c, ... }; the current token is "{".
func (p *parser) pattern() *Pattern {
	open := p.tok.start
	r := &Pattern{}
	var seen map[string]bool
	p.next()
	for p.tok.kind != tBraceEnd {
		if p.tok.kind == tEllipsis {
			r.Ellipsis = true
			p.next()
			break
		}
		f := p.formal()
		if len(r.Formals) == 16 {
			seen = make(map[string]bool)
			for _, g := range r.Formals {
				seen[g.Name] = true
			}
		}
		if seen[f.Name] || seen == nil && hasFormal(r.Formals, f.Name) {
			p.duplicateFormal(f.Name, f.Span)
		}
		if seen != nil {
			seen[f.Name] = true
		}
		r.Formals = append(r.Formals, f)
		if p.tok.kind != tComma {
			break
		}
		p.next()
	}
	if p.tok.kind != tBraceEnd {
		expected := "',' or '}'"
		if r.Ellipsis {
			expected = "'}'"
		}
		p.unclosed(open, expected)
	}
	p.next()
	r.Span = p.span(open)
	return r
}

func hasFormal(formals []Formal, name string) bool {
	for i := range formals {
		if formals[i].Name == name {
			return true
		}
	}
	return false
}

func (p *parser) formal() Formal {
	t := p.tok
	if t.kind != tIdent {
		p.unexpected("in the arguments of a function", "a name, '...' or '}'")
	}
	p.next()
	f := Formal{Name: p.src[t.start:t.end]}
	if p.tok.kind == tHas {
		p.next()
		f.Default = p.expr("the default of an argument")
	}
	f.Span = p.span(t.start)
	return f
}

func (p *parser) duplicateFormal(name string, at Span) {
	p.fail(int(at.Start), int(at.End), "duplicate argument "+clip(name)+" of a function", "", "", "")
}
