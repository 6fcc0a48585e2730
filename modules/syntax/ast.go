package syntax

// Pos is a byte offset into File.Source, counted from 0.
type Pos int32

// Span is the half-open byte range [Start, End) of a node. It covers the node's own text without the white space, comments,
// semicolons or commas around it; the span of every child lies inside the span of its parent.
type Span struct {
	Start, End Pos
}

// Range returns the span itself; embedding Span makes a type a Node.
func (s Span) Range() Span { return s }

// Node is anything in the tree that has a place in the source: an Expr, a Binding, an *AttrName, a *Formal, a *Part, a *Comment.
type Node interface {
	Range() Span
}

// Expr is one of the pointer types Ident, Int, Float, String, Path, SearchPath, URI, List, Attrs, LegacyLet, Let, With, Assert,
// If, Lambda, Apply, Select, HasAttr, Unary, Binary and Paren. Expressions are never nil except where a field says so.
type Expr interface {
	Node
	expr()
}

// Binding is one of *Assign and *Inherit.
type Binding interface {
	Node
	binding()
}

type (
	// Ident is a variable reference: x. true, false and null are variables too. The name is "or" only in the old
	// application `f or`, which Nix still accepts.
	Ident struct {
		Span
		Name string
		Var  Var // what binds it
	}

	// Int is an integer literal; Value is never negative.
	Int struct {
		Span
		Value int64
	}

	// Float is a floating point literal.
	Float struct {
		Span
		Value float64
	}

	// String is "..." or, with Indented, ''...''. Parts are the decoded pieces: escapes are resolved and the indentation is
	// already stripped. No two neighbouring parts are both literal and no literal part is empty, so the empty string has no parts.
	String struct {
		Span
		Indented bool
		Parts    []Part
		raw      []Part // the parts as Nix splits them, if that is not Parts; only the printer needs it
	}

	// Path is a path literal: ./a, ../a, /a, a/b, ~/a, also with interpolations, ./${x}/a. The first part is always literal;
	// Home says that it starts with "~/". Literal parts are as written, not normalised.
	Path struct {
		Span
		Home  bool
		Parts []Part
	}

	// SearchPath is <name/rest>; Value is the text between the angle brackets.
	SearchPath struct {
		Span
		Value string
	}

	// URI is an unquoted URI literal, a string value.
	URI struct {
		Span
		Value string
	}

	// List is [ a b ].
	List struct {
		Span
		Elems []Expr
	}

	// Attrs is { ... } or, with Rec, rec { ... }. Bindings stand in source order and are not merged: see Merge.
	Attrs struct {
		Span
		Rec      bool
		Bindings []Binding
		set      *Set // nil for a literal that became part of the set around it
	}

	// LegacyLet is let { ...; body = e; }: a recursive set of which "body" is selected.
	LegacyLet struct {
		Span
		Bindings []Binding
		set      *Set
	}

	// Let is let ... in e. Bindings stand in source order and are not merged: see Merge.
	Let struct {
		Span
		Bindings []Binding
		Body     Expr
		set      *Set
	}

	// With is with scope; e.
	With struct {
		Span
		Scope, Body Expr
	}

	// Assert is assert cond; e.
	Assert struct {
		Span
		Cond, Body Expr
	}

	// If is if cond then a else b.
	If struct {
		Span
		Cond, Then, Else Expr
	}

	// Lambda is x: e (Arg set, Pattern nil), { a, b ? c, ... }: e (Pattern set) or a pattern with a name for the whole
	// argument, x@{ }: e and { }@x: e (both set).
	Lambda struct {
		Span
		Arg     *AttrName // nil if the whole argument has no name
		Pattern *Pattern  // nil for x: e
		Body    Expr
	}

	// Apply is fn arg. f a b is Apply{Apply{f, a}, b}.
	Apply struct {
		Span
		Fn, Arg Expr
	}

	// Select is x.a.b or, with Default, x.a.b or d.
	Select struct {
		Span
		X       Expr
		Path    []AttrName // at least one
		Default Expr       // nil if there is none
	}

	// HasAttr is x ? a.b.
	HasAttr struct {
		Span
		X    Expr
		Path []AttrName // at least one
	}

	// Unary is !x or -x.
	Unary struct {
		Span
		Op Op // OpNot or OpNeg
		X  Expr
	}

	// Binary is x op y. For the pipes, x |> f and f <| x, X is what stands left in the source.
	Binary struct {
		Span
		Op    Op
		OpPos Pos // where the operator stands
		X, Y  Expr
	}

	// Paren is (x). Its span includes the parentheses, that of X does not. Unparen removes it.
	Paren struct {
		Span
		X Expr
	}
)

