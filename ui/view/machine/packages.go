package machine

import (
	"assay/modules/compose"
	"assay/ui/style"
	"assay/ui/view"
	"assay/ui/view/outline"
	"assay/ui/widget"
	"assay/ui/word"
)

// packages shows the packages of each scope with what supplies them.
func (v *View) packages(int) []*outline.Item {
	return v.composed(func(c *compose.Composition) []*outline.Item {
		var items []*outline.Item
		total := 0
		for _, sc := range scopes(c) {
			groups := byName(sc.Packages)
			total += len(groups)
			top := v.scopeItem(sc, len(groups), "package")
			wide := outline.Widest(groups, func(g []compose.Package) string { return g[0].Name }, nameWidth)
			if v.env.Known.Unread != "" && len(groups) > 0 {
				top.Line = append(top.Line, widget.R(style.Unknown, "; which layer supplies them is unknown"))
			}
			for _, g := range groups {
				top.Add(v.pkg(sc, c.System, g, wide))
			}
			items = append(items, top)
		}
		if total > 0 {
			return items
		}
		v.panes[v.at].Empty([]widget.Line{
			{widget.P("the tree lists no package for " + v.link.Name)},
			{widget.R(style.Muted, "packages that modules from outside of the tree install are not known here")},
		})
		return nil
	})
}

// byName puts together what is listed several times; packages come by name.
func byName(packages []compose.Package) [][]compose.Package {
	var out [][]compose.Package
	for i, p := range packages {
		if i > 0 && packages[i-1].Name == p.Name {
			out[len(out)-1] = append(out[len(out)-1], p)
			continue
		}
		out = append(out, []compose.Package{p})
	}
	return out
}

func (v *View) pkg(sc *compose.Scope, system string, listed []compose.Package, wide int) *outline.Item {
	name := listed[0].Name
	self := id(sc, name)
	supplier, why := v.supply(name, system)
	it := &outline.Item{
		Node: widget.Node{
			ID:    self,
			Line:  widget.Line{widget.R(style.Strong, widget.Pad(name, wide)), widget.P("  "), supplier},
			Right: outline.Near(listed[0].At), Placed: true,
		},
		Link: view.Link{Place: view.Layers, Name: name}, At: listed[0].At, Copy: name, What: "the package's name",
		Words: []string{name, supplier.Text},
	}
	if len(listed) > 1 {
		it.Right = widget.Line{widget.R(style.Muted, word.Count(len(listed), "place"))}
	}
	if why != "" {
		it.Add(&outline.Item{
			Node: widget.Node{ID: outline.Sub(self, "why", 0), Line: widget.Line{widget.R(style.Muted, why)}},
			Link: it.Link, At: it.At, Copy: why, What: "the reason",
		})
	}
	for i, p := range listed {
		it.Words = append(it.Words, p.Option, p.Aspect, p.At.String())
		it.Add(&outline.Item{
			Node: widget.Node{ID: outline.Sub(self, "option", i), Line: widget.Line{widget.R(style.Muted, "in     "), widget.R(style.Link, p.Option)}},
			Link: view.Link{Place: view.Machine, Name: v.link.Name, Sub: "options " + id(sc, p.Option)},
			At:   p.At, Copy: p.Option, What: "the option's path",
		})
		it.Add(v.origin(outline.Sub(self, "", i), sc, p.Aspect, p.At))
	}
	return it
}

// supply says what supplies a package on a system, and why.
func (v *View) supply(name, system string) (supplier widget.Span, why string) {
	stack := v.env.Known.Stack
	if v.env.Known.Unread != "" {
		return widget.P(""), "" // said of all of them at once
	}
	if !stack.Has() || stack.Value == nil {
		return widget.R(style.Unknown, "supplier unknown: the layers are not read"), ""
	}
	layer, channel := stack.Value.Supply(name, system)
	if layer != "" {
		why = stack.Value.Which(name, system).Reason
	}
	if layer == "" && channel == "" {
		return widget.R(style.Unknown, "supplier unknown"), why
	}
	switch {
	case layer == "":
		return widget.R(style.Muted, channel), why
	case channel == "":
		return widget.P("layer " + layer), why
	}
	return widget.P(word.SuppliedBy(layer, channel)), why
}
