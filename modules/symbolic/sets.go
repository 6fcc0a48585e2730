package symbolic

import (
	"encoding/json"
	"math"
	"slices"
	"strconv"
	"strings"
)

// FromData makes a value of data: nil, bool, int, int64, float64, string,
// []any, map[string]any and slices and maps of these as TOML decodes them. A
// value of another type, such as a date, is Unknown.
func FromData(at Place, data any) Value {
	switch d := data.(type) {
	case nil:
		return Null{at}
	case bool:
		return Bool{at, d}
	case int:
		return Int{at, int64(d)}
	case int64:
		return Int{at, d}
	case json.Number:
		return number64(at, d)
	case float64:
		return Float{at, d}
	case string:
		return Text(at, d)
	case []string:
		out := &List{Place: at}
		for _, s := range d {
			out.Items = append(out.Items, Item{V: Done(Text(at, s))})
		}
		return out
	case []any:
		out := &List{Place: at}
		for _, e := range d {
			out.Items = append(out.Items, Item{V: Done(FromData(at, e))})
		}
		return out
	case []map[string]any:
		out := &List{Place: at}
		for _, e := range d {
			out.Items = append(out.Items, Item{V: Done(FromData(at, e))})
		}
		return out
	case map[string]any:
		attrs := make([]Attr, 0, len(d))
		for name, e := range d {
			attrs = append(attrs, Attr{name: name, V: Done(FromData(at, e)), At: at})
		}
		return makeSet(at, attrs)
	}
	return &Unknown{Place: at, Why: "the setting has a type that Nix does not have"}
}

// number64 is a number of JSON.
func number64(at Place, n json.Number) Value {
	if !strings.ContainsAny(string(n), ".eE") {
		if i, err := strconv.ParseInt(string(n), 10, 64); err == nil {
			return Int{at, i}
		}
		return &Unknown{Place: at, Why: "the number " + Line(string(n)) + " does not fit"}
	}
	x, err := strconv.ParseFloat(string(n), 64)
	if err != nil || math.IsInf(x, 0) {
		return &Unknown{Place: at, Why: "the number " + Line(string(n)) + " does not fit"}
	}
	return Float{at, x}
}

// Except returns the set without the named attributes.
func (a *Attrs) Except(names ...string) *Attrs {
	all := a.whole()
	out := &Attrs{Place: a.Place, attrs: make([]Attr, 0, len(all)), Rest: a.Rest}
	for i := range all {
		if !slices.Contains(names, all[i].name) {
			out.attrs = append(out.attrs, all[i])
		}
	}
	return out
}

// Only returns the set with nothing but the named attributes.
func (a *Attrs) Only(names ...string) *Attrs {
	attrs := make([]Attr, 0, len(names))
	for _, name := range names {
		if attr := a.Attr(name); attr != nil {
			attrs = append(attrs, *attr)
		}
	}
	return makeSet(a.Place, attrs)
}

// Split takes a condition between two sets apart: the attributes that both
// have in any case, as the left side of // has, and what each has besides.
// common is nil where there are none.
func (c *Cond) Split() (common *Attrs, then, els Value) {
	then, els = c.Then.Force(), c.Else.Force()
	t, tok := then.(*Attrs)
	e, eok := els.(*Attrs)
	if !tok || !eok {
		return nil, then, els
	}
	var same []string
	for _, attr := range t.whole() {
		if other := e.Attr(attr.name); other != nil && other.V == attr.V {
			same = append(same, attr.name)
		}
	}
	if len(same) == 0 {
		return nil, then, els
	}
	return t.Only(same...), t.Except(same...), e.Except(same...)
}
