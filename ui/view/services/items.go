package services

import (
	"maps"
	"slices"

	"assay/fleet"
	"assay/modules/compose"
	"assay/ui/style"
	"assay/ui/view"
	"assay/ui/view/outline"
	"assay/ui/widget"
	"assay/ui/word"
)

// How wide columns of names may get, and how many members a role may have to
// be open from the beginning.
const (
	nameWidth = 34
	few       = 12
)

// items are the instances with what is below them.
func (v *View) items() []*outline.Item {
	f := v.env.Known.Fleet
	var items []*outline.Item
	for i := range f.Services {
		s := &f.Services[i]
		it := &outline.Item{
			Node: widget.Node{
				ID: s.Name, Open: true,
				Line:  widget.Line{widget.R(style.Strong, s.Name), widget.R(style.Muted, "  "+module(s))},
				Right: outline.Near(s.At),
			},
			At: s.At, Copy: s.Name, What: "the instance's name", Words: []string{s.Name, module(s), s.At.String()},
		}
		wide := outline.Widest(s.Roles, func(r fleet.Role) string { return r.Name }, nameWidth)
		for j := range s.Roles {
			it.Add(v.role(s, &s.Roles[j], wide))
		}
		items = append(items, it)
	}
	return items
}

// module says where an instance's module comes from, in few words: its name
// is left out where the instance has the same.
func module(s *fleet.Service) string {
	name := "module "
	if s.Module != s.Name {
		name += s.Module + " "
	}
	if s.Input != "" {
		return name + "of input " + s.Input
	}
	return name + "of the tree"
}

func (v *View) role(s *fleet.Service, r *fleet.Role, wide int) *outline.Item {
	self := s.Name + "/" + r.Name
	it := &outline.Item{
		Node: widget.Node{
			ID: self, Open: len(r.Members) <= few,
			Line:  widget.Line{widget.R(style.Strong, widget.Pad(r.Name, wide)), widget.P("  " + word.Count(len(r.Members), "member"))},
			Right: outline.Near(r.At),
		},
		At: r.At, Copy: self, What: "the role", Words: []string{self, r.At.String()},
	}
	if s.Input == "" {
		it.Add(v.aspects(self, compose.RoleAspect(s.Module, r.Name))...)
	}
	for _, key := range slices.Sorted(maps.Keys(r.Settings)) {
		text := key + " = " + view.Setting(r.Settings[key])
		it.Words = append(it.Words, text)
		it.Add(&outline.Item{
			Node: widget.Node{ID: outline.Sub(self, "setting "+key, 0), Line: widget.Line{widget.R(style.Muted, "setting "), widget.P(text)}},
			At:   r.At, Link: view.At(r.At), Copy: text, What: "the setting",
		})
	}
	if len(r.Members) == 0 {
		it.Add(outline.Note(outline.Sub(self, "nobody", 0), widget.R(style.Warn, v.env.Style.Glyphs.Warn+" no machine has this role: its machines and tags name none")))
	}
	names := outline.Widest(r.Members, func(m fleet.Member) string { return m.Machine }, nameWidth)
	for i, m := range r.Members {
		it.Add(member(outline.Sub(self, "member ", i), m, names))
	}
	return it
}

// member is a machine that has a role.
func member(self string, m fleet.Member, wide int) *outline.Item {
	return &outline.Item{
		Node: widget.Node{
			ID:    self,
			Line:  widget.Line{widget.R(style.Link, widget.Pad(m.Machine, wide)), widget.R(style.Muted, "  "+view.Via(m.Via))},
			Right: outline.Near(m.At),
		},
		Link: view.Link{Place: view.Machine, Name: m.Machine, Sub: "services"},
		At:   m.At, Copy: m.Machine, What: "the machine's name", Words: []string{m.Machine, m.Via},
	}
}

// aspects are the aspects of that name, of every class: a role's module.
func (v *View) aspects(role, name string) []*outline.Item {
	if !v.env.Known.Aspects.Has() {
		return nil
	}
	var out []*outline.Item
	all := v.env.Known.Aspects.Value
	for i := range all {
		a := &all[i]
		if a.Name != name {
			continue
		}
		full := view.AspectName(a.Class, a.Name)
		it := &outline.Item{
			Node: widget.Node{ID: outline.Sub(role, "aspect "+full, 0), Line: widget.Line{widget.R(style.Muted, "aspect  "), widget.R(style.Link, full)}},
			Link: view.Link{Place: view.Aspect, Name: full}, Copy: full, What: "the aspect's name",
		}
		if len(a.Files) > 0 {
			it.At = a.Files[0].At
			it.Right = outline.Near(it.At)
		}
		out = append(out, it)
	}
	return out
}
