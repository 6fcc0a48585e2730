package widget

import (
	"assay/ui/action"
	"assay/ui/style"
)

// Node is one line of a Tree with what is below it. Its owner makes it and
// does not change it afterwards.
type Node struct {
	ID       string // unique in the tree, stable
	Line     Line
	Right    Line // drawn at the right edge, where there is room
	Children []*Node
	Open     bool // expanded until somebody collapses it
	Heading  bool // the cursor skips it; it is there to be read
}

// Tree is a windowed tree with a cursor, a filter and expanded nodes. A flat
// list of nodes is a list.
type Tree struct {
	// Empty is what to show where there are no nodes.
	Empty []Line
	st    *style.Style
}

// NewTree returns an empty tree.
func NewTree(st *style.Style) *Tree { return &Tree{st: st} }

// SetRoots gives the tree new nodes. The cursor and what is expanded stay
// with their IDs.
func (t *Tree) SetRoots(roots []*Node) { panic("to come") }

// Filter shows only the nodes that match, with what is above and below them;
// nil shows all. It returns how many match.
func (t *Tree) Filter(match func(*Node) bool) int { panic("to come") }

// Render draws h lines of w columns.
func (t *Tree) Render(w, h int) string { panic("to come") }

// Do carries out moves and expanding. It reports whether the intent was one
// of those.
func (t *Tree) Do(in action.Intent) bool { panic("to come") }

// Cursor is the node under the cursor, nil without nodes.
func (t *Tree) Cursor() *Node { panic("to come") }

// Reveal expands what is above the node of that ID and puts the cursor on it.
func (t *Tree) Reveal(id string) bool { panic("to come") }

// Toggle expands or collapses the node under the cursor; false if nothing is
// below it.
func (t *Tree) Toggle() bool { panic("to come") }

// Click puts the cursor where line y of the last Render is. It reports
// whether the cursor was there already, which opens it.
func (t *Tree) Click(x, y int) (again bool) { panic("to come") }
