package symbolic

import "slices"

// recursiveUpdate is lib.recursiveUpdate: sets on both sides are merged, else
// the right side wins.
func (ev *Evaluator) recursiveUpdate(at Place, l, r Value) Value {
	l, r = ev.Known(l), ev.Known(r)
	la, lok := l.(*Attrs)
	ra, rok := r.(*Attrs)
	if !lok || !rok {
		return ev.update(at, l, r)
	}
	top := slices.Clone(ra.whole())
	for i := range top {
		left, right := la.Attr(top[i].name), top[i].V
		if left != nil {
			top[i].V = ev.later(func() Value { return ev.updateBelow(at, left.V, right) })
		}
	}
	return ev.update(at, la, &Attrs{Place: ra.Place, attrs: top, Rest: ra.Rest})
}

// updateBelow is recursiveUpdate of an attribute that both sides have.
func (ev *Evaluator) updateBelow(at Place, left, right *Thunk) Value {
	lv, rv := ev.force(left), right.Force()
	if k := ev.Known(rv); !symbolic(k) {
		rv = k
	}
	_, lset := lv.(*Attrs)
	_, rset := rv.(*Attrs)
	switch {
	case lset && rset:
		return ev.recursiveUpdate(at, lv, rv)
	case symbolic(rv) && (lset || symbolic(lv)):
		return &Unknown{Place: at, Why: "updates with a value that is not known: " + Why(rv)}
	case symbolic(lv) && rset:
		return &Unknown{Place: at, Why: "updates a value that is not known: " + Why(lv)}
	}
	return rv
}
