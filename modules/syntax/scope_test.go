package syntax

import (
	"slices"
	"testing"
)

// frames are the names of the scopes around a node, the innermost last.
type frames [][]string

// find looks a name up as the language does.
func (f frames) find(name string) Var {
	for up := 1; up <= len(f); up++ {
		if slot := slices.Index(f[len(f)-up], name); slot >= 0 {
			return Var{int32(up), int32(slot)}
		}
	}
	return Var{}
}

// checkVars compares what every variable below n is bound to with a search by name.
func checkVars(t *testing.T, f *File, n Node, in frames) int {
	seen := 0
	below := func(n Node, in frames) {
		Children(n, func(c Node) { seen += checkVars(t, f, c, in) })
	}
	add := func(names []string) frames { return append(in[:len(in):len(in)], names) }
	switch x := n.(type) {
	case *Ident:
		if want := in.find(x.Name); x.Var != want {
			t.Errorf("%v: %s is bound to %v, want %v", f.Position(x.Start), x.Name, x.Var, want)
		}
		return 1
	case *With:
		return checkVars(t, f, x.Scope, in) + checkVars(t, f, x.Body, add(nil))
	case *Lambda:
		var names []string
		if x.Arg != nil {
			names = append(names, x.Arg.Name)
		}
		if x.Pattern != nil {
			for i := range x.Pattern.Formals {
				names = append(names, x.Pattern.Formals[i].Name)
			}
		}
		below(x, add(names))
	case *Let:
		return checkSetVars(t, f, x.Set(), in) + checkVars(t, f, x.Body, add(memberNames(x.Set())))
	case *LegacyLet:
		return checkSetVars(t, f, x.Set(), in)
	case *Attrs:
		return checkSetVars(t, f, x.Set(), in)
	default:
		below(n, in)
	}
	return seen
}

func memberNames(s *Set) []string {
	names := make([]string, len(s.Members))
	for i, m := range s.Members {
		names[i] = m.Name
	}
	return names
}

func checkSetVars(t *testing.T, f *File, s *Set, in frames) (seen int) {
	for i := range s.Members {
		m, place := s.Ordered(i)
		if s.Members[place] != m || i > 0 && m.Name <= s.Members[placeBefore(s, i)].Name {
			t.Errorf("%v: %s is out of order", f.Position(m.At.Start), m.Name)
		}
	}
	inner := in
	if s.Rec {
		inner = append(in[:len(in):len(in)], memberNames(s))
	}
	value := func(x Expr, merged *Set) {
		if merged != nil {
			seen += checkSetVars(t, f, merged, inner)
		} else {
			seen += checkVars(t, f, x, inner)
		}
	}
	for _, m := range s.Members {
		switch {
		case m.Inherit == nil:
			value(m.Value, m.Set)
		case m.Inherit.From != nil:
			seen += checkVars(t, f, m.Inherit.From, inner)
		case m.Var != in.find(m.Name):
			t.Errorf("%v: %s is inherited from %v, want %v", f.Position(m.At.Start), m.Name, m.Var, in.find(m.Name))
		}
	}
	for i := range s.Dynamic {
		seen += checkVars(t, f, s.Dynamic[i].Name.X, inner)
		value(s.Dynamic[i].Value, s.Dynamic[i].Set)
	}
	return seen
}

func placeBefore(s *Set, i int) int {
	_, place := s.Ordered(i - 1)
	return place
}

// TestVars binds variables as a search by name does.
func TestVars(t *testing.T) {
	seen := 0
	for _, src := range []string{
		"a: b: [ a b c ]", "{ a, b ? a, ... }@c: x: [ a b c x ]", "let b = a; a = 1; in with b; [ a b c ]", "a: rec { b = a; inherit a; c = b; }",
		"a: { inherit a; b = a; }", "a: let inherit a; inherit (a) b c; d.e = a; d.f = b; in d", "a: rec { b = { c = a; }; b.d = c; c = rec { inherit c; e = b; }; }",
		"x: let { body = a; a = x; }", `x: { ${x} = x; a = with x; rec { inherit x; y = x; "${y}" = x; }; }`, "a: (a: a) a", "z: rec { y = z; x = y; w = x; v = w; }",
		"let a = 1; in { b = ({ inherit a; c = a; }); b.d = a; }.b or a ? a.${a}", "let f = { x ? f }: x; in f <| f <| f",
	} {
		f := mustParse(t, src)
		seen += checkVars(t, f, f.Root, nil)
	}
	if seen == 0 {
		t.Error("there are no variables")
	}
}
