package syntax

// Var says which binding a variable means, so that who evaluates need not search for its name: the one at place Slot of the scope
// that is Up scopes out, counted from 1 for the innermost. Functions, let, recursive sets and with each make a scope. The places
// of a function's scope are its whole argument, if that has a name, and then its formals; those of a set or let are Set.Members;
// with has none. The zero Var is bound by none of these: it is global, or from the set of a with.
type Var struct {
	Up, Slot int32
}

// CheckScope reports the first variable in the source that is defined nowhere, as Nix does before it evaluates anything.
// Below a `with` every name may be defined, so nothing is reported there. Global names are those of Nix 2.8 and of later
// versions together. The error is an *Error. f must be a file that Parse returned.
func CheckScope(f *File) error {
	if f.undefined == "" {
		return nil
	}
	return &Error{Position: f.Position(f.undefinedAt.Start), Span: f.undefinedAt, Message: "undefined variable " + clip(f.undefined)}
}

// binder walks the tree, knows what is visible at each place, and gives every variable its Var and every set its members.
type binder struct {
	bound map[string]Var // what a name means here; Up is how many scopes were around the one that binds it, and that one
	sets  *merger
	outer []Var // what the names that the scopes around bind meant before
	depth int32 // how many scopes are around
	withs int   // how many of them are of a with

	name string // the first undefined variable, empty if there is none
	at   Span
	node func(Node)
}

// bind resolves the variables of a file.
func bind(f *File, sets *merger) {
	b := binder{bound: make(map[string]Var), sets: sets}
	b.node = b.visit
	b.visit(f.Root)
	f.undefined, f.undefinedAt = b.name, b.at
}

func (b *binder) use(name string, at Span) Var {
	if v := b.bound[name]; v.Up > 0 {
		return Var{b.depth - v.Up + 1, v.Slot}
	}
	if b.withs == 0 && (b.name == "" || at.Start < b.at.Start) && !globals[name] {
		b.name, b.at = name, at
	}
	return Var{}
}

// enter binds a name in the scope that depth counts last; leave takes it back.
func (b *binder) enter(name string, slot int) {
	b.outer = append(b.outer, b.bound[name])
	b.bound[name] = Var{b.depth, int32(slot)}
}

// leave must be called for the names in the reverse order.
func (b *binder) leave(name string) {
	last := len(b.outer) - 1
	b.bound[name] = b.outer[last]
	b.outer = b.outer[:last]
}

func (b *binder) visit(n Node) {
	switch x := n.(type) {
	case *Ident:
		x.Var = b.use(x.Name, x.Span)
	case *Attrs:
		x.set = b.merged(x.set, x.Rec, x.Bindings)
		b.set(x.set, nil)
	case *LegacyLet:
		x.set = b.merged(x.set, true, x.Bindings)
		b.set(x.set, nil)
	case *Let:
		x.set = b.merged(x.set, true, x.Bindings)
		b.set(x.set, x.Body)
	case *With:
		b.visit(x.Scope)
		b.depth++
		b.withs++
		b.visit(x.Body)
		b.withs--
		b.depth--
	case *Lambda:
		b.lambda(x)
	case *Apply:
		b.visit(x.Fn)
		b.visit(x.Arg)
	case *List:
		for _, e := range x.Elems {
			b.visit(e)
		}
	case *Select:
		b.visit(x.X)
		b.path(x.Path)
		maybe(x.Default, b.node)
	case *String:
		b.parts(x.Parts)
	case *Path:
		b.parts(x.Parts)
	default:
		Children(n, b.node)
	}
}

// merged merges bindings without duplicates, unless that is done.
func (b *binder) merged(s *Set, rec bool, bindings []Binding) *Set {
	if s == nil {
		s, _ = b.sets.merge(rec, bindings)
	}
	return s
}

func (b *binder) path(names []AttrName) {
	for i := range names {
		maybe(names[i].X, b.node)
	}
}

func (b *binder) parts(parts []Part) {
	for i := range parts {
		maybe(parts[i].X, b.node)
	}
}

func (b *binder) lambda(x *Lambda) {
	var formals []Formal
	if x.Pattern != nil {
		formals = x.Pattern.Formals
	}
	b.depth++
	first := 0
	if x.Arg != nil {
		b.enter(x.Arg.Name, 0)
		first = 1
	}
	for i := range formals {
		b.enter(formals[i].Name, first+i)
	}
	for i := range formals {
		maybe(formals[i].Default, b.node)
	}
	b.visit(x.Body)
	for i := len(formals) - 1; i >= 0; i-- {
		b.leave(formals[i].Name)
	}
	if x.Arg != nil {
		b.leave(x.Arg.Name)
	}
	b.depth--
}

// set resolves the merged bindings of a set or let and, in their scope, body. A plain inherit reads from the scope around them.
func (b *binder) set(s *Set, body Expr) {
	s.sort()
	for _, m := range s.Members {
		if m.Inherit != nil && m.Inherit.From == nil {
			m.Var = b.use(m.Name, m.At.Span)
		}
	}
	if s.Rec {
		b.depth++
		for i, m := range s.Members {
			b.enter(m.Name, i)
		}
	}
	for _, m := range s.Members {
		switch {
		case m.Inherit == nil:
			b.value(m.Value, m.Set)
		case m.Inherit.From != nil && m.At == &m.Inherit.Names[0]: // once for all its names
			b.visit(m.Inherit.From)
		}
	}
	for i := range s.Dynamic {
		b.visit(s.Dynamic[i].Name.X)
		b.value(s.Dynamic[i].Value, s.Dynamic[i].Set)
	}
	if body != nil {
		b.visit(body)
	}
	if s.Rec {
		for i := len(s.Members) - 1; i >= 0; i-- {
			b.leave(s.Members[i].Name)
		}
		b.depth--
	}
}

func (b *binder) value(x Expr, merged *Set) {
	if merged != nil {
		b.set(merged, nil)
	} else {
		b.visit(x)
	}
}
