package symbolic

import "slices"

// listPrims are the functions on lists.
var listPrims = map[string]*primSpec{
	"map":         {arity: 2, run: func(ev *Evaluator, at Place, a []*Thunk) Value { return ev.mapList(at, a[0], a[1]) }},
	"forEach":     {arity: 2, run: func(ev *Evaluator, at Place, a []*Thunk) Value { return ev.mapList(at, a[1], a[0]) }},
	"concatMap":   {arity: 2, run: primConcatMap},
	"concatLists": {arity: 1, run: func(ev *Evaluator, at Place, a []*Thunk) Value { return ev.concatLists(at, a[0]) }},
	"flatten":     {arity: 1, run: primFlatten},
	"filter":      {arity: 2, run: primFilter},
	"elem":        {arity: 2, run: primElem},
	"any":         {arity: 2, run: func(ev *Evaluator, at Place, a []*Thunk) Value { return ev.quantify(at, a, true) }},
	"all":         {arity: 2, run: func(ev *Evaluator, at Place, a []*Thunk) Value { return ev.quantify(at, a, false) }},
	"length":      {arity: 1, run: primLength},
	"head":        {arity: 1, run: func(ev *Evaluator, at Place, a []*Thunk) Value { return ev.elementAt(at, a[0], 0) }},
	"last":        {arity: 1, run: func(ev *Evaluator, at Place, a []*Thunk) Value { return ev.elementAt(at, a[0], -1) }},
	"elemAt": {arity: 2, run: func(ev *Evaluator, at Place, a []*Thunk) Value {
		n, ok := ev.intArg(a[1])
		if !ok || n < 0 {
			return ev.wrong(at, a[1], "an index")
		}
		return ev.elementAt(at, a[0], n)
	}},
	"tail":        {arity: 1, run: primTail},
	"reverseList": {arity: 1, run: primReverse},
	"replicate": {arity: 2, run: func(ev *Evaluator, at Place, a []*Thunk) Value {
		n, ok := ev.intArg(a[0])
		if !ok {
			return ev.wrong(at, a[0], "an integer")
		}
		return ev.generate(at, n, func(int64) Value { return a[1].Force() })
	}},
	"genList": {arity: 2, run: primGenList},
	"range":   {arity: 2, run: primRange},
	"foldl'":  {arity: 3, run: primFoldl},
	"foldl":   {arity: 3, run: primFoldl},
	"foldr":   {arity: 3, run: primFoldr},
	"fold":    {arity: 3, run: primFoldr},
	"optional": {arity: 2, run: func(ev *Evaluator, at Place, a []*Thunk) Value {
		return ev.optionalList(at, a[0], Done(newList(at, a[1])))
	}},
	"optionals":     {arity: 2, run: func(ev *Evaluator, at Place, a []*Thunk) Value { return ev.optionalList(at, a[0], a[1]) }},
	"singleton":     {arity: 1, run: func(ev *Evaluator, at Place, a []*Thunk) Value { return newList(at, a[0]) }},
	"toList":        {arity: 1, run: primToList},
	"unique":        {arity: 1, run: primUnique},
	"concat":        {arity: 2, run: func(ev *Evaluator, at Place, a []*Thunk) Value { return ev.concat(at, ev.force(a[0]), ev.force(a[1])) }},
	"imap0":         {arity: 2, run: imap(0)},
	"imap1":         {arity: 2, run: imap(1)},
	"subtractLists": {arity: 2, run: primSubtract},
}

// mapList keeps elements that nobody can count as calls of their own.
func (ev *Evaluator) mapList(at Place, fn, t *Thunk) Value {
	l, ok := ev.force(t).(*List)
	if !ok {
		return ev.wrong(at, t, "a list")
	}
	out := &List{Place: at, Items: make([]Item, len(l.Items))}
	ev.grow(64 * len(l.Items))
	for i, item := range l.Items {
		if item.Rest {
			out.Items[i] = Item{V: Done(&Unknown{Place: at, Why: "maps a list that is not known: " + Why(item.V.Force())}), Rest: true}
			continue
		}
		out.Items[i].V = ev.later(func() Value { return ev.call(at, fn, item.V) })
	}
	return out
}

func (ev *Evaluator) concatLists(at Place, t *Thunk) Value {
	l, ok := ev.force(t).(*List)
	if !ok {
		return ev.wrong(at, t, "a list")
	}
	parts := make([]Value, len(l.Items))
	for i, item := range l.Items {
		parts[i] = ev.force(item.V)
		if item.Rest {
			parts[i] = &Unknown{Place: at, Why: "concatenates a list that is not known"}
		}
	}
	return ev.concat(at, parts...)
}

