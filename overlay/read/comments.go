package read

import (
	"io/fs"
	"strings"

	"assay/modules/syntax"
	"assay/overlay"
)

// bindings are the places of names in a file, with the bindings that they
// belong to.
type bindings struct {
	file *syntax.File
	at   map[syntax.Pos]syntax.Node
	name map[syntax.Pos]syntax.Node // of inherited names: the name itself
}

func indexed(f *syntax.File) bindings {
	b := bindings{file: f, at: map[syntax.Pos]syntax.Node{}, name: map[syntax.Pos]syntax.Node{}}
	syntax.Inspect(f.Root, func(n syntax.Node) bool {
		switch n := n.(type) {
		case *syntax.Assign:
			for i := range n.Path {
				b.at[n.Path[i].Start] = n
			}
		case *syntax.Inherit:
			for i := range n.Names {
				b.at[n.Names[i].Start], b.name[n.Names[i].Start] = n, &n.Names[i]
			}
		}
		return true
	})
	return b
}

// binding is what defines a name at its place; nil where it is computed.
func (r *reader) binding(n *attribute) (bindings, syntax.Node) {
	f := n.at.File
	if f == nil {
		return bindings{}, nil
	}
	b, ok := r.files[f.Name]
	if !ok || b.file != f {
		b = indexed(f)
		r.files[f.Name] = b
	}
	node := b.at[n.at.Span.Start]
	if node == nil || strings.Trim(n.at.Source(), `"`) != n.name {
		return b, nil
	}
	return b, node
}

// note is what is written about a name: above it, or behind it.
func (r *reader) note(n *attribute) *overlay.Note {
	b, node := r.binding(n)
	if node == nil {
		return nil
	}
	var text string
	if name := b.name[n.at.Span.Start]; name != nil {
		text = b.file.CommentsOf(name).Text()
	}
	if text == "" {
		text = b.file.CommentsOf(node).Text()
	}
	return noteOf(text)
}

// header is what a file says at its top.
func (r *reader) header(name string) *overlay.Note {
	note, ok := r.headers[name]
	if !ok {
		note = r.readHeader(name)
		r.headers[name] = note
	}
	return note
}

func (r *reader) readHeader(name string) *overlay.Note {
	src, err := fs.ReadFile(r.fsys, name)
	if err != nil || !strings.HasPrefix(strings.TrimSpace(string(src[:min(len(src), 256)])), "#") {
		return nil
	}
	var lines []string
	for line := range strings.SplitSeq(string(src), "\n") {
		if !strings.HasPrefix(line, "#") {
			break
		}
		lines = append(lines, line)
	}
	return noteOf(strings.Join(lines, "\n"))
}

func noteOf(text string) *overlay.Note {
	note := overlay.ReadNote(text)
	if note.IsZero() {
		return nil
	}
	return &note
}
