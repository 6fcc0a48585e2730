package symbolic

import "slices"

// attrPrims are the functions on attribute sets.
var attrPrims = map[string]*primSpec{
	"attrNames":  {arity: 1, run: primAttrNames},
	"attrValues": {arity: 1, run: primAttrValues},
	"mapAttrs":   {arity: 2, run: primMapAttrs},
	"mapAttrs'": {arity: 2, run: func(ev *Evaluator, at Place, a []*Thunk) Value {
		pairs := ev.eachAttr(at, a[0], a[1])
		if l, ok := pairs.(*List); ok {
			return ev.listToAttrs(at, l)
		}
		return pairs
	}},
	"mapAttrsToList": {arity: 2, run: func(ev *Evaluator, at Place, a []*Thunk) Value { return ev.eachAttr(at, a[0], a[1]) }},
	"attrsToList": {arity: 1, run: func(ev *Evaluator, at Place, a []*Thunk) Value {
		pair := &Prim{Place: at, Name: "nameValuePair", spec: prims["nameValuePair"]}
		return ev.eachAttr(at, Done(pair), a[0])
	}},
	"concatMapAttrs": {arity: 2, run: primConcatMapAttrs},
	"filterAttrs":    {arity: 2, run: primFilterAttrs},
	"listToAttrs": {arity: 1, run: func(ev *Evaluator, at Place, a []*Thunk) Value {
		l, ok := ev.force(a[0]).(*List)
		if !ok {
			return ev.wrong(at, a[0], "a list")
		}
		return ev.listToAttrs(at, l)
	}},
	"genAttrs": {arity: 2, run: primGenAttrs},
	"nameValuePair": {arity: 2, run: func(ev *Evaluator, at Place, a []*Thunk) Value {
		return &Attrs{Place: at, attrs: []Attr{{name: "name", V: a[0], At: at}, {name: "value", V: a[1], At: at}}}
	}},
	"optionalAttrs": {arity: 2, run: func(ev *Evaluator, at Place, a []*Thunk) Value {
		return ev.choose(at, ev.force(a[0]), a[1], Done(emptyAttrs(at)))
	}},
	"recursiveUpdate": {arity: 2, run: func(ev *Evaluator, at Place, a []*Thunk) Value {
		return ev.recursiveUpdate(at, ev.force(a[0]), ev.force(a[1]))
	}},
	"mergeAttrs":     {arity: 2, run: func(ev *Evaluator, at Place, a []*Thunk) Value { return ev.update(at, ev.force(a[0]), ev.force(a[1])) }},
	"mergeAttrsList": {arity: 1, run: primMergeAttrsList},
	"removeAttrs":    {arity: 2, run: primRemoveAttrs},
	"getAttrs":       {arity: 2, run: primGetAttrs},
	"attrVals":       {arity: 2, run: primAttrVals},
	"catAttrs":       {arity: 2, run: primCatAttrs},
	"hasAttr":        {arity: 2, run: primHasAttr},
	"getAttr": {arity: 2, run: func(ev *Evaluator, at Place, a []*Thunk) Value {
		name, ok := ev.textArg(a[0])
		if !ok {
			return ev.wrong(at, a[0], "a string")
		}
		return ev.Select(at, a[1].Force(), name)
	}},
	"intersectAttrs":  {arity: 2, run: primIntersect},
	"setAttrByPath":   {arity: 2, run: primSetByPath},
	"attrByPath":      {arity: 3, run: primByPath},
	"getAttrFromPath": {arity: 2, run: primFromPath},
}

func primAttrNames(ev *Evaluator, at Place, a []*Thunk) Value {
	s, ok := ev.setArg(a[0])
	if !ok {
		return ev.wrong(at, a[0], "a set")
	}
	out := &List{Place: at}
	for _, name := range s.Names() {
		out.Items = append(out.Items, Item{V: Done(Text(s.Attr(name).At, name))})
	}
	return out
}

func primAttrValues(ev *Evaluator, at Place, a []*Thunk) Value {
	s, ok := ev.setArg(a[0])
	if !ok {
		return ev.wrong(at, a[0], "a set")
	}
	out := &List{Place: at}
	for _, name := range s.Names() {
		out.Items = append(out.Items, Item{V: s.Attr(name).V})
	}
	return out
}

func primMapAttrs(ev *Evaluator, at Place, a []*Thunk) Value {
	s, ok := ev.force(a[1]).(*Attrs)
	if !ok {
		return ev.wrong(at, a[1], "a set")
	}
	out := &Attrs{Place: at, attrs: slices.Clone(s.whole())}
	ev.grow(64 * s.Len())
	for i := range out.attrs {
		attr := &out.attrs[i]
		name, own, v := attr.name, attr.At, attr.V
		attr.V = ev.later(func() Value { return ev.call(at, a[0], Done(Text(own, name)), v) })
		attr.Maybe = openAll(at, "maps a set that is not known", attr.Maybe)
	}
	out.Rest = openAll(at, "maps a set that is not known", s.Rest)
	return out
}

