package widget

import (
	"strings"
	"testing"

	"assay/ui/action"
	"assay/ui/style"
)

func node(id string, children ...*Node) *Node {
	return &Node{ID: id, Line: Line{P(id)}, Children: children}
}

func heading(id string, children ...*Node) *Node {
	n := node(id, children...)
	n.Heading = true
	return n
}

func aspects() []*Node {
	return []*Node{
		node("nixos", node("base"), node("desktop", node("sound"), node("fonts"))),
		node("darwin", node("dock")),
		node("home"),
	}
}

func tree(roots ...*Node) *Tree {
	t := NewTree(style.PlainStyle())
	t.SetRoots(roots)
	return t
}

func on(t *testing.T, tree *Tree, id string) {
	t.Helper()
	n := tree.Cursor()
	if n == nil || n.ID != id {
		t.Errorf("cursor on %v, want %s", n, id)
	}
}

func TestTreeExpandsAndCollapses(t *testing.T) {
	tr := tree(aspects()...)
	equal(t, tr.Render(20, 4), "> ▸ nixos", "  ▸ darwin", "    home", "")
	do(tr, action.Expand, action.Down, action.Down, action.Expand, action.Down)
	equal(t, tr.Render(20, 7),
		"  ▾ nixos", "      base", "    ▾ desktop", ">       sound", "        fonts", "  ▸ darwin", "    home")
	do(tr, action.Collapse) // a leaf: to what is above
	on(t, tr, "desktop")
	do(tr, action.Collapse) // hides what is below
	equal(t, tr.Render(20, 5), "  ▾ nixos", "      base", ">   ▸ desktop", "  ▸ darwin", "    home")
	do(tr, action.Collapse)
	on(t, tr, "nixos")
	do(tr, action.ExpandAll)
	if n := len(tr.items); n != 8 {
		t.Errorf("all expanded: %d lines", n)
	}
	tr.Reveal("fonts")
	do(tr, action.CollapseAll)
	on(t, tr, "nixos")
	if n := len(tr.items); n != 3 {
		t.Errorf("all collapsed: %d lines", n)
	}
}

func TestTreeRemembersByID(t *testing.T) {
	tr := tree(aspects()...)
	if !tr.Reveal("sound") || tr.Reveal("nowhere") {
		t.Error("Reveal does not tell whether there is such a node")
	}
	on(t, tr, "sound")
	tr.SetRoots(append([]*Node{node("first")}, aspects()...))
	on(t, tr, "sound")
	equal(t, tr.Render(20, 6), "    first", "  ▾ nixos", "      base", "    ▾ desktop", ">       sound", "        fonts")
	tr.SetRoots(aspects()[1:])
	on(t, tr, "home")
	tr.SetRoots(nil)
	if tr.Cursor() != nil || tr.Toggle() {
		t.Error("a cursor without nodes")
	}
}

func TestTreeFilter(t *testing.T) {
	tr := tree(aspects()...)
	has := func(what string) func(*Node) bool {
		return func(n *Node) bool { return strings.Contains(n.ID, what) }
	}
	if n := tr.Filter(has("o")); n != 6 { // all but base and darwin
		t.Errorf("%d match", n)
	}
	if n := tr.Filter(has("fonts")); n != 1 {
		t.Errorf("%d match", n)
	}
	equal(t, tr.Render(20, 4), "  ▾ nixos", "    ▾ desktop", ">       fonts", "")
	if n := tr.Filter(has("desktop")); n != 1 {
		t.Errorf("%d match", n)
	}
	equal(t, tr.Render(20, 3), "  ▾ nixos", ">   ▸ desktop", "")
	do(tr, action.Expand) // what is below a match can be seen
	equal(t, tr.Render(20, 4), "  ▾ nixos", ">   ▾ desktop", "        sound", "        fonts")
	do(tr, action.Collapse, action.Collapse, action.Collapse)
	equal(t, tr.Render(20, 2), "> ▸ nixos", "")
	if n := tr.Filter(has("nothing")); n != 0 || tr.Cursor() != nil {
		t.Errorf("%d match, cursor %v", n, tr.Cursor())
	}
	tr.Filter(nil)
	equal(t, tr.Render(20, 4), "> ▸ nixos", "  ▸ darwin", "    home", "")
}

// When a filter goes, the cursor stays on its node, which can be seen.
func TestTreeUnfilterStays(t *testing.T) {
	has := func(what string) func(*Node) bool {
		return func(n *Node) bool { return strings.Contains(n.ID, what) }
	}
	tr := tree(aspects()...)
	do(tr, action.Bottom)
	tr.Filter(has("fonts"))
	tr.Filter(nil)
	on(t, tr, "fonts")
	equal(t, tr.Render(20, 7), "  ▾ nixos", "      base", "    ▾ desktop", "        sound", ">       fonts", "  ▸ darwin", "    home")
	// What was expanded below a match, and new nodes in between.
	tr = tree(aspects()...)
	tr.Filter(has("desktop"))
	do(tr, action.Expand, action.Down)
	tr.SetRoots(aspects())
	on(t, tr, "sound")
	tr.Filter(nil)
	on(t, tr, "sound")
	// A node that only the filter made, and that goes with it.
	tr = tree(aspects()...)
	tr.Filter(has("fonts"))
	tr.Filter(nil)
	with := aspects()
	with[0].Children[1].Children = nil
	tr.SetRoots(with)
	on(t, tr, "desktop")
	// Where nothing matches it is where it was when the filter began.
	tr = tree(aspects()...)
	do(tr, action.Down)
	tr.Filter(has("home"))
	tr.Filter(has("nothing"))
	tr.Filter(nil)
	on(t, tr, "darwin")
	equal(t, tr.Render(20, 4), "  ▸ nixos", "> ▸ darwin", "    home", "")
}

