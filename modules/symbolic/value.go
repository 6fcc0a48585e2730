package symbolic

import (
	"slices"
	"strings"

	"assay/fleet"
	"assay/modules/syntax"
)

// Place is where in the source a value was written. The zero Place is nowhere.
type Place struct {
	File *syntax.File
	Span syntax.Span
}

// Where returns the place itself; embedding Place gives a value its position.
func (p Place) Where() Place { return p }

// Pos returns the place for people.
func (p Place) Pos() fleet.Pos {
	if p.File == nil {
		return fleet.Pos{}
	}
	at := p.File.Position(p.Span.Start)
	return fleet.Pos{File: at.File, Line: at.Line, Column: at.Column}
}

// Source returns the source text at the place on one line, cut to a readable
// length; "" for nowhere.
func (p Place) Source() string {
	if p.File == nil {
		return ""
	}
	const most = 120
	raw := p.File.Source[p.Span.Start:p.Span.End]
	cut := len(raw) > 8*most
	text := strings.Join(strings.Fields(string(raw[:min(len(raw), 8*most)])), " ")
	if runes := []rune(text); len(runes) > most {
		text, cut = string(runes[:most]), true
	}
	if cut {
		text += "…"
	}
	return text
}

// Whole returns all of the source text at the place on one line, "" for
// nowhere. Characters that a terminal would obey are replaced.
func (p Place) Whole() string {
	if p.File == nil {
		return ""
	}
	return oneLine(string(p.File.Source[p.Span.Start:p.Span.End]), -1)
}

// Value is a value of the language in weak head normal form: one of Null,
// Bool, Int, Float, *String, *Path, *List, *Attrs, *Func, *Prim and the
// symbolic *Ref, *Call, *Cond, *Wrap, *Unknown. It is never nil.
type Value interface {
	Where() Place
}

type (
	// Null is null.
	Null struct{ Place }

	// Bool is true or false.
	Bool struct {
		Place
		B bool
	}

	// Int is an integer.
	Int struct {
		Place
		N int64
	}

	// Float is a floating point number.
	Float struct {
		Place
		F float64
	}

	// String is text, possibly with pieces that are not known.
	String struct {
		Place
		Parts []Part // no two neighbours are both text, no text is empty
	}

	// Path is a path value. Rel is clean and relative to the root of the
	// files, with slashes; it starts with "/" if it is absolute.
	Path struct {
		Place
		Rel string
	}

	// List is a list. An Item with Rest set stands for any number of elements.
	List struct {
		Place
		Items  []Item
		used   *int // how much of the memory of Items is in use, where a longer list may take what follows
		closed bool // no item is Rest; not yet looked at if false
	}

	// Attrs is an attribute set.
	Attrs struct {
		Place
		attrs []Attr // by name
		under *Attrs // what attrs stand over; its Rest does not count
		// Rest are values that are not known and that were merged in with //:
		// the set may have any attribute of theirs.
		Rest []Value

		of *joined // what // joined, where Trace wants to know
	}

	// Func is a function written in the source.
	Func struct {
		Place
		lambda *syntax.Lambda
		scope  *scope
	}

	// Prim is a function of builtins or of nixpkgs' lib, with the arguments
	// that it has so far.
	Prim struct {
		Place
		Name string
		spec *primSpec
		args []*Thunk
	}

	// Ref is a reference to something that the files do not define by
	// themselves: Root says what, Path which attribute below it. It is an
	// identity and is never replaced by what it refers to.
	Ref struct {
		Place
		Root   Root
		Path   []string
		System string // for packages: the system that they are for, "" if unknown

		special map[string]Value // for module arguments: those that are known, by name
	}

	// Call is the application of something that is not known.
	Call struct {
		Place
		Fn  Value // *Ref, *Call or *Prim
		Arg *Thunk
	}

	// Cond is an if whose condition is not known.
	Cond struct {
		Place
		If         Value
		Then, Else *Thunk
	}

	// Wrap is a property of the module system around a definition.
	Wrap struct {
		Place
		Kind Kind
		N    int    // priority of Override, place of Order
		If   *Thunk // condition of If
		Body *Thunk // a list for Merge
	}

	// Unknown is a value that cannot be known. Fault says that evaluation
	// would fail here.
	Unknown struct {
		Place
		Why   string
		Fault bool
		Named *Named // of an attribute whose name alone is not known; else nil
	}
)

// Named is an attribute whose name is not known.
type Named struct {
	Name Value // a *String with parts that are not known, or what is one
	V    *Thunk
}

