package machine

import (
	"slices"

	"assay/fleet"
	"assay/modules/compose"
	"assay/ui/style"
	"assay/ui/view"
	"assay/ui/view/outline"
	"assay/ui/widget"
	"assay/ui/word"
)

// nameWidth is how wide a column of names may get.
const nameWidth = 34

// composed gives the items of a part that shows the composition: what each
// makes of it, below what is to be said of the whole.
func (v *View) composed(each func(*compose.Composition) []*outline.Item) []*outline.Item {
	c := v.composition()
	if c.Value.Machine == "" {
		v.panes[v.at].Empty(view.Loading(&c, "the composition"))
		return nil
	}
	items := each(&c.Value)
	if faulty := v.faulty(&c.Value, c.Err); faulty != nil {
		items = slices.Insert(items, 0, faulty)
	}
	return items
}

// faulty is the line above a composition with errors; it leads to them.
func (v *View) faulty(c *compose.Composition, err error) *outline.Item {
	n := 0
	for _, p := range c.Problems {
		if p.Severity == fleet.Error {
			n++
		}
	}
	text := "the composition has " + word.Count(n, "error") + ": what follows may not be all"
	switch {
	case n == 0 && err == nil:
		return nil
	case n == 0:
		text = "the composition could not be finished: what follows may not be all"
	}
	return &outline.Item{
		Node: widget.Node{ID: "errors", Line: widget.Line{widget.R(style.Fail, v.env.Style.Glyphs.Fail+" "+text)}},
		Link: view.Link{Place: view.Machine, Name: v.link.Name, Sub: "overview " + outline.Sub("problem", "", 0)},
		Copy: text, What: "the line",
	}
}

// scopes lists the composition's scopes, the machine's first.
func scopes(c *compose.Composition) []*compose.Scope {
	out := []*compose.Scope{&c.Scope}
	for i := range c.Homes {
		out = append(out, &c.Homes[i])
	}
	return out
}

// scopeItem is the item that holds what one scope has: "cameron,
// home-manager: 13 aspects".
func (v *View) scopeItem(sc *compose.Scope, n int, thing string) *outline.Item {
	name, kind := v.link.Name, string(sc.Class)
	if sc.User != "" {
		name, kind = sc.User, "home-manager"
	}
	return &outline.Item{
		Node: widget.Node{
			ID: scopeID(sc), Open: true,
			Line: widget.Line{widget.R(style.Strong, name), widget.R(style.Muted, "  "+kind+": "+word.Count(n, thing))},
		},
		Copy: name,
	}
}

func scopeID(sc *compose.Scope) string { return "scope " + sc.User }

// id is the identity of something that a scope has: its name, after the user's
// in a home. Links use it: "options services.openssh.enable".
func id(sc *compose.Scope, name string) string { return word.Scoped(sc.User, name) }

// aspectLink leads to an aspect that a scope reaches by that name.
func aspectLink(sc *compose.Scope, name string) view.Link {
	class := sc.Class
	for i := range sc.Aspects {
		if sc.Aspects[i].Name == name {
			class = sc.Aspects[i].Class
			break
		}
	}
	return view.ToAspect(class, name)
}

// from is the aspect of that name, or that it is no aspect: what a machine's
// own configuration holds.
func (v *View) from(sc *compose.Scope, name string) string {
	own := name == compose.MachineAspect(v.machine()) &&
		!slices.ContainsFunc(sc.Aspects, func(r compose.Reached) bool { return r.Name == name })
	if own {
		return "its configuration"
	}
	return name
}

// place is an item for a place in a file, which enter opens.
func place(id, label string, at fleet.Pos) *outline.Item {
	return &outline.Item{
		Node: widget.Node{ID: id, Line: widget.Line{widget.R(style.Muted, label), widget.R(style.Link, at.String())}},
		Link: view.At(at), At: at, Copy: at.String(), What: "the place",
	}
}

// origin says which aspect something is from and, at the right, where it is
// written.
func (v *View) origin(self string, sc *compose.Scope, name string, at fleet.Pos) *outline.Item {
	if name == "" || v.from(sc, name) != name {
		return place(outline.Sub(self, "place", 0), "at     ", at)
	}
	return &outline.Item{
		Node: widget.Node{
			ID: outline.Sub(self, "aspect", 0), Right: widget.Line{widget.R(style.Muted, at.String())},
			Line: widget.Line{widget.R(style.Muted, "aspect "), widget.R(style.Link, name)},
		},
		Link: aspectLink(sc, name), At: at, Copy: name, What: "the aspect's name",
	}
}

// places says where something is: its place, or in how many files it is.
func places(at []fleet.Pos) widget.Line {
	switch len(at) {
	case 0:
		return nil
	case 1:
		return outline.Near(at[0])
	}
	return widget.Line{widget.R(style.Muted, word.Count(len(at), "file"))}
}

// posWords is what a filter finds a place by.
func posWords(at []fleet.Pos) []string {
	out := make([]string, len(at))
	for i, p := range at {
		out[i] = p.String()
	}
	return out
}
