package sops

import (
	"bytes"
	"fmt"
	"strings"

	"go.yaml.in/yaml/v3"
)

// yamlIndent is what the sops command indents by if .sops.yaml says nothing.
const yamlIndent = 4

// emitYAML writes documents as the sops command does.
func emitYAML(docs []branch, indent int) (text []byte, err error) {
	defer func() {
		if recover() != nil { // the library panics at what it cannot write
			text, err = nil, fmt.Errorf("%w: a value that YAML cannot hold", ErrFormat)
		}
	}()
	if indent <= 0 {
		indent = yamlIndent
	}
	var out bytes.Buffer
	enc := yaml.NewEncoder(&out)
	enc.SetIndent(indent)
	for _, doc := range docs {
		top, err := mappingNode(doc)
		if err != nil {
			return nil, err
		}
		if err := enc.Encode(&yaml.Node{Kind: yaml.DocumentNode, Content: []*yaml.Node{top}}); err != nil {
			return nil, fmt.Errorf("%w: a value that YAML cannot hold", ErrFormat)
		}
	}
	if err := enc.Close(); err != nil {
		return nil, err
	}
	return out.Bytes(), nil
}

// waiting are comments that have been read and not yet put to a node.
type waiting struct{ above, behind []string }

func (w *waiting) add(c comment) {
	if c.inline && !c.opened {
		w.behind = append(w.behind, c.text)
	} else {
		w.above = append(w.above, c.text)
	}
}

// joined is the text of the comments, each with its number sign.
func joined(comments []string) string {
	if len(comments) == 0 {
		return ""
	}
	return "#" + strings.Join(comments, "\n#")
}

// lead puts what stands above to a node, before what is there.
func (w *waiting) lead(n *yaml.Node) {
	if text := joined(w.above); text != "" {
		if n.HeadComment != "" {
			text += "\n" + n.HeadComment
		}
		n.HeadComment, w.above = text, nil
	}
}

// trail puts what stands behind to a node.
func (w *waiting) trail(n *yaml.Node) {
	if text := joined(w.behind); text != "" {
		n.LineComment, w.behind = text, nil
	}
}

// rest puts what is left at the end below the last node, or above an empty
// collection.
func (w *waiting) rest(empty, last *yaml.Node) {
	text := joined(append(w.above, w.behind...))
	switch {
	case text == "":
	case last == nil:
		empty.HeadComment = text
	case last.FootComment != "":
		last.FootComment += "\n" + text
	default:
		last.FootComment = text
	}
}

func mappingNode(b branch) (*yaml.Node, error) {
	m := &yaml.Node{Kind: yaml.MappingNode}
	var w waiting
	var last *yaml.Node
	for _, it := range b {
		if it.note != nil {
			w.add(*it.note)
			continue
		}
		if last == nil {
			w.lead(m)
		}
		key := new(yaml.Node)
		if err := key.Encode(it.key); err != nil {
			return nil, fmt.Errorf("%w: a name that YAML cannot hold", ErrFormat)
		}
		w.lead(key)
		value, err := valueNode(it.value)
		if err != nil {
			return nil, err
		}
		w.trail(value)
		m.Content = append(m.Content, key, value)
		last = key
	}
	w.rest(m, last)
	return m, nil
}

func sequenceNode(list []any) (*yaml.Node, error) {
	s := &yaml.Node{Kind: yaml.SequenceNode}
	var w waiting
	var last *yaml.Node
	for _, v := range list {
		if c, ok := v.(comment); ok {
			w.add(c)
			continue
		}
		if last == nil {
			w.lead(s)
		}
		n, err := valueNode(v)
		if err != nil {
			return nil, err
		}
		w.lead(n)
		w.trail(n)
		s.Content = append(s.Content, n)
		last = n
	}
	w.rest(s, last)
	return s, nil
}

func valueNode(v any) (*yaml.Node, error) {
	switch v := v.(type) {
	case branch:
		return mappingNode(v)
	case []any:
		return sequenceNode(v)
	}
	n := new(yaml.Node)
	if err := n.Encode(v); err != nil {
		return nil, fmt.Errorf("%w: a value that YAML cannot hold", ErrFormat)
	}
	return n, nil
}
