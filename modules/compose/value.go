package compose

import (
	"slices"
	"strconv"
	"strings"

	"assay/fleet"
	"assay/modules/symbolic"
)

// reader turns symbolic values into data. One is used for one definition, so
// that a value of unbounded size ends in one that is not known.
type reader struct {
	left int // values that may still be read
	room int // bytes that their text may still have
	why  string
	bad  *fault // the first part that surely has no value
}

// fault is a part of a value that cannot be evaluated.
type fault struct {
	why string
	at  fleet.Pos
}

// Bounds of one definition: the values that it may consist of, and the bytes
// of their text.
const (
	maxValues = 20000
	maxText   = 4 << 20
)

func newReader() *reader { return &reader{left: maxValues, room: maxText} }

// valueOf returns a definition's value, the values of its elements if it is a
// list, and the part of it that surely cannot be evaluated.
func valueOf(v symbolic.Value) (Value, []Value, *fault) {
	r := newReader()
	if l, ok := v.(*symbolic.List); ok {
		out, elems := r.elements(l)
		return out, elems, r.bad
	}
	out := Value{At: v.Where().Pos()}
	out.Data, out.Text = r.read(v, 0)
	out.changed = changedPackage(v)
	r.settle(&out)
	return out, nil, r.bad
}

// settle says of a value that was read whether it is known.
func (r *reader) settle(v *Value) {
	if v.Known, v.Why = r.why == "", r.why; !v.Known {
		v.Data = nil
	}
}

// elements reads a list and the values of its elements.
func (r *reader) elements(l *symbolic.List) (Value, []Value) {
	out := Value{At: l.Where().Pos()}
	elems := make([]Value, 0, len(l.Items))
	data := make([]any, 0, len(l.Items))
	words := make([]string, 0, len(l.Items)+2)
	words = append(words, "[")
	why := ""
	for _, item := range l.Items {
		e := item.V.Force()
		r.why = ""
		elem := Value{At: item.At.Pos()}
		if elem.At.IsZero() {
			elem.At = e.Where().Pos()
		}
		if item.Rest {
			r.unknown(orElse(symbolic.Why(e), "the elements are not known"))
			why = orElse(why, orElse(symbolic.Why(e), "elements are not known"))
			elem.Text = "…"
		} else {
			elem.Data, elem.Text = r.read(e, 1)
			elem.changed = changedPackage(e)
			data = append(data, elem.Data)
		}
		words = append(words, element(elem.Text))
		r.settle(&elem)
		elems = append(elems, elem)
		why = orElse(why, elem.Why)
	}
	r.why, out.Data, out.Text = why, data, strings.Join(append(words, "]"), " ")
	r.settle(&out)
	return out, elems
}

func orElse(s, otherwise string) string {
	if s == "" {
		return otherwise
	}
	return s
}

func (r *reader) unknown(why string) {
	if r.why == "" {
		r.why = why
	}
}

// read returns the value as data and as one line of Nix. What is not known is
// written as in the source, and r.why says why.
func (r *reader) read(v symbolic.Value, depth int) (any, string) {
	if r.left--; r.left < 0 || depth > 100 {
		r.unknown("the value is too large")
		return nil, "…"
	}
	switch v := v.(type) {
	case symbolic.Null:
		return nil, "null"
	case symbolic.Bool:
		return v.B, strconv.FormatBool(v.B)
	case symbolic.Int:
		return v.N, strconv.FormatInt(v.N, 10)
	case symbolic.Float:
		return v.F, strconv.FormatFloat(v.F, 'g', -1, 64)
	case *symbolic.String:
		return r.str(v)
	case *symbolic.Path:
		text := "./" + v.Rel
		if strings.HasPrefix(v.Rel, "/") {
			text = v.Rel
		}
		return PathRef{v.Rel}, text
	case *symbolic.List:
		return r.list(v, depth)
	case *symbolic.Attrs:
		return r.attrs(v, depth)
	case *symbolic.Ref:
		if name, ok := v.Package(); ok {
			return PackageRef{name}, v.String()
		}
		r.unknown(symbolic.Why(v))
		return nil, v.String()
	case *symbolic.Unknown:
		if v.Fault && r.bad == nil {
			r.bad = &fault{v.Why, v.Where().Pos()}
		}
	case *symbolic.Wrap:
		r.unknown("a property of the module system stands inside of a value")
	case *symbolic.Func, *symbolic.Prim:
		r.unknown("it is a function")
	}
	r.unknown(orElse(symbolic.Why(v), "it is not known"))
	return nil, r.source(v)
}