func openAll(at Place, what string, vs []Value) []Value {
	var out []Value
	for _, v := range vs {
		out = append(out, &Unknown{Place: at, Why: what + ": " + Why(v)})
	}
	return out
}

// eachAttr calls fn with each name and value, as a list.
func (ev *Evaluator) eachAttr(at Place, fn, t *Thunk) Value {
	s, ok := ev.force(t).(*Attrs)
	if !ok {
		return ev.wrong(at, t, "a set")
	}
	out := &List{Place: at}
	ev.grow(64 * s.Len())
	for _, name := range s.Names() {
		attr := s.Attr(name)
		if len(attr.Maybe) > 0 {
			return nil
		}
		out.Items = append(out.Items, Item{V: ev.later(func() Value {
			return ev.call(at, fn, Done(Text(attr.At, name)), attr.V)
		})})
	}
	for _, v := range openAll(at, "goes over a set that is not known", s.Rest) {
		out.Items = append(out.Items, Item{V: Done(v), Rest: true})
	}
	return out
}

func (ev *Evaluator) listToAttrs(at Place, l *List) Value {
	attrs, rest := make([]Attr, 0, len(l.Items)), []Value(nil)
	ev.grow(64 * len(l.Items))
	for _, item := range l.Items {
		pair, ok := ev.force(item.V).(*Attrs)
		if item.Rest || !ok || pair.Attr("name") == nil || pair.Attr("value") == nil {
			rest = append(rest, &Unknown{Place: at, Why: "an element of the list is not known: " + Why(item.V.Force())})
			continue
		}
		own := pair.Attr("name").V
		name, ok := ev.textArg(own)
		if !ok {
			rest = append(rest, openName(at, own.Force()))
			continue
		}
		attrs = append(attrs, Attr{name: name, V: pair.Attr("value").V, At: own.Force().Where()})
	}
	slices.Reverse(attrs) // of several of one name the first counts
	out := makeSet(at, attrs)
	out.Rest = rest
	return out
}

func primConcatMapAttrs(ev *Evaluator, at Place, a []*Thunk) Value {
	each, ok := ev.eachAttr(at, a[0], a[1]).(*List)
	if !ok {
		return ev.wrong(at, a[1], "a set")
	}
	return ev.mergeAll(at, each)
}

func (ev *Evaluator) mergeAll(at Place, l *List) Value {
	var out Value = emptyAttrs(at)
	for _, item := range l.Items {
		v := item.V.Force()
		if item.Rest {
			v = &Unknown{Place: at, Why: "merges sets that are not known"}
		}
		out = ev.update(at, out, v)
	}
	return out
}

func primMergeAttrsList(ev *Evaluator, at Place, a []*Thunk) Value {
	l, ok := ev.force(a[0]).(*List)
	if !ok {
		return ev.wrong(at, a[0], "a list")
	}
	return ev.mergeAll(at, l)
}

// primFilterAttrs keeps an attribute whose test is not known as one that may
// be there.
func primFilterAttrs(ev *Evaluator, at Place, a []*Thunk) Value {
	s, ok := ev.force(a[1]).(*Attrs)
	if !ok {
		return ev.wrong(at, a[1], "a set")
	}
	sure := emptyAttrs(at)
	sure.Rest = openAll(at, "filters a set that is not known", s.Rest)
	for _, attr := range s.whole() {
		keep := ev.call(at, a[0], Done(Text(attr.At, attr.name)), attr.V)
		if b, ok := ev.boolean(keep); ok {
			if b {
				sure.attrs = append(sure.attrs, attr)
			}
			continue
		}
		only := &Attrs{Place: at, attrs: []Attr{attr}}
		sure.Rest = append(sure.Rest, ev.choose(at, keep, Done(only), Done(emptyAttrs(at))))
	}
	return sure
}

func primGenAttrs(ev *Evaluator, at Place, a []*Thunk) Value {
	l, ok := ev.force(a[0]).(*List)
	if !ok {
		return ev.wrong(at, a[0], "a list")
	}
	attrs, rest := make([]Attr, 0, len(l.Items)), []Value(nil)
	ev.grow(64 * len(l.Items))
	for _, item := range l.Items {
		name, ok := ev.textArg(item.V)
		if item.Rest || !ok {
			rest = append(rest, openName(at, item.V.Force()))
			continue
		}
		attrs = append(attrs, Attr{name: name, V: ev.later(func() Value { return ev.call(at, a[1], item.V) }), At: item.V.Force().Where()})
	}
	out := makeSet(at, attrs)
	out.Rest = rest
	return out
}

