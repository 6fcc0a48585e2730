package syntax

import "fmt"

// Inspect calls visit for root and everything below it, in source order and parents first. If visit returns false, what is below
// that node is left out. Besides expressions the nodes are *Assign, *Inherit, *AttrName, *Pattern, *Formal and *Part.
func Inspect(root Node, visit func(Node) bool) {
	if visit(root) {
		Children(root, func(n Node) { Inspect(n, visit) })
	}
}

// Children calls f for the nodes directly below n, in source order.
func Children(n Node, f func(Node)) {
	switch n := n.(type) {
	case *Ident, *Int, *Float, *SearchPath, *URI, *Comment:
	case *String:
		each(n.Parts, f)
	case *Path:
		each(n.Parts, f)
	case *Part:
		maybe(n.X, f)
	case *List:
		for _, e := range n.Elems {
			f(e)
		}
	case *Attrs:
		all(n.Bindings, f)
	case *LegacyLet:
		all(n.Bindings, f)
	case *Let:
		all(n.Bindings, f)
		f(n.Body)
	case *Assign:
		each(n.Path, f)
		f(n.Value)
	case *Inherit:
		maybe(n.From, f)
		each(n.Names, f)
	case *AttrName:
		maybe(n.X, f)
	case *With:
		f(n.Scope)
		f(n.Body)
	case *Assert:
		f(n.Cond)
		f(n.Body)
	case *If:
		f(n.Cond)
		f(n.Then)
		f(n.Else)
	case *Lambda:
		lambdaChildren(n, f)
	case *Pattern:
		each(n.Formals, f)
	case *Formal:
		maybe(n.Default, f)
	case *Apply:
		f(n.Fn)
		f(n.Arg)
	case *Select:
		f(n.X)
		each(n.Path, f)
		maybe(n.Default, f)
	case *HasAttr:
		f(n.X)
		each(n.Path, f)
	case *Unary:
		f(n.X)
	case *Binary:
		f(n.X)
		f(n.Y)
	case *Paren:
		f(n.X)
	default:
		panic(fmt.Sprintf("syntax: unknown node %T", n))
	}
}

func lambdaChildren(n *Lambda, f func(Node)) {
	before := n.Pattern == nil || n.Arg != nil && n.Arg.Start < n.Pattern.Start
	if before {
		f(n.Arg)
	}
	if n.Pattern != nil {
		f(n.Pattern)
	}
	if !before && n.Arg != nil {
		f(n.Arg)
	}
	f(n.Body)
}

// each calls f for the address of every element of s.
func each[T any, P interface {
	*T
	Node
}](s []T, f func(Node)) {
	for i := range s {
		f(P(&s[i]))
	}
}

func all(s []Binding, f func(Node)) {
	for _, b := range s {
		f(b)
	}
}

func maybe(x Expr, f func(Node)) {
	if x != nil {
		f(x)
	}
}
