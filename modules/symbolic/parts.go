package symbolic

// Trace calls f; sets that // and its like make meanwhile keep what they are
// joined of, for Parts. Overlays that are composed inside of f get prev as a
// reference, whatever the overlays before them define: what they use of it
// stays an identity.
func (ev *Evaluator) Trace(f func()) {
	before := ev.traced
	ev.traced = true
	defer func() { ev.traced = before }()
	f()
}

// Parts are the values that a set was joined of while Trace ran, first to
// last; nil for a set that is none of several. composed says that they are
// overlays, each of which sees those before it in prev; else they are joined
// with // and do not see each other.
func (a *Attrs) Parts() (parts []Value, composed bool) {
	if a.of == nil {
		return nil, false
	}
	return a.of.parts, a.of.composed
}

// Composed are the overlays that a set was composed of while Trace ran, as the
// list has them: references are kept. Nil for a set that is not, or of whose list
// not all is known.
func (a *Attrs) Composed() []Value {
	if a.of == nil {
		return nil
	}
	return a.of.overlays
}

// joined is what a set was joined of.
type joined struct {
	parts    []Value
	composed bool    // they are overlays on top of each other
	overlays []Value // these
}

// maxParts bounds the parts that one set keeps.
const maxParts = 10000

// parted is l // r with its parts.
func (ev *Evaluator) parted(at Place, l, r Value) Value {
	out := ev.merged(at, asAttrs(l), asAttrs(r))
	if ev.grow(32) {
		out.of = &joined{parts: []Value{l, r}}
	}
	return out
}

// composeTraced is lib.composeManyExtensions overlays final prev.
func (ev *Evaluator) composeTraced(at Place, overlays *List, final, prev *Thunk) Value {
	out := emptyAttrs(at)
	var parts, listed []Value
	for _, item := range overlays.Items {
		if len(parts) >= maxParts || !ev.tick() {
			return &Unknown{Place: at, Why: tooMuch}
		}
		var v Value
		if item.Rest {
			v = &Unknown{Place: item.At, Why: "not all overlays of the list are known: " + Why(item.V.Force())}
		} else {
			where := at
			if item.At.File != nil {
				where = item.At
			}
			v = ev.Known(ev.call(where, item.V, final, prev))
			listed = append(listed, item.V.Force())
		}
		if _, ok := v.(*Attrs); !ok && !symbolic(v) {
			return fault(at, "an overlay is "+kindOf(v)+" instead of a set")
		}
		parts = append(parts, v)
		out = ev.merged(at, out, asAttrs(v))
	}
	if len(listed) < len(parts) {
		listed = nil
	}
	out.of = &joined{parts, true, listed}
	return out
}

// tracedPrelude evaluates the functions of prelude.nix that join overlays, so
// that their parts are kept; nil for any other.
func (ev *Evaluator) tracedPrelude(at Place, name string, args []*Thunk) Value {
	switch name {
	case "composeManyExtensions":
		if l, ok := ev.force(args[0]).(*List); ok {
			return ev.composeTraced(at, l, args[1], args[2])
		}
	case "composeExtensions":
		return ev.composeTraced(at, newList(at, args[0], args[1]), args[2], args[3])
	}
	return nil
}
