package sops

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"regexp"
	"strings"
	"time"

	"go.yaml.in/yaml/v3"
)

// The YAML store follows the sops command in what becomes of comments, since
// theirs is part of the format: an encrypted comment is bound to the mapping
// or list that it is found in.

const (
	maxNodes = 1 << 20 // values of a file, its aliases followed
	maxMarks = 1 << 21 // line ends and punctuation in a YAML file: its library makes half a KiB of a value of two bytes
)

// marks counts what every value of a YAML file takes at least one of.
func marks(text []byte) (n int) {
	for _, c := range text {
		switch c {
		case '\n', ',', '[', '{':
			n++
		}
	}
	return n
}

// yamlReader turns the nodes of one file into documents.
type yamlReader struct {
	aliases bool // allowed; sops writes none
	nodes   int
}

var yamlLine = regexp.MustCompile(`line ([0-9]+)`)

// yamlFail says where the YAML library failed, and not what it said: it may
// quote the text, which may be a secret.
func yamlFail(err error) error {
	if m := yamlLine.FindStringSubmatch(err.Error()); m != nil {
		return fmt.Errorf("line %s: %w: not valid YAML", m[1], ErrFormat)
	}
	return fmt.Errorf("%w: not valid YAML", ErrFormat)
}

func failAt(n *yaml.Node, format string, args ...any) error {
	return fmt.Errorf("line %d: %w: %w", n.Line, ErrFormat, fmt.Errorf(format, args...))
}

// loadYAML reads the documents of a file. Plain ones may have anchors and
// aliases, which are followed, as sops does.
func loadYAML(text []byte, plain bool) (docs []branch, err error) {
	defer func() {
		// The library's own panics are caught by it; this is for the rest.
		if recover() != nil {
			docs, err = nil, fmt.Errorf("%w: not valid YAML", ErrFormat)
		}
	}()
	if marks(text) > maxMarks {
		return nil, fmt.Errorf("%w: too many values", ErrFormat)
	}
	r := &yamlReader{aliases: plain}
	dec := yaml.NewDecoder(bytes.NewReader(text))
	for {
		var doc yaml.Node
		if err := dec.Decode(&doc); errors.Is(err, io.EOF) {
			return docs, nil
		} else if err != nil {
			return nil, yamlFail(err)
		}
		b, err := r.document(&doc)
		if err != nil {
			return nil, err
		}
		docs = append(docs, b)
	}
}

// note appends the comments of one place, line by line.
func note(b branch, text string, inline bool, line int) branch {
	for _, c := range noteLines(text) {
		b = append(b, item{note: &comment{text: c, inline: inline}, line: line})
	}
	return b
}

func noteLines(text string) []string {
	var out []string
	for line := range strings.SplitSeq(text, "\n") {
		if line != "" {
			out = append(out, line[1:])
		}
	}
	return out
}

// document reads a document's mapping, with what stands before and after it.
// A document that is empty or null is an empty mapping.
func (r *yamlReader) document(doc *yaml.Node) (branch, error) {
	b := note(branch{}, doc.HeadComment, false, doc.Line)
	b = note(b, doc.LineComment, false, doc.Line)
	for _, n := range doc.Content {
		var err error
		if b, err = r.top(n, b); err != nil {
			return nil, err
		}
	}
	return note(b, doc.FootComment, false, doc.Line), nil
}

func (r *yamlReader) top(n *yaml.Node, b branch) (branch, error) {
	switch {
	case n.Kind == yaml.AliasNode:
		return nil, failAt(n, "an alias at the top")
	case n.Kind == yaml.ScalarNode && n.ShortTag() == "!!null":
		b = note(b, n.HeadComment, false, n.Line)
		return note(b, n.LineComment, false, n.Line), nil
	case n.Kind != yaml.MappingNode:
		return nil, failAt(n, "the document is not a mapping")
	}
	return r.mapping(n, b, false, 0)
}

