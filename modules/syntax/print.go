package syntax

import (
	"fmt"
	"io"
	"path"
	"slices"
	"strconv"
	"strings"
)

// Printer writes expressions as `nix-instantiate --parse` of Nix 2.8 does: desugared, fully parenthesised, attributes sorted and
// merged. Formals are sorted by name, as later versions do (2.8 has them in the order of addresses). Pipes, which 2.8 does not
// know, are printed as applications. As Nix does, inherit (x) a b repeats x for every name. The tree must come from Parse.
type Printer struct {
	Dir  string // the directory that relative paths are resolved against; if empty, paths are not resolved
	Home string // what ~ stands for; if empty, it stays
	// Source asks for text that Parse accepts and that prints the same again. Nix's own form is not always Nix: it prints
	// floats with six digits, assertions without parentheses, operators as calls of functions that may be redefined.
	Source bool
	// Newer asks for the form of Nix 2.34, which keeps inherit together and escapes $ only before {.
	Newer bool
}

// Print writes x and a line break.
func (o Printer) Print(w io.Writer, x Expr) error {
	_, err := io.WriteString(w, o.String(x)+"\n")
	return err
}

// String returns what Print writes, without the line break.
func (o Printer) String(x Expr) string {
	p := printer{Printer: o}
	p.expr(x)
	return p.b.String()
}

type printer struct {
	Printer
	b strings.Builder
}

func (p *printer) put(s string) { p.b.WriteString(s) }

// seq writes strings and expressions in turn.
func (p *printer) seq(args ...any) {
	for _, a := range args {
		switch a := a.(type) {
		case string:
			p.put(a)
		case Expr:
			p.expr(a)
		}
	}
}

func (p *printer) expr(x Expr) {
	if c := p.call(x); c != nil {
		p.joined(c, " ")
		return
	}
	switch x := x.(type) {
	case *Ident:
		p.put(x.Name)
	case *Int:
		p.put(strconv.FormatInt(x.Value, 10))
	case *Float:
		p.put(p.float(x.Value))
	case *String:
		p.string(x)
	case *Path:
		p.path(x)
	case *SearchPath:
		p.seq("<", x.Value, ">")
	case *URI:
		p.put(quote(x.Value))
	case *List:
		p.put("[ ")
		for _, e := range x.Elems {
			p.seq("(", e, ") ")
		}
		p.put("]")
	case *Attrs:
		p.set(x.Rec, x.Bindings)
	case *LegacyLet:
		p.put("(")
		p.set(true, x.Bindings)
		p.put(").body")
	case *Let:
		p.put("(let ")
		p.members(mustMerge(false, x.Bindings))
		p.seq("in ", x.Body, ")")
	case *With:
		p.seq("(with ", x.Scope, "; ", x.Body, ")")
	case *Assert:
		p.assert(x)
	case *If:
		p.seq("(if ", x.Cond, " then ", x.Then, " else ", x.Else, ")")
	case *Lambda:
		p.lambda(x)
	case *Select:
		p.seq("(", x.X, ").")
		p.attrPath(x.Path)
		if x.Default != nil {
			p.seq(" or (", x.Default, ")")
		}
	case *HasAttr:
		p.seq("((", x.X, ") ? ")
		p.attrPath(x.Path)
		p.put(")")
	case *Unary:
		p.seq("("+string(x.Op)+" ", x.X, ")")
	case *Binary:
		p.binary(x)
	case *Paren:
		p.expr(x.X)
	default:
		panic(fmt.Sprintf("syntax: unknown node %T", x))
	}
}

func (p *printer) assert(x *Assert) {
	if p.Source {
		p.seq("(assert ", x.Cond, "; ", x.Body, ")")
	} else {
		p.seq("assert ", x.Cond, "; ", x.Body)
	}
}

func (p *printer) binary(x *Binary) {
	negated := Binary{Op: OpLess, X: x.X, Y: x.Y}
	switch {
	case p.Source, x.Op != OpLessEq && x.Op != OpMoreEq:
		p.seq("(", x.X, " "+string(x.Op)+" ", x.Y, ")")
		return
	case x.Op == OpLessEq:
		negated.Op = OpMore
	}
	p.seq("(! ", &negated, ")")
}