func primRemoveAttrs(ev *Evaluator, at Place, a []*Thunk) Value {
	s, ok := ev.force(a[0]).(*Attrs)
	if !ok {
		return ev.wrong(at, a[0], "a set")
	}
	names, ok := ev.listArg(a[1])
	if !ok {
		return ev.wrong(at, a[1], "a list")
	}
	gone := make(map[string]bool, len(names.Items))
	for _, item := range names.Items {
		name, ok := ev.textArg(item.V)
		if !ok {
			return ev.wrong(at, item.V, "a string")
		}
		gone[name] = true
	}
	out := &Attrs{Place: at, Rest: s.Rest}
	out.attrs = slices.DeleteFunc(slices.Clone(s.whole()), func(a Attr) bool { return gone[a.name] })
	if len(out.Rest) > 0 {
		out.Rest = openAll(at, "removes attributes of a set that is not known", out.Rest)
	}
	return out
}

func primGetAttrs(ev *Evaluator, at Place, a []*Thunk) Value {
	names, ok := ev.listArg(a[0])
	if !ok {
		return ev.wrong(at, a[0], "a list")
	}
	attrs := make([]Attr, 0, len(names.Items))
	for _, item := range names.Items {
		name, ok := ev.textArg(item.V)
		if !ok {
			return ev.wrong(at, item.V, "a string")
		}
		attrs = append(attrs, Attr{name: name, V: ev.later(func() Value { return ev.Select(at, a[1].Force(), name) }), At: item.V.Force().Where()})
	}
	return makeSet(at, attrs)
}

func primAttrVals(ev *Evaluator, at Place, a []*Thunk) Value {
	names, ok := ev.listArg(a[0])
	if !ok {
		return ev.wrong(at, a[0], "a list")
	}
	out := &List{Place: at}
	for _, item := range names.Items {
		name, ok := ev.textArg(item.V)
		if !ok {
			return ev.wrong(at, item.V, "a string")
		}
		out.Items = append(out.Items, Item{V: ev.later(func() Value { return ev.Select(at, a[1].Force(), name) })})
	}
	return out
}

func primCatAttrs(ev *Evaluator, at Place, a []*Thunk) Value {
	name, ok := ev.textArg(a[0])
	if !ok {
		return ev.wrong(at, a[0], "a string")
	}
	l, ok := ev.listArg(a[1])
	if !ok {
		return ev.wrong(at, a[1], "a list")
	}
	out := &List{Place: at}
	for _, item := range l.Items {
		v := item.V.Force()
		switch ev.has(v, name) {
		case unsure:
			return nil
		case yes:
			out.Items = append(out.Items, Item{V: ev.later(func() Value { return ev.Select(at, v, name) })})
		}
	}
	return out
}

func primHasAttr(ev *Evaluator, at Place, a []*Thunk) Value {
	name, ok := ev.textArg(a[0])
	if !ok {
		return ev.wrong(at, a[0], "a string")
	}
	switch ev.has(a[1].Force(), name) {
	case yes:
		return Bool{at, true}
	case no:
		return Bool{at, false}
	}
	return nil
}

func primIntersect(ev *Evaluator, at Place, a []*Thunk) Value {
	l, ok := ev.setArg(a[0])
	if !ok {
		return ev.wrong(at, a[0], "a set")
	}
	r, ok := ev.setArg(a[1])
	if !ok {
		return ev.wrong(at, a[1], "a set")
	}
	out := emptyAttrs(at)
	for _, attr := range r.whole() {
		if l.Attr(attr.name) != nil {
			out.attrs = append(out.attrs, attr)
		}
	}
	return out
}

func (ev *Evaluator) attrPath(t *Thunk) ([]string, bool) {
	l, ok := ev.listArg(t)
	if !ok {
		return nil, false
	}
	path := make([]string, len(l.Items))
	for i, item := range l.Items {
		if path[i], ok = ev.textArg(item.V); !ok {
			return nil, false
		}
	}
	return path, true
}

func primSetByPath(ev *Evaluator, at Place, a []*Thunk) Value {
	path, ok := ev.attrPath(a[0])
	if !ok {
		return ev.wrong(at, a[0], "a list of names")
	}
	v := a[1]
	for _, name := range slices.Backward(path) {
		v = Done(&Attrs{Place: at, attrs: []Attr{{name: name, V: v, At: at}}})
	}
	return v.Force()
}

func primByPath(ev *Evaluator, at Place, a []*Thunk) Value {
	path, ok := ev.attrPath(a[0])
	if !ok {
		return ev.wrong(at, a[0], "a list of names")
	}
	v := a[2].Force()
	for _, name := range path {
		switch ev.has(v, name) {
		case no:
			return a[1].Force()
		case unsure:
			return nil
		}
		v = ev.Select(at, v, name)
	}
	return v
}

func primFromPath(ev *Evaluator, at Place, a []*Thunk) Value {
	path, ok := ev.attrPath(a[0])
	if !ok {
		return ev.wrong(at, a[0], "a list of names")
	}
	v := a[1].Force()
	for _, name := range path {
		v = ev.Select(at, v, name)
	}
	return v
}
