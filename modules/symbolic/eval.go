package symbolic

import (
	"errors"
	"io/fs"
	"path"
	"strings"

	"assay/modules/syntax"
)

// Files gives the evaluator the files that it may read. Names are clean,
// relative to the root of the files, with slashes. Only import, readFile and
// their like ask.
type Files interface {
	// Parsed returns a Nix file's syntax tree. The error wraps fs.ErrNotExist
	// for a file that is not there, here and below, and is a *syntax.Error for
	// one that Nix cannot parse.
	Parsed(name string) (*syntax.File, error)
	// Content returns a file's bytes.
	Content(name string) ([]byte, error)
	// Entries returns a directory's entries by name; the value is "regular",
	// "directory", "symlink" or "unknown".
	Entries(name string) (map[string]string, error)
}

// Limits bound one evaluation, from one Begin to the next.
type Limits struct {
	Steps int // expressions evaluated
	Depth int // expressions inside of each other
	Bytes int // bytes of strings and elements of lists and sets made
}

// DefaultLimits are generous for configurations that people write and end a
// hostile one within a second.
var DefaultLimits = Limits{Steps: 500_000, Depth: 1500, Bytes: 32 << 20}

// Evaluator evaluates files.
type Evaluator struct {
	files    Files
	limits   Limits
	steps    int
	depth    int
	bytes    int
	loaded   map[string]*Thunk   // files by name
	inputs   map[string][]string // what an input that is a list of strings holds
	refs     resolver
	patterns map[string]*textPattern // regular expressions by source, nil for one that is not read
	lib      map[string]syntax.Expr  // the functions of prelude.nix, once one is used
	top      *scope                  // of values that no source stands for
	traced   bool                    // sets keep what they are joined of
	taken    int                     // assertions and the like that could not be decided and are taken to hold
}

// New returns an evaluator of files, which may be nil.
func New(files Files, limits Limits) *Evaluator {
	ev := &Evaluator{files: files, limits: limits, loaded: map[string]*Thunk{}}
	ev.top = &scope{ev: ev}
	return ev
}

// Begin starts a new budget.
func (ev *Evaluator) Begin() { ev.steps, ev.bytes = 0, 0 }

// File evaluates a parsed file.
func (ev *Evaluator) File(f *syntax.File) Value {
	if t := ev.loaded[f.Name]; t != nil {
		return t.Force()
	}
	t := &Thunk{node: f.Root, scope: &scope{ev: ev, file: f}}
	ev.loaded[f.Name] = t
	return t.Force()
}

// Import evaluates the file, or the directory's default.nix, of that name.
func (ev *Evaluator) Import(at Place, name string) Value {
	if ev.files == nil {
		return &Unknown{Place: at, Why: "there are no files to import " + name + " from"}
	}
	if outside(name) {
		return &Unknown{Place: at, Why: Line(name) + " is outside of the fleet"}
	}
	if t := ev.loaded[name]; t != nil {
		return t.Force()
	}
	var f *syntax.File
	err := fs.ErrNotExist
	if strings.HasSuffix(name, ".nix") {
		f, err = ev.files.Parsed(name)
	}
	if err != nil { // it may be a directory, whatever its name
		if entries, err := ev.files.Entries(name); err == nil && entries != nil {
			name = path.Join(name, "default.nix")
		}
		f, err = ev.files.Parsed(name)
	}
	if err != nil {
		var bad *syntax.Error
		return &Unknown{Place: at, Why: "cannot import " + name + ": " + err.Error(), Fault: errors.Is(err, fs.ErrNotExist) || errors.As(err, &bad)}
	}
	return ev.File(f)
}

// tooMuch is the reason of a value that would not fit into the budget.
const tooMuch = "the expression takes too much memory to evaluate"

// spent reports that the budget is gone, and which part of it.
func (ev *Evaluator) spent() string {
	switch {
	case ev.steps > ev.limits.Steps:
		return "the expression takes too many steps to evaluate"
	case ev.bytes > ev.limits.Bytes:
		return tooMuch
	case ev.depth > ev.limits.Depth:
		return "the expression is nested too deeply to evaluate"
	}
	return ""
}

