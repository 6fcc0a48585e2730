package syntax

// power is how tightly a binary operator binds: the smallest power of the expressions left and right of it.
// left < right makes it associate to the left, left > right to the right; single operators do not associate at all.
type power struct {
	op          Op
	left, right uint8
	single      bool
}

// powers is Nix's precedence table, without the pipes, which bind loosest of all and may not be mixed.
var powers = [...]power{
	tImply:   {OpImply, 2, 1, false},
	tOrOr:    {OpOr, 3, 4, false},
	tAnd:     {OpAnd, 5, 6, false},
	tEqual:   {OpEqual, 7, 8, true},
	tUnequal: {OpUnequal, 7, 8, true},
	tLess:    {OpLess, 9, 10, true},
	tLessEq:  {OpLessEq, 9, 10, true},
	tMore:    {OpMore, 9, 10, true},
	tMoreEq:  {OpMoreEq, 9, 10, true},
	tUpdate:  {OpUpdate, 12, 11, false},
	tAdd:     {OpAdd, 15, 16, false},
	tSub:     {OpSub, 15, 16, false},
	tMul:     {OpMul, 17, 18, false},
	tDiv:     {OpDiv, 17, 18, false},
	tConcat:  {OpConcat, 20, 19, false},
	tHas:     {"?", 21, 22, false},
	tPipeInv: {}, // makes the table as long as there are kinds
}

const (
	powerNot = 13 // operand of !
	powerNeg = 23 // operand of unary -
)

// pipe reads a |> f |> g or f <| g <| a. What a pipe connects is an operator expression: functions need parentheses.
func (p *parser) pipe(what string) Expr {
	start := p.tok.start
	x := p.operators(0, what)
	for n := 0; p.tok.kind == tPipe; n++ {
		at := Pos(p.tok.start)
		p.chain(n)
		p.next()
		y := p.operators(0, "a function after '|>'")
		x = &Binary{p.span(start), OpPipe, at, x, y}
		if p.tok.kind == tPipeInv {
			p.mixedPipes()
		}
	}
	if p.tok.kind == tPipeInv {
		return p.pipeInv(start, x)
	}
	return x
}

// pipeInv reads what follows x in x <| y <| z, which is x <| (y <| z).
func (p *parser) pipeInv(start int, x Expr) Expr {
	p.enter()
	defer p.leave()
	at := Pos(p.tok.start)
	p.next()
	next := p.tok.start
	y := p.operators(0, "an argument after '<|'")
	switch p.tok.kind {
	case tPipeInv:
		y = p.pipeInv(next, y)
	case tPipe:
		p.mixedPipes()
	}
	return &Binary{p.span(start), OpPipeInv, at, x, y}
}

func (p *parser) mixedPipes() {
	p.unexpectedHint("", "", "'|>' and '<|' do not mix without parentheses")
}

// operators reads operands and operators that bind at least as tightly as least. An empty what stands for an expression after the
// token before.
func (p *parser) operators(least uint8, what string) Expr {
	start := p.tok.start
	x := p.operand(what)
	refused := uint8(0) // the power that may not follow, because the last operator was single
	for n := 0; ; n++ {
		k := p.tok.kind
		w := powers[k]
		if w.left == 0 || w.left < least {
			return x
		}
		if w.left == refused {
			p.unexpectedHint("", "", "comparisons do not chain: use parentheses")
		}
		refused = 0
		if w.single {
			refused = w.left
		}
		at := Pos(p.tok.start)
		p.chain(n)
		p.next()
		if k == tHas {
			path := p.attrPath("after '?'")
			x = &HasAttr{p.span(start), x, path}
			continue
		}
		p.enter()
		y := p.operators(w.right, "")
		p.leave()
		x = &Binary{p.span(start), w.op, at, x, y}
	}
}

// operand reads !x, -x or an application.
func (p *parser) operand(what string) Expr {
	start := p.tok.start
	switch p.tok.kind {
	case tNot:
		return p.unary(start, OpNot, powerNot)
	case tSub:
		return p.unary(start, OpNeg, powerNeg)
	}
	x := p.selection(what)
	for n := 0; p.startsSimple(); n++ {
		p.chain(n)
		arg := p.selection("")
		x = &Apply{p.span(start), x, arg}
	}
	return x
}

func (p *parser) unary(start int, op Op, least uint8) Expr {
	p.next()
	p.enter()
	x := p.operators(least, "")
	p.leave()
	return &Unary{p.span(start), op, x}
}

// chain ends a chain of n operators or arguments that makes the tree too high. check finds what is too high by several together.
func (p *parser) chain(n int) {
	if n >= MaxDepth {
		p.tooDeep(p.tok.start)
	}
}

// startsSimple says whether the current token starts an expression that can be an argument or a list element.
func (p *parser) startsSimple() bool {
	switch p.tok.kind {
	case tIdent, tInt, tFloat, tQuote, tIndQuote, tPath, tSearch, tURI, tParen, tBrace, tSquare, tRec:
		return true
	case tLet:
		return p.peek() == '{'
	}
	return false
}

// selection reads x, x.a.b, x.a.b or d, and the old application "x or".
func (p *parser) selection(what string) Expr {
	start := p.tok.start
	x := p.simple(what)
	switch p.tok.kind {
	case tDot:
		p.next()
		path := p.attrPath("after '.'")
		var fallback Expr
		if p.tok.kind == tOr {
			p.next()
			p.enter()
			fallback = p.selection("a default after 'or'")
			p.leave()
		}
		return &Select{p.span(start), x, path, fallback}
	case tOr:
		t := p.tok
		p.next()
		or := &Ident{Span: p.span(t.start), Name: "or"}
		return &Apply{p.span(start), x, or}
	}
	return x
}