// Part is a piece of a string or path: literal text, or an interpolated expression if X is not nil.
// The span of an interpolation includes "${" and "}". The span of literal text is the source it was decoded from.
type Part struct {
	Span
	Text string
	X    Expr
}

// AttrName is one name of an attribute path, an inherited name, or the name of an argument.
// A quoted or ${}-name whose text is constant is static, as in Nix.
type AttrName struct {
	Span
	Name string // the name if X is nil
	X    Expr   // the dynamic name: a *String with interpolations or what stands in ${}; nil if static
}

// Static says whether the name is known without evaluation.
func (a *AttrName) Static() bool { return a.X == nil }

// Assign is path = value; the span includes the semicolon.
type Assign struct {
	Span
	Path  []AttrName // at least one
	Value Expr
}

// Inherit is inherit a b; or, with From, inherit (from) a b; the span includes the semicolon. Names are always static.
type Inherit struct {
	Span
	From  Expr // nil if inherited from the surrounding scope
	Names []AttrName
}

// Pattern is { a, b ? c, ... } of a lambda. Formals stand in source order, their names are unique.
type Pattern struct {
	Span
	Formals  []Formal
	Ellipsis bool
}

// Formal is one argument of a pattern.
type Formal struct {
	Span
	Name    string
	Default Expr // nil if there is none
}

// Comment is # to the end of the line or /* ... */. Text is as written, with its markers.
type Comment struct {
	Span
	Text string
	// OwnLine says that only white space stands before it on its first line.
	OwnLine bool
}

// Op is a unary or binary operator; its text is as in the source.
type Op string

// The operators, from the tightest to the loosest. OpSub and OpNeg differ by the node they stand in.
const (
	OpNeg     Op = "-"
	OpConcat  Op = "++"
	OpMul     Op = "*"
	OpDiv     Op = "/"
	OpAdd     Op = "+"
	OpSub     Op = "-"
	OpNot     Op = "!"
	OpUpdate  Op = "//"
	OpLess    Op = "<"
	OpLessEq  Op = "<="
	OpMore    Op = ">"
	OpMoreEq  Op = ">="
	OpEqual   Op = "=="
	OpUnequal Op = "!="
	OpAnd     Op = "&&"
	OpOr      Op = "||"
	OpImply   Op = "->"
	OpPipe    Op = "|>" // x |> f is f x
	OpPipeInv Op = "<|" // f <| x is f x
)

// Set returns the merged bindings, whose variables are resolved; nil for a literal that an attribute of the same name stands
// around: that one's Member has it.
func (x *Attrs) Set() *Set { return x.set }

// Set returns the merged bindings, whose variables are resolved.
func (x *LegacyLet) Set() *Set { return x.set }

// Set returns the merged bindings, whose variables are resolved.
func (x *Let) Set() *Set { return x.set }

// Unparen removes any number of parentheses around x.
func Unparen(x Expr) Expr {
	for {
		p, ok := x.(*Paren)
		if !ok {
			return x
		}
		x = p.X
	}
}

// Constant returns the text of a string without interpolations.
func (s *String) Constant() (text string, ok bool) {
	switch {
	case len(s.Parts) == 0:
		return "", true
	case len(s.Parts) == 1 && s.Parts[0].X == nil:
		return s.Parts[0].Text, true
	}
	return "", false
}

func (*Ident) expr()      {}
func (*Int) expr()        {}
func (*Float) expr()      {}
func (*String) expr()     {}
func (*Path) expr()       {}
func (*SearchPath) expr() {}
func (*URI) expr()        {}
func (*List) expr()       {}
func (*Attrs) expr()      {}
func (*LegacyLet) expr()  {}
func (*Let) expr()        {}
func (*With) expr()       {}
func (*Assert) expr()     {}
func (*If) expr()         {}
func (*Lambda) expr()     {}
func (*Apply) expr()      {}
func (*Select) expr()     {}
func (*HasAttr) expr()    {}
func (*Unary) expr()      {}
func (*Binary) expr()     {}
func (*Paren) expr()      {}

func (*Assign) binding()  {}
func (*Inherit) binding() {}
