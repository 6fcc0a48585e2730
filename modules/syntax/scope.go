package syntax

// CheckScope reports the first variable in the source that is defined nowhere, as Nix does before it evaluates anything.
// Below a `with` every name may be defined, so nothing is reported there. Global names are those of Nix 2.8 and of later
// versions together. The error is an *Error.
func CheckScope(f *File) error {
	c := scopeCheck{bound: make(map[string]int)}
	c.expr(f.Root)
	if c.name == "" {
		return nil
	}
	return &Error{Position: f.Position(c.at.Start), Span: c.at, Message: "undefined variable " + clip(c.name)}
}

// scopeCheck walks the tree and knows what is visible at each place.
type scopeCheck struct {
	bound map[string]int // how many scopes around bind a name
	withs int            // how many `with` are around

	name string // the first undefined variable, empty if there is none
	at   Span
}

func (c *scopeCheck) use(name string, at Span) {
	if c.withs == 0 && c.bound[name] == 0 && !globals[name] && (c.name == "" || at.Start < c.at.Start) {
		c.name, c.at = name, at
	}
}

func (c *scopeCheck) expr(x Expr) {
	switch x := x.(type) {
	case *Ident:
		c.use(x.Name, x.Span)
	case *Attrs:
		c.set(mustMerge(x.Rec, x.Bindings), nil)
	case *LegacyLet:
		c.set(mustMerge(true, x.Bindings), nil)
	case *Let:
		c.set(mustMerge(true, x.Bindings), x.Body)
	case *With:
		c.expr(x.Scope)
		c.withs++
		c.expr(x.Body)
		c.withs--
	case *Lambda:
		c.lambda(x)
	default:
		c.below(x)
	}
}

// below checks the expressions below n, which binds nothing.
func (c *scopeCheck) below(n Node) {
	Children(n, func(child Node) {
		if x, ok := child.(Expr); ok {
			c.expr(x)
		} else {
			c.below(child)
		}
	})
}

func (c *scopeCheck) lambda(x *Lambda) {
	bind := func(n int) {
		if x.Arg != nil {
			c.bound[x.Arg.Name] += n
		}
		if x.Pattern != nil {
			for i := range x.Pattern.Formals {
				c.bound[x.Pattern.Formals[i].Name] += n
			}
		}
	}
	bind(1)
	if x.Pattern != nil {
		c.below(x.Pattern)
	}
	c.expr(x.Body)
	bind(-1)
}

// set checks the merged bindings of a set or let and, in their scope, body. A plain inherit reads from the scope around them.
func (c *scopeCheck) set(m *Set, body Expr) {
	bind := func(n int) {
		if m.Rec {
			for _, x := range m.Members {
				c.bound[x.Name] += n
			}
		}
	}
	for _, x := range m.Members {
		if x.Inherit != nil && x.Inherit.From == nil {
			c.use(x.Name, x.At.Span)
		}
	}
	bind(1)
	for _, x := range m.Members {
		switch {
		case x.Inherit == nil:
			c.value(x.Value, x.Set)
		case x.Inherit.From != nil && x.At == &x.Inherit.Names[0]: // once for all its names
			c.expr(x.Inherit.From)
		}
	}
	for i := range m.Dynamic {
		c.expr(m.Dynamic[i].Name.X)
		c.value(m.Dynamic[i].Value, m.Dynamic[i].Set)
	}
	if body != nil {
		c.expr(body)
	}
	bind(-1)
}

func (c *scopeCheck) value(x Expr, merged *Set) {
	if merged != nil {
		c.set(merged, nil)
	} else {
		c.expr(x)
	}
}
