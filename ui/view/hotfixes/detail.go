package hotfixes

import (
	"cmp"
	"fmt"
	"strconv"
	"strings"
	"time"

	"assay/fleet"
	"assay/overlay"
	"assay/overlay/care"
	"assay/ui/style"
	"assay/ui/view"
	"assay/ui/widget"
	"assay/ui/word"
)

// target is what can be done with a line.
type target struct {
	link view.Link // that enter opens
	at   fleet.Pos // that can be edited
	text string    // that can be copied
	what string    // it is
}

// detail is all that is known of one hotfix.
type detail struct {
	tree    *widget.Tree
	st      *style.Style
	roots   []*widget.Node
	targets map[string]*target
	of      *care.Hotfix
	at      time.Time // when that was known
	w       int
}

// update makes the lines of a hotfix, nil for none.
func (d *detail) update(h *care.Hotfix, at time.Time, w int) {
	if d.of == h && d.at.Equal(at) && d.w == w && d.targets != nil {
		return
	}
	other := d.of == nil || h == nil || d.of.Package != h.Package || d.of.At != h.At
	d.of, d.at, d.w = h, at, w
	d.roots, d.targets = nil, map[string]*target{}
	if h != nil {
		d.verdict(h)
		d.about(h)
		d.users(h)
		d.evidence(h)
		d.note(h.Note)
	}
	d.tree.SetRoots(d.roots)
	if other && len(d.roots) > 0 {
		d.tree.Reveal(d.roots[0].ID)
	}
}

func (d *detail) add(n *widget.Node, t target) {
	n.Placed = t.at.File != ""
	d.targets[n.ID] = &t
	d.roots = append(d.roots, n)
}

func (d *detail) read(line ...widget.Span) {
	d.roots = append(d.roots, &widget.Node{ID: "line/" + strconv.Itoa(len(d.roots)), Heading: true, Line: line})
}

func (d *detail) title(text string) {
	d.read()
	d.read(widget.R(style.Heading, text))
}

// folded adds a text, with a label beside its first line.
func (d *detail) folded(label string, role style.Role, text string) {
	if text == "" {
		return
	}
	const wide = 12
	for i, line := range view.Fold(text, max(d.w-wide-2, 8)) {
		if i > 0 {
			label = ""
		}
		d.read(widget.R(style.Muted, "  "+widget.Pad(label, wide-2)), widget.R(role, line))
	}
}

// verdict is the first line, and why.
func (d *detail) verdict(h *care.Hotfix) {
	role, glyph := look(d.st, h.Verdict)
	d.add(&widget.Node{
		ID:    "verdict",
		Line:  widget.Line{widget.R(role, glyph+" "+string(h.Verdict)), widget.P("  "), widget.R(style.Strong, h.Package)},
		Right: widget.Line{widget.R(style.Muted, h.At.String())},
	}, target{placed(h.At), h.At, h.Package, "the name"})
	d.folded("because", style.Plain, h.Evidence)
}

// about says what it is and why it is there.
func (d *detail) about(h *care.Hotfix) {
	d.folded("what", style.Plain, what(h))
	d.folded("reason", style.Plain, h.Reason)
	d.folded("since", style.Plain, since(h.Since))
	if h.Note != nil {
		d.folded("goes when", style.Plain, strings.TrimPrefix(h.Note.RemoveWhen, "when "))
	}
	if h.Rebuilds != nil {
		d.folded("rebuilds", style.Plain, word.Count(*h.Rebuilds, "derivation"))
	}
}

// what says what the layer does, and where.
func what(h *care.Hotfix) string {
	text := "built differently"
	switch h.Kind {
	case overlay.LayerHotfixes:
		text = "from " + strings.Join(h.Channels, ", ")
	case overlay.LayerPackages:
		text = "the fleet's own package"
	case overlay.LayerFlakeInputs:
		text = "from a flake input"
	}
	if on := cmp.Or(strings.Join(h.Systems, ", "), strings.Join(h.Globs, ", ")); on != "" {
		text += " on " + on
	}
	return text + ", in layer " + h.Layer
}

// since is the day with where it is known from.
func since(s care.Since) string {
	if s.Day == "" {
		return "unknown: " + cmp.Or(s.Why, "no date is written, and git was not asked")
	}
	text := fmt.Sprintf("%s, %s", s.Day, word.Count(s.Days, "day"))
	if s.By == care.SinceGit {
		text += fmt.Sprintf(", by commit %.8s %s", s.Commit, s.Subject)
	}
	if s.Why != "" {
		text += "; " + s.Why
	}
	return text
}

// users are the machines that have it, and those that install the package.
func (d *detail) users(h *care.Hotfix) {
	switch {
	case len(h.Machines) == 0:
		d.folded("used by", style.Plain, "no machine of the fleet")
		return
	case h.UsedBy == nil:
		d.folded("used by", style.Plain, "unknown; "+word.Count(len(h.Machines), "machine")+" could")
		return
	case len(h.UsedBy) == 0:
		d.folded("used by", style.Plain, "no list of packages names it, of "+word.Count(len(h.Machines), "machine")+" that could")
		return
	}
	d.title(fmt.Sprintf("used by %d of %s that could", len(h.UsedBy), word.Count(len(h.Machines), "machine")))
	for _, name := range h.UsedBy {
		d.add(&widget.Node{ID: "machine/" + name, Line: widget.Line{widget.P("  "), widget.R(style.Link, name)}},
			target{link: view.Link{Place: view.Machine, Name: name}, text: name, what: "the name"})
	}
}

// evidence is what each source says, where several do.
func (d *detail) evidence(h *care.Hotfix) {
	if len(h.Findings) < 2 {
		return
	}
	d.title("what it is made of")
	for _, f := range h.Findings {
		role, glyph := look(d.st, f.Verdict)
		d.read(widget.P("  "), widget.R(role, glyph+" "+string(f.Verdict)), widget.R(style.Muted, ", by "+sourceName(f.By)))
		for _, line := range view.Fold(f.Text, max(d.w-6, 8)) {
			d.read(widget.P("    " + line))
		}
	}
}

// note shows the comment beside it where that says more, and its links.
func (d *detail) note(n *overlay.Note) {
	if n == nil || len(n.Links) == 0 {
		return
	}
	d.title("links")
	for i, l := range n.Links {
		text := cmp.Or(l.URL, l.Ref)
		d.add(&widget.Node{ID: fmt.Sprintf("link/%d", i), Line: widget.Line{
			widget.R(style.Muted, "  "+widget.Pad(string(l.Kind), 7)+" "), widget.R(style.Link, text)}},
			target{text: text, what: "the link"})
	}
}