func primConcatMap(ev *Evaluator, at Place, a []*Thunk) Value {
	mapped := ev.mapList(at, a[0], a[1])
	if mapped == nil {
		return nil
	}
	return ev.concatLists(at, Done(mapped))
}

func primFlatten(ev *Evaluator, at Place, a []*Thunk) Value {
	out := &List{Place: at}
	ev.flattenInto(out, a[0], 0)
	return out
}

func (ev *Evaluator) flattenInto(out *List, t *Thunk, depth int) {
	l, ok := ev.force(t).(*List)
	if !ok || depth > 100 || !ev.grow(16) {
		out.Items = append(out.Items, Item{V: t, Rest: symbolic(ev.force(t)) && depth == 0})
		return
	}
	for _, item := range l.Items {
		if item.Rest {
			out.Items = append(out.Items, item)
			continue
		}
		ev.flattenInto(out, item.V, depth+1)
	}
}

// primFilter keeps an element whose test is not known as an optional one.
func primFilter(ev *Evaluator, at Place, a []*Thunk) Value {
	l, ok := ev.force(a[1]).(*List)
	if !ok {
		return ev.wrong(at, a[1], "a list")
	}
	out := &List{Place: at}
	for _, item := range l.Items {
		if item.Rest {
			out.Items = append(out.Items, Item{V: Done(&Unknown{Place: at, Why: "filters a list that is not known"}), Rest: true})
			continue
		}
		keep := ev.call(at, a[0], item.V)
		if b, ok := ev.boolean(keep); ok {
			if b {
				out.Items = append(out.Items, item)
			}
			continue
		}
		maybe := ev.choose(at, keep, Done(newList(at, item.V)), Done(newList(at)))
		out.Items = append(out.Items, Item{V: Done(maybe), Rest: true})
	}
	return out
}

// optionalList is lib.optionals: a condition that is not known stays one.
func (ev *Evaluator) optionalList(at Place, cond, l *Thunk) Value {
	return ev.choose(at, cond.Force(), l, Done(newList(at)))
}

func primElem(ev *Evaluator, at Place, a []*Thunk) Value {
	l, ok := ev.force(a[1]).(*List)
	if !ok {
		return ev.wrong(at, a[1], "a list")
	}
	found := no
	for _, item := range l.Items {
		if item.Rest {
			found = unsure
			continue
		}
		switch ev.equal(ev.force(a[0]), item.V.Force(), 0) {
		case yes:
			return Bool{at, true}
		case unsure:
			found = unsure
		}
	}
	if found == unsure {
		return nil
	}
	return Bool{at, false}
}

// quantify is any (stop at true) and all (stop at false).
func (ev *Evaluator) quantify(at Place, a []*Thunk, stop bool) Value {
	l, ok := ev.force(a[1]).(*List)
	if !ok {
		return ev.wrong(at, a[1], "a list")
	}
	sure := true
	for _, item := range l.Items {
		if item.Rest {
			sure = false
			continue
		}
		b, ok := ev.boolean(ev.call(at, a[0], item.V))
		if ok && b == stop {
			return Bool{at, stop}
		}
		sure = sure && ok
	}
	if !sure {
		return nil
	}
	return Bool{at, !stop}
}

func primLength(ev *Evaluator, at Place, a []*Thunk) Value {
	l, ok := ev.listArg(a[0])
	if !ok {
		return ev.wrong(at, a[0], "a list")
	}
	return Int{at, int64(len(l.Items))}
}

// elementAt returns element n of a list, from the end if n is negative.
func (ev *Evaluator) elementAt(at Place, t *Thunk, n int64) Value {
	l, ok := ev.force(t).(*List)
	if !ok {
		return ev.wrong(at, t, "a list")
	}
	size := int64(len(l.Items))
	if !l.open() {
		if n < 0 {
			n += size
		}
		if n < 0 || n >= size {
			return fault(at, "the list has too few elements")
		}
		return l.Items[n].V.Force()
	}
	// Only what stands before, or behind, all that nobody can count is known.
	from, to := int64(0), min(n, size-1)
	if n < 0 {
		from, to = max(0, size+n), size-1
	}
	known := n < size && size+n >= 0
	for _, item := range l.Items[from : to+1] {
		known = known && !item.Rest
	}
	if !known {
		return nil
	}
	if n < 0 {
		return l.Items[from].V.Force()
	}
	return l.Items[n].V.Force()
}