// tick charges a step of work and reports whether it is affordable.
func (ev *Evaluator) tick() bool {
	ev.steps++
	return ev.spent() == ""
}

// scan charges the work of looking at n bytes or elements.
func (ev *Evaluator) scan(n int) { ev.steps += n / 16 }

// grow charges n bytes or elements and reports whether they are affordable.
func (ev *Evaluator) grow(n int) bool {
	ev.bytes += n
	return ev.bytes <= ev.limits.Bytes
}

// guarded runs fn one level deeper.
func (ev *Evaluator) guarded(fn func() Value) Value {
	ev.steps++
	ev.depth++
	defer func() { ev.depth-- }()
	if why := ev.spent(); why != "" {
		return &Unknown{Why: why}
	}
	return fn()
}

func (ev *Evaluator) eval(x syntax.Expr, sc *scope) Value {
	ev.steps++
	ev.depth++
	defer func() { ev.depth-- }()
	if why := ev.spent(); why != "" {
		return &Unknown{Place: sc.place(x), Why: why}
	}
	at := sc.place(x)
	switch x := x.(type) {
	case *syntax.Paren:
		return ev.eval(x.X, sc)
	case *syntax.Ident:
		return ev.lookup(x.Name, x.Var, at, sc)
	case *syntax.Int:
		return Int{at, x.Value}
	case *syntax.Float:
		return Float{at, x.Value}
	case *syntax.String:
		return ev.interpolate(at, x.Parts, sc)
	case *syntax.URI:
		return Text(at, x.Value)
	case *syntax.Path:
		return ev.path(at, x, sc)
	case *syntax.SearchPath:
		return &Unknown{Place: at, Why: "<" + x.Value + "> is looked up on the machine that evaluates"}
	case *syntax.List:
		return ev.list(at, x, sc)
	case *syntax.Attrs:
		return ev.build(at, x.Set(), sc)
	case *syntax.LegacyLet:
		return ev.Select(at, ev.build(at, x.Set(), sc), "body")
	case *syntax.Let:
		inner, bad := ev.let(at, x.Set(), sc)
		if bad != nil {
			return bad
		}
		return ev.eval(x.Body, inner)
	case *syntax.With:
		return ev.eval(x.Body, sc.withSet(ev.delay(x.Scope, sc)))
	case *syntax.Assert:
		return ev.assert(at, x, sc)
	case *syntax.If:
		return ev.choose(at, ev.eval(x.Cond, sc), &Thunk{node: x.Then, scope: sc}, &Thunk{node: x.Else, scope: sc})
	case *syntax.Lambda:
		return &Func{Place: at, lambda: x, scope: sc}
	case *syntax.Apply:
		return ev.apply(at, ev.eval(x.Fn, sc), ev.delay(x.Arg, sc))
	case *syntax.Select:
		return ev.selectPath(at, x, sc)
	case *syntax.HasAttr:
		return ev.hasPath(at, ev.eval(x.X, sc), x.Path, sc)
	case *syntax.Unary:
		return ev.unary(at, x.Op, ev.eval(x.X, sc))
	case *syntax.Binary:
		return ev.binary(at, x, sc)
	}
	return &Unknown{Place: at, Why: "not an expression"}
}

// fault is an Unknown for an error of the evaluated program.
func fault(at Place, why string) *Unknown { return &Unknown{Place: at, Why: why, Fault: true} }

// lookup is the value of a variable.
func (ev *Evaluator) lookup(name string, bound syntax.Var, at Place, sc *scope) Value {
	if t := sc.bound(bound); t != nil {
		ev.scan(int(bound.Up))
		return t.Force()
	}
	if v := ev.global(name, at); v != nil {
		return v
	}
	return ev.lookupWith(name, at, sc)
}

