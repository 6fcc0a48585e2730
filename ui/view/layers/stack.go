package layers

import (
	"strconv"
	"strings"

	"assay/fleet"
	"assay/overlay"
	"assay/ui/known"
	"assay/ui/style"
	"assay/ui/term"
	"assay/ui/view"
	"assay/ui/widget"
)

// target is what can be done with a node.
type target struct {
	link   view.Link // that enter opens; zero none
	pkg    string    // that enter asks for instead
	system string    // that enter changes to
	at     fleet.Pos // that can be edited
	name   string    // that can be copied
}

// stack is the part of the view that shows the layers.
type stack struct {
	tree    *widget.Tree
	st      *style.Style
	roots   []*widget.Node
	targets map[string]*target

	made   bool
	from   *overlay.Stack
	system string
}

func newStack(st *style.Style) stack { return stack{tree: widget.NewTree(st), st: st} }

// update makes the nodes anew where the layers or the system are others.
func (s *stack) update(k *known.Known, system string) {
	if s.made && s.from == k.Stack.Value && s.system == system {
		return
	}
	s.made, s.from, s.system = true, k.Stack.Value, system
	s.roots, s.targets = nil, map[string]*target{}
	if k.Stack.Value != nil && system != "" {
		for _, layer := range k.Stack.Value.Layers(system) {
			s.roots = append(s.roots, s.layer(&layer))
		}
	}
	s.tree.SetRoots(s.roots)
}

// layer is a layer's node with its entries below.
func (s *stack) layer(l *overlay.Layer) *widget.Node {
	root := &widget.Node{
		ID:    l.Name,
		Line:  widget.Line{widget.R(style.Strong, strconv.Itoa(l.Number)+" "+l.Name), widget.R(style.Muted, "  "+where(l))},
		Right: widget.Line{widget.R(style.Muted, entries(len(l.Entries)))},
		Open:  true,
	}
	s.targets[root.ID] = &target{name: l.Name}
	wide := 0
	for i := range l.Entries {
		wide = max(wide, min(term.Width(term.Clean(l.Entries[i].Package)), 20))
	}
	for i := range l.Entries {
		root.Children = append(root.Children, s.entry(&l.Entries[i], wide))
	}
	for i := range l.Open {
		root.Children = append(root.Children, s.open(l, i))
	}
	if len(root.Children) == 0 {
		root.Children = []*widget.Node{{ID: l.Name + "/", Heading: true, Line: widget.Line{widget.R(style.Muted, "  nothing on this system")}}}
	}
	return root
}

// open is a place that may define what only Nix knows.
func (s *stack) open(l *overlay.Layer, i int) *widget.Node {
	o := &l.Open[i]
	n := &widget.Node{
		ID:     l.Name + "/?" + strconv.Itoa(i),
		Line:   widget.Line{widget.R(style.Unknown, s.st.Glyphs.Unknown+" "+o.Why)},
		Right:  widget.Line{widget.R(style.Muted, o.At.String())},
		Placed: o.At.File != "",
	}
	s.targets[n.ID] = &target{at: o.At}
	return n
}

func (s *stack) entry(e *overlay.Entry, wide int) *widget.Node {
	role := style.Link
	if e.Dead == fleet.True {
		role = style.Struck
	}
	line := widget.Line{widget.R(role, e.Package), widget.P(strings.Repeat(" ", max(wide-term.Width(term.Clean(e.Package)), 0)))}
	if mark := fate(s.st, e); mark.Text != "" {
		line = append(line, widget.P("  "), mark)
	}
	line = append(line, widget.P("  "+origin(e)))
	id := e.Layer + "/" + e.Package
	if s.targets[id] != nil { // a file may define a name twice
		id += "/" + e.At.String()
	}
	n := &widget.Node{ID: id, Line: line, Right: widget.Line{widget.R(style.Muted, e.At.String())}, Placed: true}
	s.targets[n.ID] = &target{pkg: e.Package, at: e.At, name: e.Package}
	return n
}

// target is what the cursor is on; nil without nodes.
func (s *stack) target() *target {
	if n := s.tree.Cursor(); n != nil {
		return s.targets[n.ID]
	}
	return nil
}

func entries(n int) string {
	if n == 1 {
		return "1 entry"
	}
	return strconv.Itoa(n) + " entries"
}
