package sops

import (
	"bytes"
	"encoding/json"
	"slices"
	"strings"
)

// loadJSON reads one JSON object. What encoding/json would drop or fold is
// refused: duplicate names, and anything behind the document.
func loadJSON(text []byte) (branch, error) {
	r, err := newReader(text)
	if err != nil {
		return nil, err
	}
	out, err := r.branch(0)
	if err == nil {
		err = r.end()
	}
	if err != nil {
		return nil, err
	}
	return out, nil
}

// branch reads an object whose opening brace comes next.
func (r *reader) branch(depth int) (branch, error) {
	t, err := r.token()
	if err != nil {
		return nil, err
	}
	if t != json.Delim('{') {
		return nil, r.fail("expected an object")
	}
	return r.members(depth)
}

func (r *reader) members(depth int) (branch, error) {
	out := branch{}
	err := r.rest(func(key string) error {
		line := r.line()
		v, err := r.value(depth + 1)
		out = append(out, item{key: key, value: v, line: line})
		return err
	})
	return out, err
}

func (r *reader) value(depth int) (any, error) {
	t, err := r.token()
	if err != nil {
		return nil, err
	}
	if r.nodes++; depth > maxNest || r.nodes > maxNodes {
		return nil, r.fail("too many values, or too deep in one another")
	}
	switch t := t.(type) {
	case json.Delim:
		if t == '{' {
			return r.members(depth)
		}
		list := []any{}
		for r.dec.More() {
			v, err := r.value(depth + 1)
			if err != nil {
				return nil, err
			}
			list = append(list, v)
		}
		_, err := r.token()
		return list, err
	case json.Number:
		return r.number(t)
	}
	return t, nil
}

// number is an int where it fits and has no fraction, else a float64.
func (r *reader) number(n json.Number) (any, error) {
	if i, err := n.Int64(); err == nil {
		return int(i), nil
	}
	f, err := n.Float64()
	if err != nil {
		return nil, r.fail("a number that is too large")
	}
	return f, nil
}

// emitJSON writes a document as the sops command does: comments dropped,
// every member on a line, a newline at the end.
func emitJSON(doc branch, indent int) ([]byte, error) {
	compact, err := appendJSON(nil, doc)
	defer func() { clear(compact) }()
	if err != nil {
		return nil, err
	}
	step := "\t"
	if indent != 0 {
		step = strings.Repeat(" ", max(indent, 0))
	}
	var out bytes.Buffer
	out.Grow(2*len(compact) + 64)
	if err := json.Indent(&out, compact, "", step); err != nil {
		return nil, err
	}
	out.WriteByte('\n')
	return out.Bytes(), nil
}

func appendJSON(to []byte, v any) ([]byte, error) {
	switch v := v.(type) {
	case branch:
		to = append(to, '{')
		for _, it := range v {
			if it.note != nil {
				continue
			}
			if to[len(to)-1] != '{' {
				to = append(to, ',')
			}
			name, err := json.Marshal(it.key)
			if err != nil {
				return to, err
			}
			if to, err = appendJSON(append(append(to, name...), ": "...), it.value); err != nil {
				return to, err
			}
		}
		return append(to, '}'), nil
	case []any:
		to = append(to, '[')
		for _, e := range v {
			if _, ok := e.(comment); ok {
				continue
			}
			if to[len(to)-1] != '[' {
				to = append(to, ',')
			}
			var err error
			if to, err = appendJSON(to, e); err != nil {
				return to, err
			}
		}
		return append(to, ']'), nil
	}
	text, err := json.Marshal(v)
	defer clear(text)
	if err != nil {
		return to, errNotJSON
	}
	return append(slices.Grow(to, len(text)), text...), nil
}
