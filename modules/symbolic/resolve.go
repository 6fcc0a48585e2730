package symbolic

import "strings"

// maxKnown bounds how many references lead to each other.
const maxKnown = 64

// resolver answers references to the flake's own options.
type resolver struct {
	ask  func(r *Ref) (Value, bool)
	busy map[string]bool // the references that are being asked for
}

// Resolve sets what says which value a reference to the flake's own options
// (Root Flake: config.x, self.x) comes to, and forgets all evaluated files, so
// that a new pass over them sees it; nil is nothing known. f gets references
// of the root Flake only, and false from it means that the reference stays. It
// may evaluate, and may lead to itself: the inner reference then stays. A set
// that it returns may hold references again, so that members which // or
// attrValues take out of it stay identities.
//
// Only what needs a value asks: what is called, conditions, operands,
// interpolation, names of attributes, "?" and "or", and the arguments that a
// function of lib looks at. Elsewhere a reference remains an identity.
func (ev *Evaluator) Resolve(f func(r *Ref) (Value, bool)) {
	ev.loaded = map[string]*Thunk{}
	ev.refs = resolver{ask: f, busy: map[string]bool{}}
}

// Known returns v with references to the flake's options resolved for as long
// as the resolver answers, also below the function of a call and in the
// condition of an if; v itself where nothing more is known.
func (ev *Evaluator) Known(v Value) Value {
	if ev.refs.ask == nil {
		return v
	}
	known := v
	for range maxKnown {
		next := ev.resolve(known)
		if next == nil {
			return known
		}
		known = next
	}
	return v // they lead in a circle
}

// resolve takes one step, or returns nil.
func (ev *Evaluator) resolve(v Value) Value {
	switch v := v.(type) {
	case *Ref:
		return ev.resolveRef(v)
	case *Call:
		if _, ok := v.Fn.(*Prim); ok || !ev.tick() {
			return nil
		}
		if fn := ev.Known(v.Fn); fn != v.Fn && !symbolic(fn) {
			return ev.apply(v.Place, fn, v.Arg)
		}
	case *Cond:
		if b, ok := ev.Known(v.If).(Bool); ok {
			if b.B {
				return v.Then.Force()
			}
			return v.Else.Force()
		}
	}
	return nil
}

func (ev *Evaluator) resolveRef(r *Ref) Value {
	if r.Root != Flake || r.source() {
		return nil
	}
	key := strings.Join(r.Path, "\x00")
	if ev.refs.busy[key] || !ev.tick() {
		return nil
	}
	ev.refs.busy[key] = true
	defer delete(ev.refs.busy, key)
	ev.depth++
	defer func() { ev.depth-- }()
	if v, ok := ev.refs.ask(r); ok {
		return v
	}
	return nil
}

// source reports whether r is the flake itself or what Nix knows of its source
// tree: no option says what these are.
func (r *Ref) source() bool {
	if r.Root != Flake || len(r.Path) == 0 || r.Path[0] != "flake" {
		return false
	}
	if len(r.Path) == 1 {
		return true
	}
	switch r.Path[1] {
	case "outPath", "sourceInfo", "rev", "shortRev", "dirtyRev", "dirtyShortRev", "revCount", "lastModified", "lastModifiedDate", "narHash", "_type":
		return true
	}
	return false
}

// force is the value of a thunk where one is needed.
func (ev *Evaluator) force(t *Thunk) Value { return ev.Known(t.Force()) }

// hasRef is has for a reference.
func (ev *Evaluator) hasRef(r *Ref, name string) answer {
	below := reduceRef(r.below(r.Place, name))
	ref, open := below.(*Ref)
	if _, given := r.special[name]; !open || given && len(r.Path) == 0 {
		return yes
	}
	if ev.refs.ask == nil || ref.Root != Flake {
		return unsure
	}
	if ev.resolveRef(ref) != nil {
		return yes
	}
	if k := ev.Known(r); k != Value(r) {
		return ev.has(k, name)
	}
	return unsure
}
