package symbolic

import "assay/modules/syntax"

// Thunk is a value that is computed when it is first asked for.
type Thunk struct {
	v     Value
	fn    func() Value // nil for an expression
	expr  syntax.Expr
	scope *scope
	ev    *Evaluator
	busy  bool
}

// Done returns a thunk that is already computed.
func Done(v Value) *Thunk { return &Thunk{v: v} }

func (ev *Evaluator) later(fn func() Value) *Thunk { return &Thunk{fn: fn, ev: ev} }

// delay returns the expression's value as a thunk; literals and variables
// need no computing of their own.
func (ev *Evaluator) delay(x syntax.Expr, sc *scope) *Thunk {
	switch x := x.(type) {
	case *syntax.Paren:
		return ev.delay(x.X, sc)
	case *syntax.Ident:
		near := 64 // scopes that are looked at now; those further out when it is asked for
		for s := sc; s != nil && near > 0; s = s.up {
			if t := s.names[x.Name]; t != nil {
				return t
			}
			near--
		}
	}
	return &Thunk{expr: x, scope: sc, ev: ev}
}

// Force computes the value and keeps it. Values that need themselves are
// Unknown.
func (t *Thunk) Force() Value {
	if t.v != nil {
		return t.v
	}
	if t.busy {
		return &Unknown{Place: t.place(), Why: "infinite recursion", Fault: true}
	}
	t.busy = true
	var v Value
	if t.fn != nil {
		v = t.ev.guarded(t.fn)
	} else {
		v = t.ev.eval(t.expr, t.scope)
	}
	t.v, t.busy = v, false
	t.fn, t.expr, t.scope = nil, nil, nil
	return v
}

func (t *Thunk) place() Place {
	if t.v != nil {
		return t.v.Where()
	}
	if t.expr != nil {
		return t.scope.place(t.expr)
	}
	return Place{}
}

// scope is where variables are looked up: names, or the set of a with.
type scope struct {
	file  *syntax.File
	names map[string]*Thunk
	with  *Thunk
	up    *scope
	at    *Place // where all of it stands, if that is not in file
}

func (sc *scope) place(n syntax.Node) Place {
	if sc.at != nil {
		return *sc.at
	}
	return Place{sc.file, n.Range()}
}

func (sc *scope) inner(names map[string]*Thunk) *scope {
	return &scope{file: sc.file, names: names, up: sc, at: sc.at}
}
