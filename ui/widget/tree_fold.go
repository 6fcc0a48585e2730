package widget

// found is what a filter shows.
type found struct {
	match func(*Node) bool
	hit   map[*Node]bool
	above map[*Node]bool  // something below matches
	open  map[string]bool // what somebody expanded or collapsed since, by ID
	count int
}

// find asks about every node once. Headings never match: they are shown with
// what is below them.
func find(roots []*Node, match func(*Node) bool) *found {
	f := &found{match: match, hit: map[*Node]bool{}, above: map[*Node]bool{}, open: map[string]bool{}}
	f.search(roots)
	return f
}

func (f *found) search(nodes []*Node) (any bool) {
	for _, n := range nodes {
		below := f.search(n.Children)
		if below {
			f.above[n] = true
		}
		hit := !n.Heading && f.match(n)
		if hit {
			f.hit[n] = true
			f.count++
		}
		any = any || below || hit
	}
	return any
}

// shows reports whether the node is there; under says that a node above it
// matches.
func (f *found) shows(n *Node, under bool) bool {
	return f == nil || under || f.hit[n] || f.above[n]
}

// list appends the nodes that could be on the screen.
func (t *Tree) list(nodes []*Node, depth, parent int, under bool) {
	var title *Node // a heading without children belongs to the nodes after it
	for _, n := range nodes {
		if !t.found.shows(n, under) {
			if n.Heading && len(n.Children) == 0 {
				title = n
			}
			continue
		}
		if title != nil {
			t.items = append(t.items, item{node: title, depth: depth, parent: parent})
			title = nil
		}
		open := len(n.Children) > 0 && t.isOpen(n)
		t.items = append(t.items, item{node: n, depth: depth, parent: parent, open: open})
		if open {
			t.list(n.Children, depth+1, len(t.items)-1, under || t.found != nil && t.found.hit[n])
		}
	}
}

// isOpen reports whether what is below the node is shown. What is below a
// heading always is: no cursor could expand it.
func (t *Tree) isOpen(n *Node) bool {
	if n.Heading {
		return true
	}
	if t.found != nil {
		if open, said := t.found.open[n.ID]; said {
			return open
		}
		if t.found.above[n] {
			return true
		}
	}
	if open, said := t.open[n.ID]; said {
		return open
	}
	return n.Open
}

// setOpen remembers what somebody wants. While a filter is on, it holds until
// the filter changes.
func (t *Tree) setOpen(n *Node, open bool) {
	if t.found != nil {
		t.found.open[n.ID] = open
		return
	}
	t.open[n.ID] = open
}

// fold expands or collapses item i. It reports whether that changed anything.
func (t *Tree) fold(i int, open bool) bool {
	if i < 0 || len(t.items[i].node.Children) == 0 || t.items[i].open == open {
		return false
	}
	t.setOpen(t.items[i].node, open)
	t.flatten()
	t.grew = open
	return true
}

// collapse hides what is below the cursor, or goes to what is above it.
func (t *Tree) collapse() {
	i := t.win.cursor
	if i < 0 || t.fold(i, false) {
		return
	}
	if up := t.items[i].parent; up >= 0 && !t.items[up].node.Heading {
		t.put(up)
	}
}

// Inside reports whether there is something to collapse at the cursor: what is
// below it, or what it is below.
func (t *Tree) Inside() bool {
	i := t.win.cursor
	if i < 0 || t.items[i].open {
		return i >= 0
	}
	up := t.items[i].parent
	return up >= 0 && !t.items[up].node.Heading
}

func (t *Tree) foldAll(nodes []*Node, open bool) {
	for _, n := range nodes {
		if len(n.Children) > 0 {
			t.setOpen(n, open)
			t.foldAll(n.Children, open)
		}
	}
}

// collapseAll leaves the first level, with the cursor on the node that it was
// below.
func (t *Tree) collapseAll() {
	top := t.win.cursor
	for top >= 0 && t.items[top].parent >= 0 && !t.items[t.items[top].parent].node.Heading {
		top = t.items[top].parent
	}
	if top >= 0 {
		t.put(top)
	}
	t.foldAll(t.roots, false)
	t.flatten()
}

// Toggle expands or collapses the node under the cursor; false if nothing is
// below it.
func (t *Tree) Toggle() bool {
	i := t.win.cursor
	return i >= 0 && t.fold(i, !t.items[i].open)
}

// Reveal expands what is above the node of that ID and puts the cursor on it.
func (t *Tree) Reveal(id string) bool {
	path := way(t.roots, id)
	if path == nil {
		return false
	}
	for _, n := range path[1:] {
		t.setOpen(n, true)
	}
	t.at = spot{id: id}
	t.flatten()
	return t.win.cursor >= 0 && t.items[t.win.cursor].node.ID == id
}

// way returns the node of that ID and what is above it, the node first; nil if
// there is none.
func way(nodes []*Node, id string) []*Node {
	for _, n := range nodes {
		if n.ID == id {
			return []*Node{n}
		}
		if below := way(n.Children, id); below != nil {
			return append(below, n)
		}
	}
	return nil
}