// lookupWith looks a variable up in the sets of with, innermost first. A set
// that is not known binds it, as nothing else can be told, unless another one
// stands around it that might as well.
func (ev *Evaluator) lookupWith(name string, at Place, sc *scope) Value {
	for s := sc.sets; s != nil; s = s.up.sets {
		set := s.with.Force()
		switch v := set.(type) {
		case *Attrs:
			if v.Attr(name) == nil && len(v.Rest) == 0 {
				continue
			}
		case *Ref:
			if v.Root == Flake && outerWith(s) && ev.has(v, name) == no {
				continue
			}
			if (v.Root == Lib || v.Root == Builtins) && primFor(v.below(at, name)) == nil && outerWith(s) {
				if other := ev.lookupWith(name, at, s.up); !isFault(other) {
					return &Unknown{Place: at, Why: name + " comes from one of two sets of with"}
				}
			}
		}
		return ev.Select(at, set, name)
	}
	return fault(at, "undefined variable "+name)
}

// outerWith reports whether there is a with around the scope of a with.
func outerWith(s *scope) bool { return s.up.sets != nil }

func isFault(v Value) bool {
	u, ok := v.(*Unknown)
	return ok && u.Fault
}

// global returns what a name means that nothing binds, or nil.
func (ev *Evaluator) global(name string, at Place) Value {
	switch name {
	case "true", "false":
		return Bool{at, name == "true"}
	case "null":
		return Null{at}
	case "builtins":
		return &Ref{Place: at, Root: Builtins}
	case "__curPos":
		return here(at)
	case "import", "map", "toString", "throw", "abort", "removeAttrs", "baseNameOf", "dirOf", "isNull",
		"fetchTarball", "fetchGit", "fetchTree", "fetchMercurial", "derivation", "derivationStrict", "placeholder", "scopedImport", "fromTOML", "break":
		return reduceRef(&Ref{Place: at, Root: Builtins, Path: []string{name}})
	}
	return nil
}

// here is the position of at as Nix gives it.
func here(at Place) Value {
	pos := at.Pos()
	return NewAttrs(at, map[string]Value{
		"file": &String{Place: at, Parts: []Part{{X: &Path{Place: at, Rel: pos.File}, Plain: true}}},
		"line": Int{at, int64(pos.Line)}, "column": Int{at, int64(pos.Column)},
	})
}

func (ev *Evaluator) list(at Place, x *syntax.List, sc *scope) Value {
	if !ev.grow(64 * len(x.Elems)) {
		return &Unknown{Place: at, Why: tooMuch}
	}
	l := &List{Place: at, Items: make([]Item, len(x.Elems))}
	own := make([]Thunk, len(x.Elems)) // one piece of memory for all
	for i, e := range x.Elems {
		v := sc.variable(e)
		if v == nil {
			v = &own[i]
			*v = Thunk{node: e, scope: sc}
		}
		l.Items[i] = Item{V: v, At: sc.place(e)}
	}
	return l
}

func (ev *Evaluator) assert(at Place, x *syntax.Assert, sc *scope) Value {
	switch c := ev.Known(ev.eval(x.Cond, sc)).(type) {
	case Bool:
		if !c.B {
			return fault(at, "assertion fails: "+sc.place(x.Cond).Source())
		}
		return ev.eval(x.Body, sc)
	default:
		if !symbolic(c) {
			return fault(sc.place(x.Cond), "the assertion is "+kindOf(c)+", not a Boolean")
		}
	}
	// An assertion that cannot be decided is taken to hold: the value is the
	// one that Nix would compute, or Nix would fail.
	ev.taken++
	return ev.eval(x.Body, sc)
}

// choose is if: one branch when the condition is known, a Cond otherwise.
func (ev *Evaluator) choose(at Place, c Value, then, els *Thunk) Value {
	c = ev.Known(c)
	switch b := c.(type) {
	case Bool:
		if b.B {
			return then.Force()
		}
		return els.Force()
	case *Unknown:
		if b.Fault {
			return b
		}
	}
	if symbolic(c) {
		return &Cond{Place: at, If: c, Then: then, Else: els}
	}
	return fault(at, "the condition is "+kindOf(c)+", not a Boolean")
}
