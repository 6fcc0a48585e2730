package symbolic

// miscPrims are the functions on values of any type.
var miscPrims = map[string]*primSpec{
	"id":         {arity: 1, run: func(ev *Evaluator, _ Place, a []*Thunk) Value { return a[0].Force() }},
	"const":      {arity: 2, run: func(ev *Evaluator, _ Place, a []*Thunk) Value { return a[0].Force() }},
	"flip":       {arity: 3, run: func(ev *Evaluator, at Place, a []*Thunk) Value { return ev.call(at, a[0], a[2], a[1]) }},
	"pipe":       {arity: 2, run: primPipe},
	"throw":      {arity: 1, run: primThrow},
	"abort":      {arity: 1, run: primThrow},
	"trace":      {arity: 2, run: primSeq},
	"warn":       {arity: 2, run: primSeq},
	"seq":        {arity: 2, run: primSeq},
	"deepSeq":    {arity: 2, run: primDeepSeq},
	"throwIf":    {arity: 3, run: primThrowIf},
	"throwIfNot": {arity: 3, run: primThrowIfNot},
	"assertMsg":  {arity: 2, run: primAssertMsg},
	"isAttrs":    {arity: 1, run: isKind(func(v Value) bool { return typeName(v) == "set" })},
	"isList":     {arity: 1, run: isKind(func(v Value) bool { _, ok := v.(*List); return ok })},
	"isString":   {arity: 1, run: isKind(func(v Value) bool { _, ok := v.(*String); return ok })},
	"isInt":      {arity: 1, run: isKind(func(v Value) bool { _, ok := v.(Int); return ok })},
	"isFloat":    {arity: 1, run: isKind(func(v Value) bool { _, ok := v.(Float); return ok })},
	"isBool":     {arity: 1, run: isKind(func(v Value) bool { _, ok := v.(Bool); return ok })},
	"isPath":     {arity: 1, run: isKind(func(v Value) bool { _, ok := v.(*Path); return ok })},
	"isNull":     {arity: 1, run: isKind(func(v Value) bool { _, ok := v.(Null); return ok })},
	"isFunction": {arity: 1, run: isKind(func(v Value) bool {
		switch v.(type) {
		case *Func, *Prim:
			return true
		}
		return false
	})},
	"min":                   {arity: 2, run: smaller(true)},
	"max":                   {arity: 2, run: smaller(false)},
	"toJSON":                {arity: 1, run: primToJSON},
	"generators.toJSON":     {arity: 2, run: func(ev *Evaluator, at Place, a []*Thunk) Value { return primToJSON(ev, at, a[1:]) }},
	"generators.toINI":      {arity: 2, run: primToINI},
	"generators.toKeyValue": {arity: 2, run: primToKeyValue},
}

func second(ev *Evaluator, _ Place, a []*Thunk) Value { return a[1].Force() }

func primSeq(ev *Evaluator, _ Place, a []*Thunk) Value {
	v := ev.force(a[0])
	if isFault(v) {
		return v
	}
	if symbolic(v) {
		ev.taken++
	}
	return a[1].Force()
}

func primDeepSeq(ev *Evaluator, _ Place, a []*Thunk) Value {
	if bad := ev.deep(a[0].Force(), 0); bad != nil {
		return bad
	}
	return a[1].Force()
}

// deep looks for an error in the parts of a value.
func (ev *Evaluator) deep(v Value, depth int) Value {
	if isFault(v) {
		return v
	}
	if symbolic(v) || depth > 100 || !ev.tick() {
		ev.taken++
		return nil
	}
	switch v := v.(type) {
	case *List:
		for _, item := range v.Items {
			if bad := ev.deep(item.V.Force(), depth+1); bad != nil {
				return bad
			}
		}
	case *Attrs:
		for _, name := range v.Names() {
			if bad := ev.deep(v.Attr(name).V.Force(), depth+1); bad != nil {
				return bad
			}
		}
	}
	return nil
}

func primPipe(ev *Evaluator, at Place, a []*Thunk) Value {
	fs, ok := ev.listArg(a[1])
	if !ok {
		return ev.wrong(at, a[1], "a list")
	}
	v := a[0]
	for _, f := range fs.Items {
		v = Done(ev.call(at, f.V, v))
	}
	return v.Force()
}

func primThrow(ev *Evaluator, at Place, a []*Thunk) Value {
	if s, ok := ev.textArg(a[0]); ok {
		return fault(at, "throws "+Line(s))
	}
	return fault(at, "throws an error")
}

func primThrowIf(ev *Evaluator, at Place, a []*Thunk) Value {
	b, ok := ev.boolean(ev.force(a[0]))
	switch {
	case !ok && isFault(ev.force(a[0])):
		return ev.force(a[0])
	case !ok:
		ev.taken++
	case b:
		return primThrow(ev, at, a[1:])
	}
	return a[2].Force()
}

func primThrowIfNot(ev *Evaluator, at Place, a []*Thunk) Value {
	b, ok := ev.boolean(a[0].Force())
	switch {
	case !ok && isFault(ev.force(a[0])):
		return ev.force(a[0])
	case !ok:
		ev.taken++
	case !b:
		return primThrow(ev, at, a[1:])
	}
	return a[2].Force()
}

func primAssertMsg(ev *Evaluator, at Place, a []*Thunk) Value {
	b, ok := ev.boolean(ev.force(a[0]))
	switch {
	case ok && b:
		return Bool{at, true}
	case ok:
		return primThrow(ev, at, a[1:])
	}
	return ev.wrong(at, a[0], "a Boolean")
}

func isKind(test func(Value) bool) func(*Evaluator, Place, []*Thunk) Value {
	return func(ev *Evaluator, at Place, a []*Thunk) Value {
		v := ev.force(a[0])
		if isFault(v) {
			return v
		}
		if symbolic(v) {
			return nil
		}
		return Bool{at, test(v)}
	}
}

func smaller(first bool) func(*Evaluator, Place, []*Thunk) Value {
	return func(ev *Evaluator, at Place, a []*Thunk) Value {
		l, r := ev.force(a[0]), ev.force(a[1])
		n, ok, bad := ev.order(l, r)
		if bad != nil {
			return bad
		}
		if !ok {
			return nil
		}
		if (n <= 0) == first {
			return l
		}
		return r
	}
}
