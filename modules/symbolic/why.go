package symbolic

import "strings"

// Why says in a few words why v is not known; "" if v is not symbolic.
func Why(v Value) string {
	switch v := v.(type) {
	case *Unknown:
		return v.Why
	case *Ref:
		return whyRef(v)
	case *Call:
		return whyCall(v)
	case *Cond:
		return "depends on a condition: " + Why(v.If)
	case *Func, *Prim:
		return "a function"
	}
	return ""
}

func whyRef(r *Ref) string {
	switch r.Root {
	case Config:
		return "reads the option " + strings.TrimPrefix(r.String(), "config.")
	case Flake:
		return "reads the flake's " + strings.TrimPrefix(r.String(), "config.")
	case Pkgs, Final, Prev:
		return "only Nix knows " + r.String()
	case Lib, Builtins:
		return r.String() + " is not one of the functions that are read"
	case Arg:
		return "the argument " + r.String() + " comes from outside of the tree"
	}
	return r.String() + " comes from outside of the tree"
}

func whyCall(c *Call) string {
	if of, _, ok := Selection(c); ok {
		return Why(of)
	}
	fn := c.Fn
	for {
		inner, ok := fn.(*Call)
		if !ok {
			break
		}
		fn = inner.Fn
	}
	switch fn := fn.(type) {
	case *Ref:
		if fn.Root == Pkgs || fn.Root == Final || fn.Root == Prev {
			return "built by " + fn.String()
		}
		if fn.Root == Lib || fn.Root == Builtins {
			return whyRef(fn)
		}
		return "the function " + fn.String() + " comes from outside of the tree"
	case *Prim:
		return "the arguments of " + fn.Name + " are not all known"
	}
	return "calls a function that is not known"
}