func primTail(ev *Evaluator, at Place, a []*Thunk) Value {
	l, ok := ev.force(a[0]).(*List)
	switch {
	case !ok:
		return ev.wrong(at, a[0], "a list")
	case len(l.Items) == 0:
		return fault(at, "tail of an empty list")
	case l.Items[0].Rest:
		return nil
	}
	return &List{Place: at, Items: l.Items[1:]}
}

func primReverse(ev *Evaluator, at Place, a []*Thunk) Value {
	l, ok := ev.listArg(a[0])
	if !ok {
		return ev.wrong(at, a[0], "a list")
	}
	items := slices.Clone(l.Items)
	slices.Reverse(items)
	return &List{Place: at, Items: items}
}

func (ev *Evaluator) generate(at Place, n int64, f func(i int64) Value) Value {
	if n < 0 || n > int64(ev.limits.Steps) || !ev.grow(int(64*n)) {
		return &Unknown{Place: at, Why: "the list is too long to evaluate"}
	}
	out := &List{Place: at, Items: make([]Item, n)}
	for i := range n {
		out.Items[i].V = ev.later(func() Value { return f(i) })
	}
	return out
}

func primGenList(ev *Evaluator, at Place, a []*Thunk) Value {
	n, ok := ev.intArg(a[1])
	if !ok {
		return ev.wrong(at, a[1], "an integer")
	}
	return ev.generate(at, n, func(i int64) Value { return ev.call(at, a[0], Done(Int{at, i})) })
}

func primRange(ev *Evaluator, at Place, a []*Thunk) Value {
	first, ok := ev.intArg(a[0])
	if !ok {
		return ev.wrong(at, a[0], "an integer")
	}
	last, ok := ev.intArg(a[1])
	if !ok {
		return ev.wrong(at, a[1], "an integer")
	}
	if last < first {
		return newList(at)
	}
	if last-first < 0 || last-first == 1<<63-1 {
		return &Unknown{Place: at, Why: "the list is too long to evaluate"}
	}
	return ev.generate(at, last-first+1, func(i int64) Value { return Int{at, first + i} })
}

func primFoldl(ev *Evaluator, at Place, a []*Thunk) Value {
	l, ok := ev.listArg(a[2])
	if !ok {
		return ev.wrong(at, a[2], "a list")
	}
	acc := a[1]
	for _, item := range l.Items {
		acc = Done(ev.call(at, a[0], acc, item.V))
	}
	return acc.Force()
}

func primFoldr(ev *Evaluator, at Place, a []*Thunk) Value {
	l, ok := ev.listArg(a[2])
	if !ok {
		return ev.wrong(at, a[2], "a list")
	}
	acc := a[1]
	for _, item := range slices.Backward(l.Items) {
		rest := acc
		acc = ev.later(func() Value { return ev.call(at, a[0], item.V, rest) })
	}
	return acc.Force()
}

func primToList(ev *Evaluator, at Place, a []*Thunk) Value {
	v := ev.force(a[0])
	if _, ok := v.(*List); ok {
		return v
	}
	if symbolic(v) {
		return nil
	}
	return newList(at, a[0])
}

func imap(first int64) func(*Evaluator, Place, []*Thunk) Value {
	return func(ev *Evaluator, at Place, a []*Thunk) Value {
		l, ok := ev.listArg(a[1])
		if !ok {
			return ev.wrong(at, a[1], "a list")
		}
		out := &List{Place: at, Items: make([]Item, len(l.Items))}
		for i, item := range l.Items {
			out.Items[i].V = ev.later(func() Value { return ev.call(at, a[0], Done(Int{at, first + int64(i)}), item.V) })
		}
		return out
	}
}

func primSubtract(ev *Evaluator, at Place, a []*Thunk) Value {
	l, ok := ev.listArg(a[0])
	if !ok {
		return ev.wrong(at, a[0], "a list")
	}
	from, ok := ev.listArg(a[1])
	if !ok {
		return ev.wrong(at, a[1], "a list")
	}
	out := &List{Place: at}
	for _, item := range from.Items {
		keep := yes
		for _, gone := range l.Items {
			if e := ev.equal(gone.V.Force(), item.V.Force(), 0); e != no {
				keep = map[answer]answer{yes: no, unsure: unsure}[e]
				break
			}
		}
		switch keep {
		case unsure:
			return nil
		case yes:
			out.Items = append(out.Items, item)
		}
	}
	return out
}
