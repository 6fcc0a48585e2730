package symbolic

import (
	"math"
	"path"
	"slices"
	"strings"

	"assay/modules/syntax"
)

func (ev *Evaluator) unary(at Place, op syntax.Op, v Value) Value {
	v = ev.Known(v)
	if op == syntax.OpNot {
		switch v := v.(type) {
		case Bool:
			return Bool{at, !v.B}
		default:
			return undecided(at, v, "cannot negate ")
		}
	}
	switch v := v.(type) {
	case Int:
		return Int{at, -v.N}
	case Float:
		return Float{at, -v.F}
	}
	return undecided(at, v, "cannot negate ")
}

// undecided is the result of an operation on v, which is either not known or
// of the wrong type.
func undecided(at Place, v Value, what string) Value {
	if symbolic(v) {
		return &Unknown{Place: at, Why: Why(v), Fault: isFault(v)}
	}
	return fault(at, what+kindOf(v))
}

func (ev *Evaluator) binary(at Place, x *syntax.Binary, sc *scope) Value {
	switch x.Op {
	case syntax.OpPipe:
		return ev.apply(at, ev.eval(x.Y, sc), ev.delay(x.X, sc))
	case syntax.OpPipeInv:
		return ev.apply(at, ev.eval(x.X, sc), ev.delay(x.Y, sc))
	case syntax.OpAnd, syntax.OpOr, syntax.OpImply:
		return ev.logic(at, x, sc)
	}
	l, r := ev.Known(ev.eval(x.X, sc)), ev.Known(ev.eval(x.Y, sc))
	switch x.Op {
	case syntax.OpConcat:
		return ev.concat(at, l, r)
	case syntax.OpUpdate:
		return ev.update(at, l, r)
	case syntax.OpAdd:
		return ev.add(at, l, r)
	case syntax.OpEqual, syntax.OpUnequal:
		switch ev.equal(l, r, 0) {
		case yes:
			return Bool{at, x.Op == syntax.OpEqual}
		case no:
			return Bool{at, x.Op == syntax.OpUnequal}
		}
		return &Unknown{Place: at, Why: firstWhy("the operands of "+string(x.Op)+" are not known", l, r)}
	case syntax.OpLess, syntax.OpLessEq, syntax.OpMore, syntax.OpMoreEq:
		return ev.compare(at, x.Op, l, r)
	}
	return ev.arithmetic(at, x.Op, l, r)
}

func firstWhy(otherwise string, vs ...Value) string {
	for _, v := range vs {
		if why := Why(v); why != "" {
			return why
		}
	}
	return otherwise
}

// logic is &&, || and ->. A known side decides where it can, whichever it is.
func (ev *Evaluator) logic(at Place, x *syntax.Binary, sc *scope) Value {
	left := ev.truth(ev.eval(x.X, sc))
	decided := map[syntax.Op]answer{syntax.OpAnd: no, syntax.OpOr: yes, syntax.OpImply: no}[x.Op]
	result := x.Op != syntax.OpAnd
	if left.a == decided {
		return Bool{at, result}
	}
	if left.bad != nil {
		return left.bad
	}
	right := ev.truth(ev.eval(x.Y, sc))
	if right.bad != nil {
		if left.a == unsure { // the left side may decide
			return &Unknown{Place: at, Why: firstWhy("", left.v)}
		}
		return right.bad
	}
	if right.a != unsure && (right.a == yes) == result {
		return Bool{at, result}
	}
	if left.a == unsure || right.a == unsure {
		return &Unknown{Place: at, Why: firstWhy("", left.v, right.v)}
	}
	return Bool{at, !result}
}

type truth struct {
	a   answer
	v   Value
	bad Value // an error
}

func (ev *Evaluator) truth(v Value) truth {
	v = ev.Known(v)
	switch b := v.(type) {
	case Bool:
		if b.B {
			return truth{a: yes, v: v}
		}
		return truth{a: no, v: v}
	}
	if !symbolic(v) {
		return truth{v: v, bad: fault(v.Where(), kindOf(v)+" stands where a Boolean is needed")}
	}
	if isFault(v) {
		return truth{v: v, bad: v}
	}
	return truth{v: v}
}

func (ev *Evaluator) concat(at Place, vs ...Value) Value {
	if len(vs) == 2 {
		l, lok := ev.Known(vs[0]).(*List)
		r, rok := ev.Known(vs[1]).(*List)
		if lok && rok {
			return ev.join2(at, l, r)
		}
	}
	out := &List{Place: at}
	for _, v := range vs {
		switch v := ev.Known(v).(type) {
		case *List:
			ev.scan(len(v.Items))
			if !ev.grow(16 * len(v.Items)) {
				return &Unknown{Place: at, Why: tooMuch}
			}
			out.Items = append(out.Items, v.Items...)
		default:
			if !symbolic(v) {
				return fault(at, "cannot concatenate "+kindOf(v)+" with ++")
			}
			if isFault(v) {
				return v
			}
			out.Items = append(out.Items, Item{V: Done(v), Rest: true})
		}
	}
	return out
}