// mapping appends a mapping's items. The comments of the mapping itself are
// items too, unless whoever holds it has taken them.
func (r *yamlReader) mapping(n *yaml.Node, b branch, taken bool, depth int) (branch, error) {
	if !taken {
		b = note(b, n.HeadComment, false, n.Line)
		b = note(b, n.LineComment, false, n.Line)
	}
	seen := map[string]bool{}
	for i := 0; i+1 < len(n.Content); i += 2 {
		key, value := n.Content[i], n.Content[i+1]
		name, err := r.name(key, seen)
		if err != nil {
			return nil, err
		}
		b = note(b, key.HeadComment, false, key.Line)
		b = note(b, key.LineComment, false, key.Line)
		single := value.Kind == yaml.ScalarNode || value.Kind == yaml.AliasNode
		if single {
			b = note(b, value.HeadComment, false, value.Line)
			b = note(b, value.LineComment, true, value.Line)
		}
		v, err := r.value(value, single, depth+1)
		if err != nil {
			return nil, err
		}
		b = append(b, item{key: name, value: v, line: key.Line})
		if single {
			b = note(b, value.FootComment, false, value.Line)
		}
		b = note(b, key.FootComment, false, key.Line)
	}
	if !taken {
		b = note(b, n.FootComment, false, n.Line)
	}
	return b, nil
}

// name reads a key, which must be a text and stand there once.
func (r *yamlReader) name(key *yaml.Node, seen map[string]bool) (string, error) {
	if key.Kind == yaml.AliasNode && r.aliases {
		key = key.Alias
	}
	var v any
	if key.Kind != yaml.ScalarNode || key.Decode(&v) != nil {
		return "", failAt(key, "a name is not a text")
	}
	name, ok := v.(string)
	switch {
	case !ok:
		return "", failAt(key, "a name is not a text; put it in quotes")
	case seen[name]:
		return "", failAt(key, "a name stands there twice")
	}
	seen[name] = true
	return name, nil
}

func (r *yamlReader) value(n *yaml.Node, taken bool, depth int) (any, error) {
	r.nodes++
	if depth > maxNest || r.nodes > maxNodes {
		return nil, failAt(n, "too many values, or too deep in one another")
	}
	switch n.Kind {
	case yaml.MappingNode:
		return r.mapping(n, branch{}, taken, depth)
	case yaml.SequenceNode:
		return r.sequence(n, taken, depth)
	case yaml.AliasNode:
		if !r.aliases {
			return nil, failAt(n, "an alias, which sops never writes")
		}
		return r.value(n.Alias, false, depth+1)
	}
	return scalar(n)
}

func (r *yamlReader) sequence(n *yaml.Node, taken bool, depth int) (any, error) {
	list := []any{}
	add := func(text string, inline bool) {
		for _, c := range noteLines(text) {
			list = append(list, comment{text: c, inline: inline})
		}
	}
	if !taken {
		add(n.HeadComment, false)
		add(n.LineComment, false)
	}
	for _, e := range n.Content {
		add(e.HeadComment, false)
		add(e.LineComment, true)
		v, err := r.value(e, true, depth+1)
		if err != nil {
			return nil, err
		}
		list = append(list, v)
		add(e.FootComment, false)
	}
	if !taken {
		add(n.FootComment, false)
	}
	return list, nil
}

// scalar resolves a scalar by the rules of the YAML library, which are those
// that sops follows: YAML 1.2 with the dates of 1.1.
func scalar(n *yaml.Node) (any, error) {
	var v any
	if err := n.Decode(&v); err != nil {
		return nil, failAt(n, "a value is not of the type that its tag names")
	}
	switch v := v.(type) {
	case nil, string, int, float64, bool, time.Time:
		return v, nil
	}
	return nil, failAt(n, "a kind of value that sops does not know, such as a number above 2^63-1; put it in quotes")
}
