package symbolic

import (
	"slices"
	"strings"
)

// Applied takes a call apart that is not known: the function, a *Ref, a *Prim
// or another value that is no call, and its arguments in order. For anything
// but a *Call it is the value itself and no arguments.
func Applied(v Value) (fn Value, args []*Thunk) {
	for {
		c, ok := v.(*Call)
		if !ok {
			slices.Reverse(args)
			return v, args
		}
		args = append(args, c.Arg)
		v = c.Fn
	}
}

// Type is an option's type as written: a name of lib.types and what it is
// applied to, as in attrsOf (listOf str).
type Type struct {
	Place
	Name string   // "str", "attrsOf", "ints.positive"
	Args []*Thunk // of attrsOf a type, of submodule a module, of enum a list
}

// TypeOf reads a type; ok is false where v is not one of lib.types.
func (ev *Evaluator) TypeOf(v Value) (t Type, ok bool) {
	fn, args := Applied(ev.Known(v))
	r, isRef := fn.(*Ref)
	if !isRef || r.Root != Lib || len(r.Path) < 2 || r.Path[0] != "types" {
		return Type{}, false
	}
	return Type{Place: v.Where(), Name: strings.Join(r.Path[1:], "."), Args: args}, true
}

// typeParts are the types that hold values of others, with the arguments that name
// these.
var typeParts = map[string][]int{
	"attrsOf": {0}, "lazyAttrsOf": {0}, "attrsWith": {}, "listOf": {0}, "nonEmptyListOf": {0}, "nullOr": {0}, "uniq": {0}, "functionTo": {0},
	"either": {0, 1}, "unique": {1}, "addCheck": {0}, "coercedTo": {0, 2},
}

// Inner returns the types that a type is made of: for attrsOf that of its
// values, for either both, for oneOf all. What is inside of submodules is not
// among them. One that is not known is left out.
func (ev *Evaluator) Inner(t Type) []Type {
	var parts []Value
	switch t.Name {
	case "oneOf":
		if len(t.Args) == 1 {
			if l, ok := ev.force(t.Args[0]).(*List); ok {
				for _, item := range l.Items {
					parts = append(parts, item.V.Force())
				}
			}
		}
	case "attrsWith":
		if len(t.Args) == 1 {
			if s, ok := ev.force(t.Args[0]).(*Attrs); ok && s.Attr("elemType") != nil {
				parts = append(parts, s.Attr("elemType").V.Force())
			}
		}
	default:
		for _, i := range typeParts[t.Name] {
			if i < len(t.Args) {
				parts = append(parts, t.Args[i].Force())
			}
		}
	}
	var out []Type
	for _, v := range parts {
		if p, ok := ev.TypeOf(v); ok {
			out = append(out, p)
		}
	}
	return out
}

// Option returns the argument of a declaration of an option (lib.mkOption), a
// set; ok is false for anything else. An option that mkEnableOption or
// mkPackageOption declares has none.
func (ev *Evaluator) Option(v Value) (declared *Attrs, ok bool) {
	fn, args := Applied(ev.Known(v))
	p, isPrim := fn.(*Prim)
	if !isPrim || p.Name != "mkOption" || len(args) != 1 {
		return nil, false
	}
	declared, ok = ev.force(args[0]).(*Attrs)
	return declared, ok
}