func TestTreeShowsWhatIsExpanded(t *testing.T) {
	tr := tree(node("a"), node("b"), node("c", node("1"), node("2"), node("3"), node("4"), node("5")))
	equal(t, tr.Render(20, 4), ">   a", "    b", "  ▸ c", "")
	do(tr, action.Bottom, action.Expand)
	equal(t, tr.Render(20, 4), "    b", "> ▾ c", "      1", "      2")
	do(tr, action.Bottom)
	on(t, tr, "5")
	equal(t, tr.Render(20, 2), "      4", ">     5")
	// Lines below the cursor that are only there to be read.
	tr = tree(node("a"), node("b"), node("c", heading("c1"), heading("c2")), heading("the end"))
	do(tr, action.Bottom, action.Expand)
	equal(t, tr.Render(20, 4), "> ▾ c", "    c1", "    c2", "  the end")
}

func TestTreePosition(t *testing.T) {
	tr := tree(node("a"), node("b"), node("c"))
	if tr.Render(20, 3); tr.Position() != "" {
		t.Errorf("all can be seen, and it says %q", tr.Position())
	}
	tr.Render(20, 2)
	do(tr, action.Bottom)
	if tr.Render(20, 2); tr.Position() != "2-3 of 3" {
		t.Errorf("it says %q", tr.Position())
	}
}

// Where the keys go elsewhere, there is no cursor.
func TestTreeIdle(t *testing.T) {
	tr := tree(node("a"), node("b"))
	tr.Idle = true
	equal(t, tr.Render(20, 2), "  a", "  b")
}

func TestTreeFilterHoldsForNewNodes(t *testing.T) {
	tr := tree(aspects()...)
	tr.Filter(func(n *Node) bool { return n.ID == "late" })
	tr.SetRoots(append(aspects(), node("more", node("late"))))
	equal(t, tr.Render(20, 3), "> ▾ more", "      late", "")
}

func TestTreeSkipsHeadings(t *testing.T) {
	tr := tree(heading("ONE"), node("a"), node("b"), heading("TWO"), heading("of two"), node("c"), heading("the end"))
	equal(t, tr.Render(10, 7), "  ONE", "> a", "  b", "  TWO", "  of two", "  c", "  the end")
	do(tr, action.Down, action.Down)
	on(t, tr, "c")
	do(tr, action.Up)
	on(t, tr, "b")
	if tr.Click(0, 3) {
		t.Error("a heading can be clicked")
	}
	on(t, tr, "b")
	if n := tr.Filter(func(n *Node) bool { return n.ID == "c" || n.Heading }); n != 1 {
		t.Errorf("%d match", n)
	}
	equal(t, tr.Render(10, 3), "  of two", "> c", "")
	// Headings with something below are always expanded, and can be scrolled.
	tr = tree(heading("H", heading("x"), heading("y"), heading("z")))
	equal(t, tr.Render(6, 2), "  H", "    x")
	do(tr, action.Bottom)
	equal(t, tr.Render(6, 2), "    y", "    z")
	do(tr, action.Up)
	equal(t, tr.Render(6, 2), "    x", "    y")
}

func TestTreeShowsTheHeadingAboveTheFirstNode(t *testing.T) {
	tr := tree(heading("TITLE"), node("a"), node("b"), node("c"), node("d"))
	do(tr, action.Bottom)
	equal(t, tr.Render(10, 2), "  c", "> d")
	do(tr, action.Top)
	equal(t, tr.Render(10, 2), "  TITLE", "> a")
}

func TestTreeRightNeverOverlaps(t *testing.T) {
	n := node("modules/base.nix")
	n.Right = Line{P("3 machines")}
	tr := tree(n)
	equal(t, tr.Render(32, 1), "> modules/base.nix    3 machines")
	equal(t, tr.Render(30, 1), "> modules/base.nix  3 machines")
	equal(t, tr.Render(29, 1), "> modules/base.nix")
	equal(t, tr.Render(12, 1), "> modules/b…")
}

// A line is cut for its place, and the place loses its directories before it
// is left out.
func TestTreeKeepsPlaces(t *testing.T) {
	n := node("services.openssh.settings.Banner = a very long text")
	n.Right, n.Placed = Line{P("services/sshd.nix:12")}, true
	tr := tree(n)
	equal(t, tr.Render(76, 1), "> services.openssh.settings.Banner = a very long text   services/sshd.nix:12")
	equal(t, tr.Render(70, 1), "> services.openssh.settings.Banner = a very long text      sshd.nix:12")
	n.Line = Line{P("services.openssh.settings.Banner = a very long text that goes on and on")}
	equal(t, tr.Render(74, 1), "> services.openssh.settings.Banner = a very long te…  services/sshd.nix:12")
	equal(t, tr.Render(70, 1), "> services.openssh.settings.Banner = a very long text th…  sshd.nix:12")
	equal(t, tr.Render(27, 1), "> services.op…  sshd.nix:12")
	equal(t, tr.Render(26, 1), "> services.openssh.settin…")
}

func TestTreeClick(t *testing.T) {
	tr := tree(aspects()...)
	tr.Render(20, 10)
	if tr.Click(1, 1) || !tr.Click(9, 1) || tr.Click(0, 8) || tr.Click(0, -1) {
		t.Error("a second click opens, the others do not")
	}
	on(t, tr, "darwin")
}
