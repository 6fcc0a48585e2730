package machine

import (
	"assay/modules/compose"
	"assay/ui/style"
	"assay/ui/view"
	aspects "assay/ui/view/aspect"
	"assay/ui/view/outline"
	"assay/ui/widget"
	"assay/ui/word"
)

// imports shows the aspects of each scope in the module system's order, with
// the way to each and its files, then the modules from elsewhere.
func (v *View) imports(int) []*outline.Item {
	return v.composed(func(c *compose.Composition) []*outline.Item {
		var items []*outline.Item
		for _, sc := range scopes(c) {
			top := v.scopeItem(sc, len(sc.Aspects), "aspect")
			wide := outline.Widest(sc.Aspects, func(r compose.Reached) string { return r.Name }, nameWidth)
			seen := map[string]bool{}
			for i := range sc.Aspects {
				name := view.AspectName(sc.Aspects[i].Class, sc.Aspects[i].Name)
				top.Add(reached(sc, i, wide, seen[name]))
				seen[name] = true
			}
			if len(sc.Files) > 0 {
				top.Add(v.files(sc))
			}
			if len(sc.Foreign) > 0 {
				top.Add(v.foreign(sc))
			}
			items = append(items, top)
		}
		return items
	})
}

// reached is an aspect that applies; again says that it was there before.
func reached(sc *compose.Scope, i, wide int, again bool) *outline.Item {
	r := &sc.Aspects[i]
	self := id(sc, string(r.Class)+"/"+r.Name)
	if again {
		self = outline.Sub(self, "again", i)
	}
	it := &outline.Item{
		Node: widget.Node{
			ID:    self,
			Line:  condition(widget.Line{widget.R(style.Strong, widget.Pad(r.Name, wide)), widget.R(style.Muted, "  "+aspects.Way(r.Way))}, r.Condition),
			Right: places(r.Files), Placed: true,
		},
		Link: view.ToAspect(r.Class, r.Name), Copy: r.Name, What: "the aspect's name",
		Words: append(posWords(r.Files), r.Name, aspects.Way(r.Way), r.Condition),
	}
	if len(r.Files) > 0 {
		it.At = r.Files[0]
	}
	if r.Condition != "" {
		it.Add(outline.Note(outline.Sub(self, "if", 0), widget.R(style.Warn, "only if "+r.Condition)))
	}
	for n, at := range r.Files {
		it.Add(place(outline.Sub(self, "file", n), "defined at ", at))
	}
	for n, s := range r.Way {
		if !s.At.IsZero() {
			it.Add(place(outline.Sub(self, "way", n), s.Kind+" "+s.Name+" at ", s.At))
		}
	}
	return it
}

// foreign holds the modules that the tree does not define, and those of which
// nothing is known, with the reason.
func (v *View) foreign(sc *compose.Scope) *outline.Item {
	self := outline.Sub(sc.User, "foreign", 0)
	top := &outline.Item{Node: widget.Node{
		ID: self, Open: true,
		Line: widget.Line{
			widget.P(word.Count(len(sc.Foreign), "module") + " from elsewhere"),
			widget.R(style.Muted, "  may set any option"),
		},
	}}
	for i, f := range sc.Foreign {
		line := widget.Line{widget.P(f.Ref), widget.R(style.Muted, "  by "+v.from(sc, f.From))}
		if f.Why != "" {
			line[0] = widget.R(style.Unknown, v.env.Style.Glyphs.Unknown+" unknown: "+f.Why)
		}
		top.Add(&outline.Item{
			Node: widget.Node{ID: outline.Sub(self, "", i), Line: condition(line, f.Condition), Right: outline.Near(f.At)},
			Link: view.At(f.At), At: f.At, Copy: f.Ref, What: "the module",
			Words: []string{f.Ref, f.Why, f.From, f.Condition, f.At.String()},
		})
	}
	return top
}
