package aspects

import (
	"strings"

	"assay/ui/style"
	"assay/ui/view/outline"
	"assay/ui/widget"
)

// branch is a directory, or the common beginning of names, while a tree is
// made: things in the order in which they came.
type branch struct {
	id    string
	dirs  map[string]*branch
	order []any // *outline.Item or *branch
	names map[*branch]string
}

func newBranch(id string) *branch {
	return &branch{id: id, dirs: map[string]*branch{}, names: map[*branch]string{}}
}

// at returns the branch below this one by its path.
func (b *branch) at(path []string) *branch {
	for _, name := range path {
		next := b.dirs[name]
		if next == nil {
			next = newBranch(b.id + name + "/")
			b.dirs[name], b.names[next] = next, name
			b.order = append(b.order, next)
		}
		b = next
	}
	return b
}

// add puts an item at its place: "a/b/c" is an item in the branch b of a.
func (b *branch) add(path string, it *outline.Item) {
	parts := strings.Split(path, "/")
	to := b.at(parts[:len(parts)-1])
	to.order = append(to.order, it)
}

// grown returns the branch's contents as items. A branch that holds nothing
// but another one is drawn as one: "machines/nixos/".
func (b *branch) grown() []*outline.Item {
	out := make([]*outline.Item, 0, len(b.order))
	for _, o := range b.order {
		if it, ok := o.(*outline.Item); ok {
			out = append(out, it)
			continue
		}
		next := o.(*branch)
		name := b.names[next] + "/"
		for len(next.order) == 1 {
			only, ok := next.order[0].(*branch)
			if !ok {
				break
			}
			name += next.names[only] + "/"
			next = only
		}
		dir := &outline.Item{Node: widget.Node{ID: next.id, Line: widget.Line{widget.R(style.Accent, name)}, Open: true}}
		out = append(out, dir.Add(next.grown()...))
	}
	return out
}
