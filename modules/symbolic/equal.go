package symbolic

import (
	"cmp"
	"strings"

	"assay/modules/syntax"
)

func (ev *Evaluator) compare(at Place, op syntax.Op, l, r Value) Value {
	n, ok, bad := ev.order(l, r)
	if bad != nil {
		return bad
	}
	if !ok {
		return &Unknown{Place: at, Why: firstWhy("the operands of "+string(op)+" are not known", l, r)}
	}
	holds := map[syntax.Op]bool{syntax.OpLess: n < 0, syntax.OpLessEq: n <= 0, syntax.OpMore: n > 0, syntax.OpMoreEq: n >= 0}
	return Bool{at, holds[op]}
}

// order compares numbers or strings.
func (ev *Evaluator) order(l, r Value) (n int, known bool, bad Value) {
	l, r = ev.Known(l), ev.Known(r)
	ln, lok := number(l)
	rn, rok := number(r)
	if lok && rok {
		return cmp.Compare(ln, rn), true, nil
	}
	ls, lok := l.(*String)
	rs, rok := r.(*String)
	if lok && rok {
		lt, lok := ls.Text()
		rt, rok := rs.Text()
		ev.scan(min(len(lt), len(rt)))
		return strings.Compare(lt, rt), lok && rok, nil
	}
	if symbolic(l) || symbolic(r) {
		return 0, false, nil
	}
	ll, lok := l.(*List)
	rl, rok := r.(*List)
	if lok && rok {
		return ev.orderLists(ll, rl)
	}
	lp, lok := l.(*Path)
	rp, rok := r.(*Path)
	if lok && rok && strings.HasPrefix(lp.Rel, "/") == strings.HasPrefix(rp.Rel, "/") {
		return strings.Compare(lp.Rel, rp.Rel), !strings.HasPrefix(lp.Rel, ".") && !strings.HasPrefix(rp.Rel, "."), nil
	}
	return 0, false, fault(l.Where(), "cannot compare "+kindOf(l)+" with "+kindOf(r))
}

// orderLists compares the first elements that differ.
func (ev *Evaluator) orderLists(l, r *List) (n int, known bool, bad Value) {
	if l.open() || r.open() {
		return 0, false, nil
	}
	for i := range min(len(l.Items), len(r.Items)) {
		a, b := l.Items[i].V.Force(), r.Items[i].V.Force()
		switch ev.equal(a, b, 0) {
		case unsure:
			return 0, false, nil
		case no:
			return ev.order(a, b)
		}
	}
	return cmp.Compare(len(l.Items), len(r.Items)), true, nil
}

// equal compares two values deeply.
func (ev *Evaluator) equal(l, r Value, depth int) answer {
	l, r = ev.Known(l), ev.Known(r)
	ev.steps++
	if depth > 100 || ev.spent() != "" || symbolic(l) || symbolic(r) {
		return unsure
	}
	if ln, ok := number(l); ok {
		rn, ok := number(r)
		return answerOf(ok && ln == rn)
	}
	switch l := l.(type) {
	case Null:
		_, ok := r.(Null)
		return answerOf(ok)
	case Bool:
		b, ok := r.(Bool)
		return answerOf(ok && b.B == l.B)
	case *String:
		s, ok := r.(*String)
		if !ok {
			return no
		}
		lt, lok := l.Text()
		rt, rok := s.Text()
		if !lok || !rok {
			return unsure
		}
		ev.scan(min(len(lt), len(rt)))
		return answerOf(lt == rt)
	case *Path:
		p, ok := r.(*Path)
		return answerOf(ok && p.Rel == l.Rel)
	case *List:
		return ev.equalLists(l, r, depth)
	case *Attrs:
		return ev.equalSets(l, r, depth)
	case *Func, *Prim:
		return no
	}
	return unsure
}

func answerOf(b bool) answer {
	if b {
		return yes
	}
	return no
}

// equalParts compares elements of lists or sets. Nix compares functions there
// by where they are in its memory: a shared one equals itself, and what else
// may be one is not told.
func (ev *Evaluator) equalParts(l, r *Thunk, depth int) answer {
	lv, rv := ev.force(l), ev.force(r)
	lf, lok := lv.(*Func)
	rf, rok := rv.(*Func)
	if lok && rok {
		switch {
		case l == r:
			return yes
		case lf.lambda != rf.lambda:
			return no
		}
		return unsure
	}
	if _, ok := lv.(*Prim); ok && typeName(rv) == "lambda" {
		return unsure
	}
	return ev.equal(lv, rv, depth)
}

func (ev *Evaluator) equalLists(l *List, r Value, depth int) answer {
	rl, ok := r.(*List)
	if !ok {
		return no
	}
	if l.open() || rl.open() {
		return unsure
	}
	if len(l.Items) != len(rl.Items) {
		return no
	}
	all := yes
	for i := range l.Items {
		switch ev.equalParts(l.Items[i].V, rl.Items[i].V, depth+1) {
		case no:
			return no
		case unsure:
			all = unsure
		}
	}
	return all
}

func (ev *Evaluator) equalSets(l *Attrs, r Value, depth int) answer {
	ra, ok := r.(*Attrs)
	if !ok {
		return no
	}
	if len(l.Rest) > 0 || len(ra.Rest) > 0 {
		return unsure
	}
	if l.Len() != ra.Len() {
		return no
	}
	all := yes
	for _, name := range l.Names() {
		other := ra.Attr(name)
		if other == nil {
			return no
		}
		if len(other.Maybe) > 0 || len(l.Attr(name).Maybe) > 0 {
			all = unsure
			continue
		}
		switch ev.equalParts(l.Attr(name).V, other.V, depth+1) {
		case no:
			return no
		case unsure:
			all = unsure
		}
	}
	return all
}