// source is how a value is written, in full while there is room.
func (r *reader) source(v symbolic.Value) string {
	at := v.Where()
	if r.room -= int(at.Span.End - at.Span.Start); r.room < 0 {
		return "…"
	}
	return orElse(at.Whole(), "…")
}

func (r *reader) str(s *symbolic.String) (any, string) {
	if text, ok := s.Text(); ok {
		if r.room -= len(text); r.room < 0 {
			r.unknown("the value is too large")
			return nil, "…"
		}
		return text, symbolic.Quote(text)
	}
	var b strings.Builder
	b.WriteByte('"')
	for _, p := range s.Parts {
		if r.room -= len(p.Text); r.room < 0 {
			r.unknown("the value is too large")
			break
		}
		if p.X == nil {
			quoted := symbolic.Quote(p.Text)
			b.WriteString(quoted[1 : len(quoted)-1])
			continue
		}
		r.unknown(stringWhy(p.X))
		if ref, ok := p.X.(*symbolic.Ref); ok {
			b.WriteString("${" + ref.String() + "}")
			continue
		}
		b.WriteString("${" + r.source(p.X) + "}")
	}
	b.WriteByte('"')
	return nil, b.String()
}

// stringWhy says why a string with x in it is not known.
func stringWhy(x symbolic.Value) string {
	switch x := x.(type) {
	case *symbolic.Ref:
		if name, ok := x.Package(); ok {
			return "only Nix knows the store path of " + name
		}
	case *symbolic.Path:
		return "only Nix knows the store path of ./" + x.Rel
	}
	return orElse(symbolic.Why(x), "a part of the string is not known")
}

func (r *reader) list(l *symbolic.List, depth int) (any, string) {
	data := make([]any, 0, len(l.Items))
	words := make([]string, 0, len(l.Items)+2)
	words = append(words, "[")
	for _, item := range l.Items {
		v := item.V.Force()
		if item.Rest {
			r.unknown(orElse(symbolic.Why(v), "elements are not known"))
			words = append(words, "…")
			continue
		}
		d, text := r.read(v, depth+1)
		data = append(data, d)
		words = append(words, element(text))
	}
	return data, strings.Join(append(words, "]"), " ")
}

// element puts an expression that is not a single word into parentheses, as
// lists need it.
func element(text string) string {
	if strings.ContainsAny(text, " ") && !strings.ContainsAny(text[:1], "[{\"(") {
		return "(" + text + ")"
	}
	return text
}

func (r *reader) attrs(a *symbolic.Attrs, depth int) (any, string) {
	data := make(map[string]any, a.Len())
	words := []string{"{"}
	for _, name := range a.Names() {
		attr := a.Attr(name)
		d, text := r.read(attr.V.Force(), depth+1)
		if len(attr.Maybe) > 0 {
			r.unknown(orElse(symbolic.Why(attr.Maybe[0]), "an attribute may be replaced"))
		}
		data[name] = d
		words = append(words, symbolic.AttrName(name), "=", text+";")
	}
	for _, v := range a.Rest {
		r.unknown(orElse(symbolic.Why(v), "attributes are not known"))
		words = append(words, "…")
	}
	return data, strings.Join(append(words, "}"), " ")
}

// Render returns data as Value.Data holds it as one line of Nix, in full.
// Characters that a terminal would obey are replaced.
func Render(data any) string {
	var b strings.Builder
	render(&b, data)
	return b.String()
}

func render(b *strings.Builder, data any) {
	switch d := data.(type) {
	case nil:
		b.WriteString("null")
	case bool:
		b.WriteString(strconv.FormatBool(d))
	case int64:
		b.WriteString(strconv.FormatInt(d, 10))
	case float64:
		b.WriteString(strconv.FormatFloat(d, 'g', -1, 64))
	case string:
		b.WriteString(symbolic.Quote(d))
	case PackageRef:
		b.WriteString("pkgs." + d.Name)
	case PathRef:
		if !strings.HasPrefix(d.Path, "/") {
			b.WriteString("./")
		}
		b.WriteString(d.Path)
	case []any:
		b.WriteString("[ ")
		for _, e := range d {
			render(b, e)
			b.WriteByte(' ')
		}
		b.WriteByte(']')
	case map[string]any:
		names := make([]string, 0, len(d))
		for name := range d {
			names = append(names, name)
		}
		slices.Sort(names)
		b.WriteString("{ ")
		for _, name := range names {
			b.WriteString(symbolic.AttrName(name) + " = ")
			render(b, d[name])
			b.WriteString("; ")
		}
		b.WriteByte('}')
	}
}
