package symbolic

import "assay/modules/syntax"

// Thunk is a value that is computed when it is first asked for.
type Thunk struct {
	v     Value        // computing while that goes on
	fn    func() Value // nil for a node
	node  syntax.Node  // an expression, or a member of a set that is a set itself
	scope *scope
}

// computing is the value of a thunk that is being computed.
type computing struct{}

// Where implements Value.
func (computing) Where() Place { return Place{} }

// Done returns a thunk that is already computed.
func Done(v Value) *Thunk { return &Thunk{v: v} }

func (ev *Evaluator) later(fn func() Value) *Thunk { return &Thunk{fn: fn, scope: ev.top} }

// delay returns the expression's value as a thunk; variables that the source
// binds have one.
func (ev *Evaluator) delay(x syntax.Expr, sc *scope) *Thunk {
	if t := sc.variable(x); t != nil {
		return t
	}
	return &Thunk{node: x, scope: sc}
}

// Force computes the value and keeps it. Values that need themselves are
// Unknown.
func (t *Thunk) Force() Value {
	switch t.v.(type) {
	case nil:
	case computing:
		return &Unknown{Place: t.place(), Why: "infinite recursion", Fault: true}
	default:
		return t.v
	}
	t.v = computing{}
	ev := t.scope.ev
	var v Value
	switch node := t.node.(type) {
	case nil:
		v = ev.guarded(t.fn)
	case *syntax.Member:
		v = ev.guarded(func() Value { return ev.build(t.scope.place(node), node.Set, t.scope) })
	default:
		v = ev.eval(node.(syntax.Expr), t.scope)
	}
	*t = Thunk{v: v}
	return v
}

func (t *Thunk) place() Place {
	if t.node != nil {
		return t.scope.place(t.node)
	}
	return Place{}
}

// scope is where variables are looked up, as syntax.Var counts them. The scope
// of a with has no variables and a set.
type scope struct {
	ev   *Evaluator
	file *syntax.File
	vars []*Thunk
	with *Thunk
	up   *scope
	sets *scope // the innermost scope of a with: this one or one around it
	at   *Place // where all of it stands, if that is not in file
}

func (sc *scope) place(n syntax.Node) Place {
	if sc.at != nil {
		return *sc.at
	}
	return Place{sc.file, n.Range()}
}

func (sc *scope) inner(vars []*Thunk) *scope {
	return &scope{ev: sc.ev, file: sc.file, vars: vars, up: sc, sets: sc.sets, at: sc.at}
}

// withSet is the scope below with.
func (sc *scope) withSet(set *Thunk) *scope {
	inner := &scope{ev: sc.ev, file: sc.file, with: set, up: sc, at: sc.at}
	inner.sets = inner
	return inner
}

// bound is what a variable is bound to, nil where the source does not say.
func (sc *scope) bound(v syntax.Var) *Thunk {
	if v.Up == 0 {
		return nil
	}
	for range v.Up - 1 {
		sc = sc.up
	}
	return sc.vars[v.Slot]
}

// near is how many scopes out variables are looked up before somebody asks for
// them, and pays for it.
const near = 64

// variable is the value of an expression that is nothing but a variable, bound
// not far out; else nil.
func (sc *scope) variable(x syntax.Expr) *Thunk {
	if id, ok := syntax.Unparen(x).(*syntax.Ident); ok && id.Var.Up <= near {
		return sc.bound(id.Var)
	}
	return nil
}
