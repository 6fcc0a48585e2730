package symbolic

import (
	"fmt"
	"slices"
	"strconv"
	"strings"
)

// plain is a value as data: nil, bool, int64, float64, string, []any or
// map[string]any. bad is the part that is none of these, or nil.
func (ev *Evaluator) plain(v Value, depth int) (data any, bad Value) {
	if !ev.tick() || depth > 200 {
		return nil, &Unknown{Place: v.Where(), Why: "the value is nested too deeply to evaluate"}
	}
	v = ev.Known(v)
	switch v := v.(type) {
	case Null:
		return nil, nil
	case Bool:
		return v.B, nil
	case Int:
		return v.N, nil
	case Float:
		return v.F, nil
	case *String:
		if s, ok := v.Text(); ok {
			return s, nil
		}
		return nil, &Unknown{Place: v.Place, Why: "the string has a part that is not known"}
	case *List:
		if v.open() {
			return nil, &Unknown{Place: v.Place, Why: "the list has a part that is not known"}
		}
		out := make([]any, len(v.Items))
		for i, item := range v.Items {
			if out[i], bad = ev.plain(item.V.Force(), depth+1); bad != nil {
				return nil, bad
			}
		}
		return out, nil
	case *Attrs:
		return ev.plainSet(v, depth)
	}
	return nil, v
}

func (ev *Evaluator) plainSet(v *Attrs, depth int) (any, Value) {
	if _, ok := ev.setArg(Done(v)); !ok {
		return nil, &Unknown{Place: v.Place, Why: "the set has a part that is not known"}
	}
	if a := v.Attr("__toString"); a != nil {
		return ev.plain(ev.apply(v.Place, a.V.Force(), Done(v)), depth+1)
	}
	if a := v.Attr("outPath"); a != nil {
		return ev.plain(a.V.Force(), depth+1)
	}
	out := make(map[string]any, v.Len())
	for _, name := range v.Names() {
		data, bad := ev.plain(v.Attr(name).V.Force(), depth+1)
		if bad != nil {
			return nil, bad
		}
		out[name] = data
	}
	return out, nil
}

func primToJSON(ev *Evaluator, at Place, a []*Thunk) Value {
	data, bad := ev.plain(ev.force(a[0]), 0)
	if bad != nil {
		if isFault(bad) {
			return bad
		}
		return nil
	}
	var b strings.Builder
	writeJSON(&b, data)
	if !ev.grow(b.Len()) {
		return &Unknown{Place: at, Why: tooMuch}
	}
	return Text(at, b.String())
}

// writeJSON writes what builtins.toJSON gives: no white space, keys sorted.
func writeJSON(b *strings.Builder, data any) {
	switch v := data.(type) {
	case nil:
		b.WriteString("null")
	case bool:
		b.WriteString(strconv.FormatBool(v))
	case int64:
		b.WriteString(strconv.FormatInt(v, 10))
	case float64:
		s := strconv.FormatFloat(v, 'g', -1, 64)
		if !strings.ContainsAny(s, ".eIN") {
			s += ".0"
		}
		b.WriteString(s)
	case string:
		writeJSONString(b, v)
	case []any:
		b.WriteByte('[')
		for i, e := range v {
			if i > 0 {
				b.WriteByte(',')
			}
			writeJSON(b, e)
		}
		b.WriteByte(']')
	case map[string]any:
		b.WriteByte('{')
		for i, name := range sortedKeys(v) {
			if i > 0 {
				b.WriteByte(',')
			}
			writeJSONString(b, name)
			b.WriteByte(':')
			writeJSON(b, v[name])
		}
		b.WriteByte('}')
	}
}

func sortedKeys[V any](m map[string]V) []string {
	keys := make([]string, 0, len(m))
	for k := range m {
		keys = append(keys, k)
	}
	slices.Sort(keys)
	return keys
}

func writeJSONString(b *strings.Builder, s string) {
	short := map[rune]string{'"': `\"`, '\\': `\\`, '\n': `\n`, '\r': `\r`, '\t': `\t`, '\b': `\b`, '\f': `\f`}
	b.WriteByte('"')
	for _, r := range s {
		switch e, ok := short[r]; {
		case ok:
			b.WriteString(e)
		case r < 0x20:
			fmt.Fprintf(b, `\u%04x`, r)
		default:
			b.WriteRune(r)
		}
	}
	b.WriteByte('"')
}

// primToINI is lib.generators.toINI with no options of its own.
func primToINI(ev *Evaluator, at Place, a []*Thunk) Value {
	sections, v := ev.generated(at, a)
	if sections == nil {
		return v
	}
	var out []string
	for _, name := range sortedKeys(sections) {
		body, ok := sections[name].(map[string]any)
		if !ok {
			return fault(at, "toINI: section "+Line(name)+" is not a set")
		}
		lines, ok := keyValues(body)
		if !ok {
			return nil
		}
		title := strings.NewReplacer("[", `\[`, "]", `\]`).Replace(name)
		out = append(out, "["+title+"]\n"+lines)
	}
	return Text(at, strings.Join(out, "\n"))
}

// primToKeyValue is lib.generators.toKeyValue with no options of its own.
func primToKeyValue(ev *Evaluator, at Place, a []*Thunk) Value {
	values, v := ev.generated(at, a)
	if values == nil {
		return v
	}
	lines, ok := keyValues(values)
	if !ok {
		return nil
	}
	return Text(at, lines)
}

// generated returns the set to generate from; otherwise the value that the
// call has, nil where it is not known.
func (ev *Evaluator) generated(at Place, a []*Thunk) (map[string]any, Value) {
	options, ok := ev.setArg(a[0])
	if !ok {
		return nil, ev.wrong(at, a[0], "a set")
	}
	if options.Len() > 0 {
		return nil, nil
	}
	data, bad := ev.plain(ev.force(a[1]), 0)
	if bad != nil {
		if isFault(bad) {
			return nil, bad
		}
		return nil, nil
	}
	values, ok := data.(map[string]any)
	if !ok {
		return nil, fault(at, kindOf(ev.force(a[1]))+" stands where a set is needed")
	}
	return values, nil
}

func keyValues(values map[string]any) (string, bool) {
	var b strings.Builder
	for _, name := range sortedKeys(values) {
		var s string
		switch v := values[name].(type) {
		case nil:
			s = "null"
		case bool:
			s = strconv.FormatBool(v)
		case int64:
			s = strconv.FormatInt(v, 10)
		case string:
			s = v
		default:
			return "", false
		}
		b.WriteString(strings.ReplaceAll(name, "=", `\=`) + "=" + s + "\n")
	}
	return b.String(), true
}
