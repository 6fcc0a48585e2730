package policy

import (
	"fmt"

	"go.yaml.in/yaml/v3"
)

// reader walks the nodes of one file. Its mistakes become problems, so that
// one does not hide the others.
type reader struct {
	c      *Config
	visits int // nodes looked at so far
	rule   int // index of the rule being read, or -1
}

func (r *reader) at(n *yaml.Node) Place { return Place{r.c.File, max(n.Line, 1)} }

func (r *reader) problem(kind Trouble, n *yaml.Node, hint, format string, args ...any) {
	r.c.Problems = append(r.c.Problems, Problem{kind, r.at(n), r.rule, fmt.Sprintf(format, args...), hint})
}

// broken notes what sops refuses, whichever file it is asked about: it reads
// all rules before it looks for the one that matches.
func (r *reader) broken(n *yaml.Node, format string, args ...any) {
	r.c.Problems = append(r.c.Problems, Problem{Broken, r.at(n), -1, fmt.Sprintf(format, args...), ""})
}

// follow resolves aliases. It returns nil once the file has cost too much.
func (r *reader) follow(n *yaml.Node) *yaml.Node {
	for range maxDepth {
		if r.visits++; r.visits > maxVisits {
			return nil
		}
		if n == nil || n.Kind != yaml.AliasNode {
			return n
		}
		n = n.Alias
	}
	return nil
}

// field is one field of a mapping.
type field struct {
	name  string
	key   *yaml.Node
	value *yaml.Node // aliases not resolved
}

// fields lists a mapping's fields, those that "<<" merges after its own. What
// is no mapping has none; null is an empty one.
func (r *reader) fields(n *yaml.Node, depth int) []field {
	m := r.follow(n)
	if m == nil || null(m) {
		return nil
	}
	if m.Kind != yaml.MappingNode || depth > maxDepth {
		r.broken(n, "expected fields")
		return nil
	}
	var out, merged []field
	seen := map[string]bool{}
	for i := 0; i+1 < len(m.Content); i += 2 {
		key, value := r.follow(m.Content[i]), m.Content[i+1]
		switch {
		case key == nil || key.Kind != yaml.ScalarNode:
			r.broken(m.Content[i], "a field's name is not a text")
		case key.ShortTag() == "!!merge":
			merged = append(merged, r.merged(value, depth)...)
		case seen[key.Value]:
			r.broken(key, "the field %s stands there twice", quote(key.Value))
		default:
			seen[key.Value] = true
			out = append(out, field{key.Value, m.Content[i], value})
		}
	}
	for _, f := range merged {
		if !seen[f.name] {
			seen[f.name] = true
			out = append(out, f)
		}
	}
	return out
}

// merged are the fields behind "<<": of one mapping or a list of them.
func (r *reader) merged(value *yaml.Node, depth int) []field {
	v := r.follow(value)
	if v == nil || v.Kind != yaml.SequenceNode {
		return r.fields(value, depth+1)
	}
	var out []field
	for _, m := range v.Content {
		out = append(out, r.fields(m, depth+1)...)
	}
	return out
}

// items lists a sequence, aliases in it not resolved; null is an empty one.
func (r *reader) items(n *yaml.Node, what string) []*yaml.Node {
	s := r.follow(n)
	switch {
	case s == nil || null(s):
		return nil
	case s.Kind != yaml.SequenceNode:
		r.broken(n, "%s is not a list", what)
		return nil
	}
	return s.Content
}

// text reads a scalar; null is "".
func (r *reader) text(n *yaml.Node, what string) string {
	s := r.follow(n)
	switch {
	case s == nil || null(s):
		return ""
	case s.Kind != yaml.ScalarNode:
		r.broken(n, "%s is not a text", what)
		return ""
	}
	return s.Value
}

// number and truth read typed scalars; null is zero.
func (r *reader) number(n *yaml.Node, what string) (out int) {
	if s := r.follow(n); s != nil && !null(s) && s.Decode(&out) != nil {
		r.broken(n, "%s is not a number", what)
	}
	return out
}

func (r *reader) truth(n *yaml.Node, what string) (out bool) {
	if s := r.follow(n); s != nil && !null(s) && s.Decode(&out) != nil {
		r.broken(n, "%s is neither true nor false", what)
	}
	return out
}

func null(n *yaml.Node) bool { return n.Kind == yaml.ScalarNode && n.ShortTag() == "!!null" }
