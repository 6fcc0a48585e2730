package layers

import (
	"fmt"
	"slices"
	"strconv"
	"time"

	"assay/fleet"
	"assay/fleet/session"
	"assay/overlay"
	"assay/ui/known"
	"assay/ui/style"
	"assay/ui/view"
	"assay/ui/widget"
	"assay/ui/word"
)

// question is what a reply answers; the same question has the same reply.
type question struct {
	pkg, system string
	source      source
	told        *session.Remembered // by Nix
	w           int
	typing      bool // not everything is needed: the next key brings another one
}

// reply is the part of the view that answers where a package comes from.
type reply struct {
	tree    *widget.Tree
	st      *style.Style
	roots   []*widget.Node
	targets map[string]*target
	indent  string // of what is read beside nodes, which may have an expander
	deep    string // of what is read below the last node or title
	made    bool
	to      question
	now     time.Time // when it was made
}

func newReply(st *style.Style) reply { return reply{tree: widget.NewTree(st), st: st} }

// answer makes the nodes of the reply to a question.
func (r *reply) answer(k *known.Known, names *names, systems []string, q question, problems []fleet.Problem) {
	if r.made && r.to == q {
		return
	}
	moved := r.to.pkg != q.pkg
	r.made, r.to, r.now = true, q, k.Now
	r.roots, r.targets = nil, map[string]*target{}
	if s := k.Stack.Value; s != nil && q.pkg != "" && q.system != "" {
		a := s.Which(q.pkg, q.system)
		uses, isKnown := names.of(q.pkg)
		r.indent = ""
		if slices.ContainsFunc(uses, func(u session.PackageUse) bool { return u.Aspect != "" }) {
			r.indent = "  "
		}
		r.supplied(&a)
		r.note(a.Note, a.Reason)
		if !isKnown && a.Layer == "" {
			r.unheard(&a, names)
		}
		r.chain(s, &a)
		r.evaluated(q.told, problems)
		r.versions(&a)
		r.elsewhere(s, &a, systems)
		if isKnown || a.Layer != "" || !k.Packages.Has() {
			r.installed(k, uses)
		}
	}
	r.tree.SetRoots(r.roots)
	if moved && len(r.roots) > 0 {
		r.tree.Reveal(r.roots[0].ID)
	}
}

// add adds a node that something can be done with.
func (r *reply) add(n *widget.Node, t target) *widget.Node {
	r.targets[n.ID], r.deep = &t, r.indent+"  "
	n.Placed = t.at.File != ""
	r.roots = append(r.roots, n)
	return n
}

// title adds an empty line and a heading.
func (r *reply) title(text string) {
	id := "title/" + text
	r.deep = "  "
	r.roots = append(r.roots,
		&widget.Node{ID: id + "/above", Heading: true},
		&widget.Node{ID: id, Heading: true, Line: widget.Line{widget.R(style.Heading, text)}})
}

// read adds a line that is there to be read only.
func (r *reply) read(id string, line ...widget.Span) {
	r.roots = append(r.roots, &widget.Node{ID: id, Heading: true, Line: line})
}

// below folds a text into lines below the last node, of which this is the
// part of that name.
func (r *reply) below(part string, role style.Role, text string) {
	if text == "" {
		return
	}
	id := r.roots[len(r.roots)-1].ID + "/" + part
	for i, line := range view.Fold(text, r.to.w-2-len(r.deep)) {
		r.read(id+strconv.Itoa(i), widget.R(role, r.deep+line))
	}
}

// supplied says who supplies the package, and why.
func (r *reply) supplied(a *overlay.Answer) {
	mark := widget.R(style.OK, r.st.Glyphs.OK+" ")
	if a.Layer == "" && a.Version == "" || a.Set != "" {
		mark = widget.R(style.Unknown, r.st.Glyphs.Unknown+" ")
	}
	line := widget.Line{mark, widget.R(style.Strong, supplier(a))}
	if a.Version != "" {
		line = append(line, widget.P("  "), widget.R(style.Strong, a.Version))
	}
	n := r.add(&widget.Node{ID: "supplied", Line: line, Right: widget.Line{widget.R(style.Muted, a.At.String())}},
		target{at: a.At, name: supplier(a)})
	if a.At.File != "" {
		r.targets[n.ID].link = view.At(a.At)
	}
	r.below("why", style.Plain, a.Reason)
}

// chain shows the layers from the first to the winner, with what each defines
// under the name.
func (r *reply) chain(s *overlay.Stack, a *overlay.Answer) {
	layers := s.Layers(r.to.system)
	if a.Layer == "" {
		r.title("chain")
		r.below("none", style.Muted, "none of "+listed(layers)+" defines it")
		return
	}
	r.title("chain, from the first layer to the one that wins")
	entries := append([]overlay.Entry{}, a.Shadowed...)
	if w := winner(layers, a); w != nil {
		entries = append(entries, *w)
	}
	for _, layer := range layers[:min(a.Number, len(layers))] {
		label := widget.Pad(strconv.Itoa(layer.Number)+" "+layer.Name, 14) + "  "
		here := false
		for i := range entries {
			if entries[i].Number == layer.Number {
				here = true
				r.entry(&entries[i], label)
			}
		}
		if !here {
			r.read("chain/"+layer.Name, widget.R(style.Muted, r.indent+label+r.st.Glyphs.Skip))
		}
	}
}

// listed says which layers there are.
func listed(layers []overlay.Layer) string {
	if len(layers) == 0 {
		return "no layers"
	}
	return fmt.Sprintf("the %s, %s to %s,", word.Count(len(layers), "layer"), layers[0].Name, layers[len(layers)-1].Name)
}

// winner is the entry that decides.
func winner(layers []overlay.Layer, a *overlay.Answer) *overlay.Entry {
	name := a.Package
	if a.Set != "" {
		name = a.Set
	}
	for i := range layers {
		if layers[i].Number != a.Number {
			continue
		}
		for j := range layers[i].Entries {
			if layers[i].Entries[j].Package == name {
				return &layers[i].Entries[j]
			}
		}
	}
	return nil
}

// entry adds what one layer defines under the name.
func (r *reply) entry(e *overlay.Entry, label string) {
	mark := widget.R(style.OK, r.st.Glyphs.OK+" wins")
	if e.Shadowed {
		mark = fate(r.st, e)
	}
	n := r.add(&widget.Node{
		ID:    "chain/" + e.Layer + "/" + e.Package,
		Line:  widget.Line{widget.P(label), mark, widget.P("  "), widget.R(effect(e), origin(e))},
		Right: widget.Line{widget.R(style.Muted, e.At.String())},
	}, target{at: e.At, name: e.Package})
	t := r.targets[n.ID]
	switch {
	case e.Package != r.to.pkg:
		t.pkg = e.Package
	case e.At.File != "":
		t.link = view.At(e.At)
	}
	if e.Package != r.to.pkg {
		r.below("set", style.Muted, "the whole set "+e.Package)
	}
	if e.File != "" && e.File != e.At.File {
		r.below("file", style.Muted, e.File)
	}
	if e.Reason != "" && e.Shadowed { // the winner's stands above already
		r.below("reason", style.Muted, "because "+e.Reason)
	}
	if e.Why != "" {
		r.below("fate", style.Muted, e.Why)
	}
	if e.Shadowed {
		r.below("note", style.Muted, noted(e.Note, e.Reason))
	}
}
