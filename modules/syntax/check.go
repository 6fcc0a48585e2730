package syntax

import "fmt"

// check verifies what the grammar does not say: the height of the tree (chains of operators and applications grow without
// recursion in the parser) and that no attribute is defined twice.
func (p *parser) check(x Expr, depth int) {
	p.checkSet(x, depth, false)
}

// checkSet is check; merged says that x is a set literal of which an outer set has already checked the names.
func (p *parser) checkSet(x Expr, depth int, merged bool) {
	if depth++; depth > MaxDepth {
		p.tooDeep(int(x.Range().Start))
	}
	switch x := x.(type) {
	case nil, *Ident, *Int, *Float, *SearchPath, *URI:
	case *String:
		p.checkParts(x.Parts, depth)
	case *Path:
		p.checkParts(x.Parts, depth)
	case *List:
		for _, e := range x.Elems {
			p.check(e, depth)
		}
	case *Attrs:
		x.set = p.checkBindings(x.Rec, x.Bindings, depth, merged)
	case *LegacyLet:
		x.set = p.checkBindings(true, x.Bindings, depth, false)
	case *Let:
		x.set = p.checkBindings(true, x.Bindings, depth, false)
		p.check(x.Body, depth)
	case *With:
		p.check(x.Scope, depth)
		p.check(x.Body, depth)
	case *Assert:
		p.check(x.Cond, depth)
		p.check(x.Body, depth)
	case *If:
		p.check(x.Cond, depth)
		p.check(x.Then, depth)
		p.check(x.Else, depth)
	case *Lambda:
		if x.Pattern != nil {
			for i := range x.Pattern.Formals {
				if d := x.Pattern.Formals[i].Default; d != nil {
					p.check(d, depth)
				}
			}
		}
		p.check(x.Body, depth)
	case *Apply:
		p.check(x.Fn, depth)
		p.check(x.Arg, depth)
	case *Select:
		p.check(x.X, depth)
		p.checkPath(x.Path, depth)
		if x.Default != nil {
			p.check(x.Default, depth)
		}
	case *HasAttr:
		p.check(x.X, depth)
		p.checkPath(x.Path, depth)
	case *Unary:
		p.check(x.X, depth)
	case *Binary:
		p.check(x.X, depth)
		p.check(x.Y, depth)
	case *Paren:
		p.checkSet(x.X, depth, merged)
	default:
		panic(fmt.Sprintf("syntax: unknown node %T", x))
	}
}

func (p *parser) checkParts(parts []Part, depth int) {
	for i := range parts {
		if parts[i].X != nil {
			p.check(parts[i].X, depth)
		}
	}
}

func (p *parser) checkPath(path []AttrName, depth int) {
	for i := range path {
		if path[i].X != nil {
			p.check(path[i].X, depth)
		}
	}
}

// checkBindings merges the bindings, which finds duplicates, but only if two of them start with the same name: otherwise there
// can be none, and set literals inside are looked at on their own. It returns the set if it has merged it.
func (p *parser) checkBindings(rec bool, bindings []Binding, depth int, merged bool) (set *Set) {
	if !merged && namesRepeat(bindings) {
		var err error
		if set, err = p.sets.merge(rec, bindings); err != nil {
			p.duplicateAttr(err.(*DuplicateAttr))
		}
		merged = true
	}
	for _, b := range bindings {
		switch b := b.(type) {
		case *Inherit:
			if b.From != nil {
				p.check(b.From, depth)
			}
		case *Assign:
			// A path makes a set for every name but the last.
			p.checkPath(b.Path, depth)
			p.checkSet(b.Value, depth+len(b.Path)-1, merged)
		}
	}
	return set
}

func (p *parser) duplicateAttr(e *DuplicateAttr) {
	first := (&File{Source: p.src, lines: lineTable(p.src)}).Position(e.First.Start)
	p.fail(int(e.Start), int(e.End),
		fmt.Sprintf("attribute %s is already defined at %d:%d", clip(e.Path), first.Line, first.Column), "", "", "")
}

// namesRepeat says whether two bindings start with the same static name.
func namesRepeat(bindings []Binding) bool {
	var few [12]string
	names := few[:0]
	var many map[string]bool
	repeated := func(name string) bool {
		if many == nil && len(names) == cap(few[:]) {
			many = make(map[string]bool, len(bindings))
			for _, n := range names {
				many[n] = true
			}
		}
		if many != nil {
			if many[name] {
				return true
			}
			many[name] = true
			return false
		}
		for _, n := range names {
			if n == name {
				return true
			}
		}
		names = append(names, name)
		return false
	}
	for _, b := range bindings {
		switch b := b.(type) {
		case *Assign:
			if b.Path[0].X == nil && repeated(b.Path[0].Name) {
				return true
			}
		case *Inherit:
			for i := range b.Names {
				if repeated(b.Names[i].Name) {
					return true
				}
			}
		}
	}
	return false
}