// join2 is l ++ r. It writes behind the elements of l if nothing is there, so
// that a list that grows at its end is not copied each time.
func (ev *Evaluator) join2(at Place, l, r *List) Value {
	out := &List{Place: at}
	n := len(r.Items)
	if l.used == nil || *l.used != len(l.Items) || cap(l.Items)-len(l.Items) < n {
		n += len(l.Items)
	}
	ev.scan(n)
	if !ev.grow(16 * n) {
		return &Unknown{Place: at, Why: tooMuch}
	}
	if l.used != nil && *l.used == len(l.Items) {
		out.Items = append(l.Items, r.Items...)
	} else {
		out.Items = append(append(make([]Item, 0, len(l.Items)+len(r.Items)), l.Items...), r.Items...)
	}
	if n == len(r.Items) && l.used != nil {
		out.used = l.used
	} else {
		out.used = new(int)
	}
	*out.used = len(out.Items)
	return out
}

func (ev *Evaluator) add(at Place, l, r Value) Value {
	if isFault(l) {
		return l
	}
	if isFault(r) {
		return r
	}
	if rel, ok := ev.addPath(l, r); ok {
		return &Path{Place: at, Rel: rel}
	}
	ln, lok := number(l)
	rn, rok := number(r)
	if lok && rok {
		return sum(at, l, r, ln, rn)
	}
	_, lpath := l.(*Path)
	if _, ok := r.(*String); lpath && ok {
		return &Unknown{Place: at, Why: "the path has a part that is not known"}
	}
	if symbolic(l) && symbolic(r) || symbolic(l) && rok || lok && symbolic(r) {
		return &Unknown{Place: at, Why: firstWhy("", l, r)}
	}
	if lok || rok {
		return fault(at, "cannot add "+kindOf(l)+" and "+kindOf(r))
	}
	var b textBuilder
	if !b.value(l) || !b.value(r) {
		return fault(at, "cannot add "+kindOf(l)+" and "+kindOf(r))
	}
	return ev.joined(at, &b)
}

// addPath adds a known string to a path, or to the flake itself, whose path is
// the root of the files.
func (ev *Evaluator) addPath(l, r Value) (string, bool) {
	base := ""
	switch l := l.(type) {
	case *Path:
		base = l.Rel
	case *Ref:
		if l.Root != Flake || !slices.Equal(l.Path, []string{"flake"}) && !slices.Equal(l.Path, []string{"flake", "outPath"}) {
			return "", false
		}
	default:
		return "", false
	}
	switch r := r.(type) {
	case *Path:
		if base != "" {
			return path.Clean(base + "/" + r.Rel), true
		}
		rel, absolute := strings.CutPrefix(r.Rel, "/") // self + /modules/web.nix
		return path.Clean(rel), absolute && rel != ""
	case *String:
		s, ok := r.Text()
		if !ok || base == "" && !strings.HasPrefix(s, "/") {
			return "", false
		}
		joined := path.Clean(base + s)
		if base == "" {
			joined = strings.TrimPrefix(joined, "/")
		}
		return joined, ev.grow(len(joined))
	}
	return "", false
}

func number(v Value) (float64, bool) {
	switch v := v.(type) {
	case Int:
		return float64(v.N), true
	case Float:
		return v.F, true
	}
	return 0, false
}

// sum adds two numbers; ln and rn are their values.
func sum(at Place, l, r Value, ln, rn float64) Value {
	li, lok := l.(Int)
	ri, rok := r.(Int)
	if lok && rok {
		return Int{at, li.N + ri.N}
	}
	return Float{at, ln + rn}
}

func (ev *Evaluator) arithmetic(at Place, op syntax.Op, l, r Value) Value {
	ln, lok := number(l)
	rn, rok := number(r)
	if !lok {
		return undecided(at, l, "cannot calculate with ")
	}
	if !rok {
		return undecided(at, r, "cannot calculate with ")
	}
	li, lint := l.(Int)
	ri, rint := r.(Int)
	whole := lint && rint
	switch op {
	case syntax.OpAdd:
		return sum(at, l, r, ln, rn)
	case syntax.OpSub:
		if whole {
			return Int{at, li.N - ri.N}
		}
		return Float{at, ln - rn}
	case syntax.OpMul:
		if whole {
			return Int{at, li.N * ri.N}
		}
		return Float{at, ln * rn}
	case syntax.OpDiv:
		switch {
		case rn == 0:
			return fault(at, "division by zero")
		case whole && li.N == math.MinInt64 && ri.N == -1:
			return fault(at, "the quotient is too large")
		case whole:
			return Int{at, li.N / ri.N}
		}
		return Float{at, ln / rn}
	}
	return fault(at, "unknown operator "+string(op))
}

// open reports whether the list has elements that nobody can count.
func (l *List) open() bool {
	if l.closed {
		return false
	}
	l.closed = !slices.ContainsFunc(l.Items, func(i Item) bool { return i.Rest })
	return !l.closed
}
