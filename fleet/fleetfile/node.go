package fleetfile

import (
	"cmp"
	"maps"
	"slices"

	"assay/fleet"
)

// node is one value of the file with its places. The methods accept a nil
// node, which is a key that is not there, or that the schema has refused.
type node struct {
	key    fleet.Pos // of the key, or of the element itself
	at     fleet.Pos // of the value
	about  string    // the comment at a table, without its signs; "" without one
	value  any       // string, int64, float64, bool or time.Time; nil for tables and arrays
	fields map[string]*node
	items  []*node
	kind   kind

	refused map[string]bool // keys taken out by the checker: not missing, but wrong
}

// kind is the type of a value, named as errors name it.
type kind string

const (
	isString kind = "a string"
	isInt    kind = "an integer"
	isFloat  kind = "a float"
	isBool   kind = "true or false"
	isDate   kind = "a date"
	isTable  kind = "a table"
	isArray  kind = "an array"
)

// join makes nodes of the decoded value v and its place. A place that the
// scanner has missed would be that of the table around it.
func join(v any, p *place, ls *lines) *node {
	n := &node{key: ls.pos(p.key), at: ls.pos(p.value), about: p.about}
	switch v := v.(type) {
	case map[string]any:
		n.kind, n.fields = isTable, make(map[string]*node, len(v))
		for k, f := range v {
			n.fields[k] = join(f, cmp.Or(p.fields[k], p), ls)
		}
	case []map[string]any:
		n.kind = isArray
		for i, f := range v {
			n.items = append(n.items, join(f, p.item(i), ls))
		}
	case []any:
		n.kind = isArray
		for i, f := range v {
			n.items = append(n.items, join(f, p.item(i), ls))
		}
	default:
		n.value, n.kind = v, kindOf(v)
	}
	return n
}

func (p *place) item(i int) *place {
	if i < len(p.items) {
		return p.items[i]
	}
	return p
}

func kindOf(v any) kind {
	switch v.(type) {
	case string:
		return isString
	case int64:
		return isInt
	case float64:
		return isFloat
	case bool:
		return isBool
	}
	return isDate
}

// get follows a path of keys; nil when there is no such value.
func (n *node) get(path ...string) *node {
	for _, k := range path {
		if n == nil {
			return nil
		}
		n = n.fields[k]
	}
	return n
}

// names returns the keys in the order of the file.
func (n *node) names() []string {
	if n == nil {
		return nil
	}
	return slices.SortedFunc(maps.Keys(n.fields), func(a, b string) int {
		return cmp.Or(fleet.ComparePos(n.fields[a].key, n.fields[b].key), cmp.Compare(a, b))
	})
}

func (n *node) elements() []*node {
	if n == nil {
		return nil
	}
	return n.items
}

func (n *node) text() string {
	if n == nil {
		return ""
	}
	s, _ := n.value.(string)
	return s
}

func (n *node) comment() string {
	if n == nil {
		return ""
	}
	return n.about
}

func (n *node) number() int {
	if n == nil {
		return 0
	}
	i, _ := n.value.(int64)
	return int(i)
}

func (n *node) yes() bool {
	if n == nil {
		return false
	}
	b, _ := n.value.(bool)
	return b
}

// texts returns the strings of an array.
func (n *node) texts() []string {
	var ts []string
	for _, e := range n.elements() {
		ts = append(ts, e.text())
	}
	return ts
}

// named returns the strings of an array with their places.
func (n *node) named() []fleet.Named {
	var ns []fleet.Named
	for _, e := range n.elements() {
		ns = append(ns, fleet.Named{Name: e.text(), At: e.at})
	}
	return ns
}

// plain returns the value without places: nil, string, int64, float64, bool,
// []any or map[string]any.
func (n *node) plain() any {
	switch {
	case n == nil:
		return nil
	case n.kind == isTable:
		m := make(map[string]any, len(n.fields))
		for k, f := range n.fields {
			m[k] = f.plain()
		}
		return m
	case n.kind == isArray:
		a := make([]any, 0, len(n.items))
		for _, e := range n.items {
			a = append(a, e.plain())
		}
		return a
	}
	return n.value
}

// where is the place of a value, or the first of the fallbacks that is
// somewhere.
func (n *node) where(fallbacks ...*node) fleet.Pos {
	for _, c := range append([]*node{n}, fallbacks...) {
		if c != nil {
			return c.at
		}
	}
	return fleet.Pos{}
}
