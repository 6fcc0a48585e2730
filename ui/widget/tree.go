package widget

import (
	"slices"

	"assay/ui/action"
	"assay/ui/style"
)

// Node is one line of a Tree with what is below it. Its owner makes it and
// does not change it afterwards.
type Node struct {
	ID       string // unique in the tree, stable
	Line     Line
	Right    Line // drawn at the right edge, where there is room
	Placed   bool // Right is a place: Line is cut for it, and it loses directories before it is left out
	Children []*Node
	Open     bool // expanded until somebody collapses it
	Heading  bool // the cursor skips it; it is there to be read
}

// Tree is a windowed tree with a cursor, a filter and expanded nodes. A flat
// list of nodes is a list.
type Tree struct {
	// Empty is what to show where there are no nodes.
	Empty []Line
	// Idle says that the keys go elsewhere: the line under the cursor is
	// drawn without the cursor.
	Idle bool

	st    *style.Style
	roots []*Node
	open  map[string]bool // what somebody expanded or collapsed, by ID
	found *found          // of the filter; nil without one
	items []item          // what could be on the screen, in order
	win   window          // its cursor is -1 where there are headings only
	seen  bool            // the cursor has been on the screen since it moved
	w, h  int             // of the last Render
	at    spot            // the cursor's place, which stays with the IDs
	start spot            // where it was before the filter
	grew  bool            // the node under the cursor was expanded since the last Render
	flat  bool            // no node has children
	pen   pen
}

// spot is a node by its ID, and what is above it: the nearest first.
type spot struct {
	id    string
	above []string
}

// item is a node that could be on the screen.
type item struct {
	node   *Node
	depth  int
	parent int // its index, -1 none
	open   bool
}

// NewTree returns an empty tree.
func NewTree(st *style.Style) *Tree {
	return &Tree{st: st, open: map[string]bool{}, win: window{cursor: -1}, flat: true, pen: pen{st: st}}
}

// SetRoots gives the tree new nodes. The cursor and what is expanded stay
// with their IDs.
func (t *Tree) SetRoots(roots []*Node) {
	t.roots, t.flat = roots, true
	for _, n := range roots {
		t.flat = t.flat && len(n.Children) == 0
	}
	if t.found != nil {
		open := t.found.open
		t.found = find(t.roots, t.found.match)
		t.found.open = open
	}
	t.flatten()
}

// Found is how many nodes match the filter.
func (t *Tree) Found() int {
	if t.found == nil {
		return 0
	}
	return t.found.count
}

// Filter shows only the nodes that match, with what is above and below them;
// nil shows all again, with the cursor on the node that it is on. It returns
// how many match.
func (t *Tree) Filter(match func(*Node) bool) int {
	was := t.found
	if match == nil {
		t.unfilter()
		return 0
	}
	if was == nil {
		t.start = t.at
	}
	t.found = find(t.roots, match)
	t.flatten()
	if was == nil || was.count != t.found.count {
		t.toMatch()
	}
	return t.found.count
}

// toMatch puts the cursor on the first match from its place on, if it is not
// on one.
func (t *Tree) toMatch() {
	for off := range t.items {
		i := (max(t.win.cursor, 0) + off) % len(t.items)
		if t.found.hit[t.items[i].node] {
			t.put(i)
			return
		}
	}
}

// unfilter shows all. The cursor stays on its node, and what is above that is
// expanded; where nothing matches, it goes back to where the filter began.
func (t *Tree) unfilter() {
	if t.found == nil {
		return
	}
	open := t.found.open
	if t.found = nil; t.win.cursor < 0 {
		t.at = t.start
	}
	if path := way(t.roots, t.at.id); path != nil && len(t.items) > 0 {
		if is, said := open[t.at.id]; said {
			t.setOpen(path[0], is)
		}
		for _, n := range path[1:] {
			t.setOpen(n, true)
		}
	}
	t.flatten()
}

// flatten lists the nodes anew and finds the cursor again: on its node, or on
// the nearest one above it that is to be seen.
func (t *Tree) flatten() {
	t.items = t.items[:0]
	t.list(t.roots, 0, -1, false)
	t.win.n = len(t.items)
	at := t.index(t.at.id)
	for i := 0; at < 0 && i < len(t.at.above); i++ {
		at = t.index(t.at.above[i])
	}
	if at < 0 {
		at = t.nearest(t.win.cursor)
	}
	t.put(at)
}

// index is where the node of that ID is in the list, if the cursor can be on
// it; else -1.
func (t *Tree) index(id string) int {
	return slices.IndexFunc(t.items, func(it item) bool { return it.node.ID == id && !it.node.Heading })
}

// nearest is the node closest to line i that is no heading: below it if there
// is one; -1 if there is none at all.
func (t *Tree) nearest(i int) int {
	i = min(max(i, 0), len(t.items))
	for below := i; below < len(t.items); below++ {
		if !t.items[below].node.Heading {
			return below
		}
	}
	for above := i - 1; above >= 0; above-- {
		if !t.items[above].node.Heading {
			return above
		}
	}
	return -1
}

// put puts the cursor on an item; -1 is none.
func (t *Tree) put(i int) {
	t.win.cursor, t.seen = i, false
	if i < 0 {
		return
	}
	t.at.id, t.at.above = t.items[i].node.ID, nil
	for up := t.items[i].parent; up >= 0; up = t.items[up].parent {
		t.at.above = append(t.at.above, t.items[up].node.ID)
	}
}

// Cursor is the node under the cursor, nil without nodes.
func (t *Tree) Cursor() *Node {
	if t.win.cursor < 0 {
		return nil
	}
	return t.items[t.win.cursor].node
}

// Click puts the cursor where line y of the last Render is. It reports
// whether the cursor was there already, which opens it.
func (t *Tree) Click(x, y int) (again bool) {
	at := t.win.top + y
	if y < 0 || y >= t.win.h || at >= t.win.end() || t.items[at].node.Heading {
		return false
	}
	again = at == t.win.cursor
	t.put(at)
	return again
}

// Do carries out moves and expanding. It reports whether the intent was one
// of those.
func (t *Tree) Do(in action.Intent) bool {
	switch in.ID {
	case action.Expand:
		t.fold(t.win.cursor, true)
	case action.Collapse:
		t.collapse()
	case action.ExpandAll:
		t.foldAll(t.roots, true)
		t.flatten()
	case action.CollapseAll:
		t.collapseAll()
	default:
		by, moves := t.win.step(in.ID)
		if moves {
			t.move(by)
		}
		return moves
	}
	return true
}

// move moves the cursor by so many lines and past headings. Where no node is
// left in that direction, the window moves, so that all can be read.
func (t *Tree) move(by int) {
	from := t.win.cursor
	to := -1
	if from >= 0 {
		to = t.landing(from, by)
	}
	if to >= 0 && to != from {
		t.put(to)
		return
	}
	t.win.top = max(min(t.win.top+by, t.win.n-t.win.h), 0)
}

// landing is the node that a move from item i by so many lines ends on: the
// first one at or after it, or else the last one before it.
func (t *Tree) landing(i, by int) int {
	step := 1
	if by < 0 {
		step = -1
	}
	to := min(max(i+by, 0), len(t.items)-1)
	for at := to; at >= 0 && at < len(t.items); at += step {
		if !t.items[at].node.Heading {
			return at
		}
	}
	for at := to; at != i; at -= step {
		if !t.items[at].node.Heading {
			return at
		}
	}
	return i
}
