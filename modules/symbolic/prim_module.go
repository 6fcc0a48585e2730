package symbolic

// modulePrims are the functions of the module system.
var modulePrims = map[string]*primSpec{
	"mkIf": {arity: 2, run: func(ev *Evaluator, at Place, a []*Thunk) Value {
		return &Wrap{Place: at, Kind: MkIf, If: ev.later(func() Value { return ev.force(a[0]) }), Body: a[1]}
	}},
	"mkMerge":                  {arity: 1, run: func(ev *Evaluator, at Place, a []*Thunk) Value { return &Wrap{Place: at, Kind: MkMerge, Body: a[0]} }},
	"mkOverride":               {arity: 2, run: numbered(MkOverride)},
	"mkOrder":                  {arity: 2, run: numbered(MkOrder)},
	"mkForce":                  {arity: 1, run: fixed(MkOverride, 50)},
	"mkDefault":                {arity: 1, run: fixed(MkOverride, 1000)},
	"mkOptionDefault":          {arity: 1, run: fixed(MkOverride, 1500)},
	"mkVMOverride":             {arity: 1, run: fixed(MkOverride, 10)},
	"mkImageMediaOverride":     {arity: 1, run: fixed(MkOverride, 60)},
	"mkBefore":                 {arity: 1, run: fixed(MkOrder, 500)},
	"mkAfter":                  {arity: 1, run: fixed(MkOrder, 1500)},
	"mkEnableOption":           {arity: 1, run: opaque},
	"mkOption":                 {arity: 1, run: opaque},
	"mkPackageOption":          {arity: 3, run: opaque},
	"setDefaultModuleLocation": {arity: 2, run: func(ev *Evaluator, _ Place, a []*Thunk) Value { return a[1].Force() }},
	"mkAliasOptionModule":      {arity: 2, run: noModule},
	"mkRenamedOptionModule":    {arity: 2, run: noModule},
	"mkRemovedOptionModule":    {arity: 2, run: noModule},
}

func fixed(kind Kind, n int) func(*Evaluator, Place, []*Thunk) Value {
	return func(ev *Evaluator, at Place, a []*Thunk) Value {
		return &Wrap{Place: at, Kind: kind, N: n, Body: a[0]}
	}
}

func numbered(kind Kind) func(*Evaluator, Place, []*Thunk) Value {
	return func(ev *Evaluator, at Place, a []*Thunk) Value {
		n, ok := ev.intArg(a[0])
		if !ok {
			return ev.wrong(at, a[0], "an integer")
		}
		return &Wrap{Place: at, Kind: kind, N: int(max(-1<<31, min(n, 1<<31-1))), Body: a[1]}
	}
}

// attrs is the set that the property is for Nix.
func (w *Wrap) attrs() *Attrs {
	attrs := []Attr{{name: "_type", V: Done(Text(w.Place, string(w.Kind))), At: w.Place}}
	add := func(name string, v *Thunk) { attrs = append(attrs, Attr{name: name, V: v, At: w.Place}) }
	switch w.Kind {
	case MkMerge:
		add("contents", w.Body)
		return makeSet(w.Place, attrs)
	case MkIf:
		add("condition", w.If)
	default:
		add("priority", Done(Int{w.Place, int64(w.N)}))
	}
	add("content", w.Body)
	return makeSet(w.Place, attrs)
}

// opaque keeps the call as it stands: it declares an option.
func opaque(*Evaluator, Place, []*Thunk) Value { return nil }

// noModule stands for a module that only renames options.
func noModule(ev *Evaluator, at Place, _ []*Thunk) Value { return emptyAttrs(at) }
