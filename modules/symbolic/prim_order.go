package symbolic

// orderPrims are the functions that sort and group.
var orderPrims = map[string]*primSpec{
	"sort":           {arity: 2, run: primSort},
	"groupBy":        {arity: 2, run: primGroupBy},
	"partition":      {arity: 2, run: primPartition},
	"zipAttrsWith":   {arity: 2, run: primZipWith},
	"sublist":        {arity: 3, run: primSublist, lib: true},
	"genericClosure": {arity: 1, run: primClosure},
}

// primSort is a stable merge sort, as Nix sorts.
func primSort(ev *Evaluator, at Place, a []*Thunk) Value {
	l, ok := ev.listArg(a[1])
	if !ok {
		return ev.wrong(at, a[1], "a list")
	}
	items := append([]Item(nil), l.Items...)
	var bad Value
	known := true
	before := func(x, y Item) bool {
		if bad != nil || !known {
			return false
		}
		v := ev.Known(ev.call(at, a[0], x.V, y.V))
		b, ok := v.(Bool)
		if isFault(v) {
			bad = v
		}
		known = ok
		return b.B
	}
	mergeSort(items, make([]Item, len(items)), before)
	switch {
	case bad != nil:
		return bad
	case !known:
		return nil
	}
	return &List{Place: at, Items: items}
}

func mergeSort(items, room []Item, before func(x, y Item) bool) {
	if len(items) < 2 {
		return
	}
	half := len(items) / 2
	mergeSort(items[:half], room[:half], before)
	mergeSort(items[half:], room[half:], before)
	l, r := append(room[:0], items[:half]...), items[half:]
	for i := 0; len(l) > 0; i++ {
		if len(r) > 0 && before(r[0], l[0]) {
			items[i], r = r[0], r[1:]
		} else {
			items[i], l = l[0], l[1:]
		}
	}
}

func primGroupBy(ev *Evaluator, at Place, a []*Thunk) Value {
	l, ok := ev.listArg(a[1])
	if !ok {
		return ev.wrong(at, a[1], "a list")
	}
	var attrs []Attr
	groups := map[string]*List{}
	for _, item := range l.Items {
		key := Done(ev.call(at, a[0], item.V))
		name, ok := ev.textArg(key)
		if !ok {
			return ev.wrong(at, key, "a string")
		}
		if groups[name] == nil {
			groups[name] = &List{Place: at}
			attrs = append(attrs, Attr{name: name, V: Done(groups[name]), At: at})
		}
		groups[name].Items = append(groups[name].Items, item)
	}
	return makeSet(at, attrs)
}

func primPartition(ev *Evaluator, at Place, a []*Thunk) Value {
	l, ok := ev.listArg(a[1])
	if !ok {
		return ev.wrong(at, a[1], "a list")
	}
	right, wrong := &List{Place: at}, &List{Place: at}
	for _, item := range l.Items {
		v := ev.call(at, a[0], item.V)
		b, ok := ev.boolean(v)
		switch {
		case !ok:
			return ev.wrong(at, Done(v), "a Boolean")
		case b:
			right.Items = append(right.Items, item)
		default:
			wrong.Items = append(wrong.Items, item)
		}
	}
	return NewAttrs(at, map[string]Value{"right": right, "wrong": wrong})
}

func primZipWith(ev *Evaluator, at Place, a []*Thunk) Value {
	l, ok := ev.listArg(a[1])
	if !ok {
		return ev.wrong(at, a[1], "a list")
	}
	values := map[string]*List{}
	var attrs []Attr
	for _, item := range l.Items {
		s, ok := ev.setArg(item.V)
		if !ok {
			return ev.wrong(at, item.V, "a set")
		}
		ev.grow(64 * s.Len())
		for _, one := range s.whole() {
			name := one.name
			if values[name] == nil {
				values[name] = &List{Place: at}
				v := ev.later(func() Value { return ev.call(at, a[0], Done(Text(at, name)), Done(values[name])) })
				attrs = append(attrs, Attr{name: name, V: v, At: one.At})
			}
			values[name].Items = append(values[name].Items, Item{V: one.V})
		}
	}
	return makeSet(at, attrs)
}

func primSublist(ev *Evaluator, at Place, a []*Thunk) Value {
	start, ok := ev.intArg(a[0])
	if !ok {
		return ev.wrong(at, a[0], "an integer")
	}
	n, ok := ev.intArg(a[1])
	if !ok {
		return ev.wrong(at, a[1], "an integer")
	}
	l, ok := ev.listArg(a[2])
	if !ok {
		return ev.wrong(at, a[2], "a list")
	}
	size := int64(len(l.Items))
	switch {
	case start < 0:
		return &Unknown{Place: at, Why: "a sublist from a negative index"}
	case start >= size || n <= 0:
		return newList(at)
	case n > size-start:
		n = size - start
	}
	return &List{Place: at, Items: l.Items[start : start+n : start+n]}
}

// primClosure is builtins.genericClosure for keys that are strings or numbers.
func primClosure(ev *Evaluator, at Place, a []*Thunk) Value {
	s, ok := ev.setArg(a[0])
	if !ok {
		return ev.wrong(at, a[0], "a set")
	}
	start, operator := s.Attr("startSet"), s.Attr("operator")
	if start == nil {
		return fault(at, "attribute startSet is missing")
	}
	first, ok := ev.listArg(start.V)
	if !ok {
		return ev.wrong(at, start.V, "a list")
	}
	out := &List{Place: at}
	seen := map[any]bool{}
	for queue := first.Items; len(queue) > 0; queue = queue[1:] {
		if !ev.tick() || !ev.grow(64) {
			return &Unknown{Place: at, Why: ev.spent()}
		}
		item := queue[0]
		key, bad := ev.plain(ev.Select(at, ev.force(item.V), "key"), 0)
		switch key.(type) {
		case string, int64:
		default:
			if isFault(bad) {
				return bad
			}
			return nil
		}
		if seen[key] {
			continue
		}
		seen[key] = true
		out.Items = append(out.Items, item)
		if operator == nil {
			return fault(at, "attribute operator is missing")
		}
		next := Done(ev.call(at, operator.V, item.V))
		more, ok := ev.listArg(next)
		if !ok {
			return ev.wrong(at, next, "a list")
		}
		queue = append(queue[:len(queue):len(queue)], more.Items...)
	}
	return out
}
