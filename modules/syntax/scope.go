package syntax

// CheckScope reports the first variable in the source that is defined nowhere, as Nix does before it evaluates anything.
// Below a `with` every name may be defined, so nothing is reported there. Global names are those of Nix 2.8 and of later
// versions together. The error is an *Error.
func CheckScope(f *File) error {
	var c scopeCheck
	c.expr(f.Root, nil)
	if c.name == "" {
		return nil
	}
	return &Error{Position: f.Position(c.at.Start), Span: c.at, Message: "undefined variable " + clip(c.name)}
}

// scope is a chain of sets of visible names. The names of one set are in few or many; with says that any name is visible.
type scope struct {
	outer *scope
	with  bool
	few   []string
	many  map[string]bool
}

func newScope(outer *scope, names []string) *scope {
	s := &scope{outer: outer, few: names}
	if len(names) > 8 {
		s.few, s.many = nil, make(map[string]bool, len(names))
		for _, n := range names {
			s.many[n] = true
		}
	}
	return s
}

func (s *scope) has(name string) bool {
	for ; s != nil; s = s.outer {
		if s.with || s.many[name] {
			return true
		}
		for _, n := range s.few {
			if n == name {
				return true
			}
		}
	}
	return globals[name]
}

// scopeCheck keeps the first undefined variable; an empty name says that there is none.
type scopeCheck struct {
	name string
	at   Span
}

func (c *scopeCheck) use(name string, at Span, s *scope) {
	if (c.name == "" || at.Start < c.at.Start) && !s.has(name) {
		c.name, c.at = name, at
	}
}

func (c *scopeCheck) expr(x Expr, s *scope) {
	switch x := x.(type) {
	case *Ident:
		c.use(x.Name, x.Span, s)
	case *Attrs:
		c.set(mustMerge(x.Rec, x.Bindings), s)
	case *LegacyLet:
		c.set(mustMerge(true, x.Bindings), s)
	case *Let:
		c.set(mustMerge(true, x.Bindings), s)
		c.expr(x.Body, newScope(s, boundNames(x.Bindings)))
	case *With:
		c.expr(x.Scope, s)
		c.expr(x.Body, &scope{outer: s, with: true})
	case *Lambda:
		c.lambda(x, s)
	default:
		c.below(x, s)
	}
}

// below checks the expressions below n, which binds nothing.
func (c *scopeCheck) below(n Node, s *scope) {
	Children(n, func(child Node) {
		if x, ok := child.(Expr); ok {
			c.expr(x, s)
		} else {
			c.below(child, s)
		}
	})
}

func (c *scopeCheck) lambda(x *Lambda, s *scope) {
	var names []string
	if x.Arg != nil {
		names = append(names, x.Arg.Name)
	}
	if x.Pattern != nil {
		for i := range x.Pattern.Formals {
			names = append(names, x.Pattern.Formals[i].Name)
		}
	}
	inner := newScope(s, names)
	if x.Pattern != nil {
		c.below(x.Pattern, inner)
	}
	c.expr(x.Body, inner)
}

// set checks a merged set that stands in scope s. A plain inherit reads from the scope around the set, also if that is recursive.
func (c *scopeCheck) set(m *Set, s *scope) {
	inner := s
	if m.Rec {
		var names []string
		for _, x := range m.Members {
			names = append(names, x.Name)
		}
		inner = newScope(s, names)
	}
	for _, x := range m.Members {
		switch {
		case x.Inherit != nil && x.Inherit.From == nil:
			c.use(x.Name, x.At.Span, s)
		case x.Inherit != nil:
			c.expr(x.Inherit.From, inner)
		case x.Set != nil:
			c.set(x.Set, inner)
		default:
			c.expr(x.Value, inner)
		}
	}
	for i := range m.Dynamic {
		d := &m.Dynamic[i]
		c.expr(d.Name.X, inner)
		if d.Set != nil {
			c.set(d.Set, inner)
		} else {
			c.expr(d.Value, inner)
		}
	}
}

func boundNames(bindings []Binding) []string {
	var names []string
	for _, b := range bindings {
		switch b := b.(type) {
		case *Assign:
			if b.Path[0].X == nil {
				names = append(names, b.Path[0].Name)
			}
		case *Inherit:
			for i := range b.Names {
				names = append(names, b.Names[i].Name)
			}
		}
	}
	return names
}