// call returns the function and the arguments if Nix reads x as a call: besides applications these are the operators for which
// Nix calls a function. A call of a call is one with more arguments, whether or not there are parentheses.
func (p *printer) call(x Expr) []any {
	if p.Source {
		if a, ok := x.(*Apply); ok {
			return []any{a.Fn, a.Arg}
		}
		return nil
	}
	switch x := x.(type) {
	case *Apply:
		return append(p.function(x.Fn), x.Arg)
	case *SearchPath:
		return []any{"__findFile", "__nixPath", quote(x.Value)}
	case *Unary:
		if x.Op == OpNeg {
			return []any{"__sub", "0", x.X}
		}
	case *Binary:
		switch x.Op {
		case OpSub:
			return []any{"__sub", x.X, x.Y}
		case OpMul:
			return []any{"__mul", x.X, x.Y}
		case OpDiv:
			return []any{"__div", x.X, x.Y}
		case OpLess:
			return []any{"__lessThan", x.X, x.Y}
		case OpMore:
			return []any{"__lessThan", x.Y, x.X}
		case OpPipe:
			return append(p.function(x.Y), x.X)
		case OpPipeInv:
			return append(p.function(x.X), x.Y)
		}
	}
	return nil
}

// function returns x as the start of a call.
func (p *printer) function(x Expr) []any {
	x = Unparen(x)
	if c := p.call(x); c != nil {
		return c
	}
	return []any{x}
}

func (p *printer) lambda(x *Lambda) {
	p.put("(")
	if x.Pattern != nil {
		p.put("{ ")
		formals := slices.SortedFunc(slices.Values(x.Pattern.Formals), func(a, b Formal) int { return strings.Compare(a.Name, b.Name) })
		for i, f := range formals {
			if i > 0 {
				p.put(", ")
			}
			p.put(f.Name)
			if f.Default != nil {
				p.seq(" ? ", f.Default)
			}
		}
		if x.Pattern.Ellipsis {
			if len(formals) > 0 {
				p.put(", ")
			}
			p.put("...")
		}
		p.put(" }")
		if x.Arg != nil {
			p.put(" @ ")
		}
	}
	if x.Arg != nil {
		p.put(x.Arg.Name)
	}
	p.seq(": ", x.Body, ")")
}

func (p *printer) float(v float64) string {
	if !p.Source {
		return shortFloat(v)
	}
	s := strconv.FormatFloat(v, 'e', -1, 64)
	mantissa, exponent, _ := strings.Cut(s, "e")
	if !strings.Contains(mantissa, ".") {
		mantissa += "."
	}
	if mantissa == "0." {
		return "0.0" // Nix has no literal "0."
	}
	return mantissa + "e" + exponent
}

// shortFloat formats like C's %g: six significant digits, no zeros at the end.
func shortFloat(v float64) string { return strconv.FormatFloat(v, 'g', 6, 64) }

// path writes a path. The first piece is resolved, the others are strings that are added to it.
func (p *printer) path(x *Path) {
	if p.Source {
		for i := range x.Parts {
			if q := &x.Parts[i]; q.X != nil {
				p.seq("${", q.X, "}")
			} else {
				p.put(q.Text)
			}
		}
		return
	}
	var args []any
	for i := range x.Parts {
		q := &x.Parts[i]
		if q.X != nil {
			args = append(args, q.X)
			continue
		}
		// Nix's lexer ends a piece between two slashes.
		for n, text := range strings.SplitAfter(strings.ReplaceAll(q.Text, "//", "/\x00/"), "\x00") {
			text = strings.TrimSuffix(text, "\x00")
			if i == 0 && n == 0 {
				args = append(args, p.resolve(text))
			} else {
				args = append(args, quote(text))
			}
		}
	}
	if len(x.Parts) == 1 {
		p.seq(args...)
	} else {
		p.joined(args, " + ")
	}
}

// resolve makes a literal path absolute and removes "." and "..". A slash at the end stays: an interpolation follows.
func (p *printer) resolve(text string) string {
	rest, home := strings.CutPrefix(text, "~")
	switch {
	case home && p.Home != "":
		text = p.Home + rest
	case home || p.Dir == "":
		return text
	case !path.IsAbs(text):
		text = p.Dir + "/" + text
	}
	r := path.Clean(text)
	if len(text) > 1 && strings.HasSuffix(text, "/") {
		r += "/"
	}
	return r
}

// joined writes strings and expressions in parentheses, with sep between them.
func (p *printer) joined(args []any, sep string) {
	p.put("(")
	for i, a := range args {
		if i > 0 {
			p.put(sep)
		}
		p.seq(a)
	}
	p.put(")")
}
