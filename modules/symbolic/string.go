package symbolic

import (
	"path"
	"strings"

	"assay/modules/syntax"
)

func (ev *Evaluator) interpolate(at Place, parts []syntax.Part, sc *scope) Value {
	var b textBuilder
	for _, p := range parts {
		if p.X == nil {
			b.text(p.Text)
			continue
		}
		v := ev.Known(ev.eval(p.X, sc))
		if u, ok := v.(*Unknown); ok && u.Fault {
			return u
		}
		if !b.value(v) {
			return fault(sc.place(p.X), "cannot put "+kindOf(v)+" into a string")
		}
	}
	return ev.joined(at, &b)
}

// textBuilder joins known text.
type textBuilder struct {
	parts   []Part
	pending []byte // text that is not yet in parts
	size    int
}

func (b *textBuilder) text(s string) {
	b.size += len(s)
	b.pending = append(b.pending, s...)
}

// open adds a piece that is not known.
func (b *textBuilder) open(x Value) {
	b.flush()
	b.size += 16
	b.parts = append(b.parts, Part{X: x})
}

func (b *textBuilder) flush() {
	if len(b.pending) > 0 {
		b.parts = append(b.parts, Part{Text: string(b.pending)})
		b.pending = b.pending[:0]
	}
}

// value adds a value as interpolation does; false if its type forbids it. A
// path would be copied to the store, so its text is not known.
func (b *textBuilder) value(v Value) bool {
	switch v := v.(type) {
	case *String:
		for _, p := range v.Parts {
			if p.X == nil {
				b.text(p.Text)
			} else {
				b.open(p.X)
				b.parts[len(b.parts)-1].Plain = p.Plain
			}
		}
		return true
	case *Attrs:
		if path := outPath(v); path != nil {
			return b.value(path)
		}
		if a := v.Attr("__toString"); a == nil && len(v.Rest) == 0 {
			return false
		}
	case *Path, *Ref, *Call, *Cond, *Unknown:
	default:
		return false
	}
	b.open(v)
	return true
}

// joined is the string that was built.
func (ev *Evaluator) joined(at Place, b *textBuilder) Value {
	if !ev.grow(b.size) {
		return &Unknown{Place: at, Why: tooMuch}
	}
	b.flush()
	return &String{Place: at, Parts: b.parts}
}

// outPath follows outPath to what is not a set with one, or returns nil.
func outPath(set *Attrs) Value {
	for range 20 {
		a := set.Attr("outPath")
		if a == nil {
			return nil
		}
		next, ok := a.V.Force().(*Attrs)
		if !ok {
			return a.V.Force()
		}
		set = next
	}
	return fault(set.Place, "outPath leads to outPath without end")
}

// path evaluates a path literal, which is relative to its file's directory.
func (ev *Evaluator) path(at Place, x *syntax.Path, sc *scope) Value {
	var text strings.Builder
	for _, p := range x.Parts {
		if p.X == nil {
			text.WriteString(p.Text)
			continue
		}
		switch v := ev.Known(ev.eval(p.X, sc)).(type) {
		case *String:
			s, ok := v.Text()
			if !ok {
				return &Unknown{Place: at, Why: "the path has a part that is not known"}
			}
			text.WriteString(s)
		case *Path:
			text.WriteString(v.Rel)
		default:
			return &Unknown{Place: at, Why: "the path has a part that is not known"}
		}
		if !ev.grow(text.Len()) {
			return &Unknown{Place: at, Why: tooMuch}
		}
	}
	if x.Home {
		return &Unknown{Place: at, Why: "the path is in a home directory"}
	}
	rel := text.String()
	if strings.HasPrefix(rel, "/") {
		return &Path{Place: at, Rel: path.Clean(rel)}
	}
	return &Path{Place: at, Rel: path.Join(path.Dir(sc.file.Name), rel)}
}