// Part is a piece of a String: text, or a value that is not known if X is set.
type Part struct {
	Text string
	X    Value
	// Plain says that X is a path as toString gives it: where it is, and not
	// where its copy in the store is.
	Plain bool
}

// Item is an element of a List. With Rest set V is not known, and is a list
// of which nobody knows the length.
type Item struct {
	V    *Thunk
	Rest bool
	At   Place // where the element is written; nowhere for a computed one
}

// Attr is one attribute of a set.
type Attr struct {
	name string
	V    *Thunk
	At   Place // where its name is written
	// Maybe are values that are not known and may replace this attribute.
	Maybe []Value
}

// Kind is a property of the module system.
type Kind string

// The properties.
const (
	MkIf       Kind = "if"
	MkMerge    Kind = "merge"
	MkOverride Kind = "override"
	MkOrder    Kind = "order"
)

// Root is what a Ref starts from.
type Root string

// The roots.
const (
	FlakeArgs  Root = "flake arguments"  // all arguments of a flake-parts module
	ModuleArgs Root = "module arguments" // all arguments of a NixOS, nix-darwin or home-manager module
	Flake      Root = "flake config"     // config of a flake-parts module; self.x is flake.x here
	Config     Root = "config"           // config of a module
	Options    Root = "options"
	Inputs     Root = "inputs"
	Pkgs       Root = "pkgs"
	Final      Root = "final" // the finished package set, as overlays get it
	Prev       Root = "prev"  // the package set before an overlay
	Lib        Root = "lib"
	Builtins   Root = "builtins"
	Arg        Root = "argument" // any other argument; Path[0] is its name
)

// String is the reference as a person would write it.
func (r *Ref) String() string {
	path := make([]string, 0, len(r.Path)+1)
	switch r.Root {
	case Arg:
	case Flake:
		path = append(path, "config")
	default:
		path = append(path, string(r.Root))
	}
	for _, name := range r.Path {
		path = append(path, AttrName(name))
	}
	return strings.Join(path, ".")
}

// Aspect returns the member of flake.modules that r refers to.
func (r *Ref) Aspect() (class, name string, ok bool) {
	if r.Root == Flake && len(r.Path) == 4 && r.Path[0] == "flake" && r.Path[1] == "modules" {
		return r.Path[2], r.Path[3], true
	}
	return "", "", false
}

// Package returns the attribute path of the package that r refers to.
func (r *Ref) Package() (name string, ok bool) {
	if r.Root != Pkgs || len(r.Path) == 0 {
		return "", false
	}
	return strings.Join(r.Path, "."), true
}

// below returns the reference to an attribute of r.
func (r *Ref) below(at Place, name string) *Ref {
	return &Ref{Place: at, Root: r.Root, Path: append(slices.Clip(r.Path), name), System: r.System, special: r.special}
}

// Text returns the string if all of it is known.
func (s *String) Text() (string, bool) {
	switch {
	case len(s.Parts) == 0:
		return "", true
	case len(s.Parts) == 1 && s.Parts[0].X == nil:
		return s.Parts[0].Text, true
	}
	return "", false
}

// Text makes a known string.
func Text(at Place, s string) *String {
	if s == "" {
		return &String{Place: at}
	}
	return &String{Place: at, Parts: []Part{{Text: s}}}
}

// Names returns the names of the attributes that are surely there, sorted.
func (a *Attrs) Names() []string {
	attrs := a.whole()
	names := make([]string, len(attrs))
	for i := range attrs {
		names[i] = attrs[i].name
	}
	return names
}

// Len returns the number of attributes that are surely there.
func (a *Attrs) Len() int { return len(a.whole()) }

// NewAttrs makes a set from values; it belongs to at.
func NewAttrs(at Place, values map[string]Value) *Attrs {
	attrs := make([]Attr, 0, len(values))
	for name, v := range values {
		attrs = append(attrs, Attr{name: name, V: Done(v), At: v.Where()})
	}
	return makeSet(at, attrs)
}

// symbolic reports whether v may turn out to be anything.
func symbolic(v Value) bool {
	switch v.(type) {
	case *Ref, *Call, *Cond, *Unknown:
		return true
	}
	return false
}

// kindOf names the type of a value for messages.
func kindOf(v Value) string {
	switch v.(type) {
	case Null:
		return "null"
	case Bool:
		return "a Boolean"
	case Int:
		return "an integer"
	case Float:
		return "a float"
	case *String:
		return "a string"
	case *Path:
		return "a path"
	case *List:
		return "a list"
	case *Attrs:
		return "a set"
	case *Func, *Prim:
		return "a function"
	case *Wrap:
		return "a definition's property"
	}
	return "an unknown value"
}
