package machine

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

// services shows the roles that the machine has, and why.
func (v *View) services(int) []*outline.Item {
	f := v.env.Known.Fleet
	roles := f.RolesOf(v.link.Name)
	wide := outline.Widest(roles, func(r string) string { return r }, nameWidth)
	var items []*outline.Item
	for i := range f.Services {
		s := &f.Services[i]
		for j := range s.Roles {
			r := &s.Roles[j]
			for _, m := range r.Members {
				if m.Machine == v.link.Name {
					items = append(items, v.role(s, r, m, wide))
				}
			}
		}
	}
	if len(items) == 0 {
		how := "a role's machines or tags in [services.NAME.roles.ROLE] of fleet.toml decide who has it"
		if v.env.Known.Adopted {
			how = "services are the instances of a clan inventory; none in this flake's files has " + v.link.Name
		}
		v.panes[v.at].Empty([]widget.Line{{widget.P("no service has a role for " + v.link.Name)}, {widget.R(style.Muted, how)}})
	}
	return items
}

func (v *View) role(s *fleet.Service, r *fleet.Role, m fleet.Member, wide int) *outline.Item {
	name := s.Name + "/" + r.Name
	it := &outline.Item{
		Node: widget.Node{
			ID: name, Open: true,
			Line:  widget.Line{widget.R(style.Strong, widget.Pad(name, wide)), widget.P("  " + view.Via(m.Via))},
			Right: outline.Near(m.At),
		},
		Link: view.Link{Place: view.Services, Name: name}, At: m.At, Copy: name, What: "the role",
		Words: []string{name, m.Via, s.Module, m.At.String()},
	}
	if s.Input == "" {
		it.Add(v.module(name, compose.RoleAspect(s.Module, r.Name)))
	} else {
		it.Add(outline.Note(outline.Sub(name, "module", 0), widget.R(style.Muted, "module "+s.Input+"#"+s.Module+", from outside of the tree")))
	}
	for _, key := range slices.Sorted(maps.Keys(r.Settings)) {
		text := key + " = " + view.Setting(r.Settings[key])
		it.Words = append(it.Words, text)
		it.Add(&outline.Item{
			Node: widget.Node{ID: outline.Sub(name, "setting "+key, 0), Line: widget.Line{widget.R(style.Muted, "setting "), widget.P(text)}},
			At:   r.At, Link: view.At(r.At), Copy: text, What: "the setting",
		})
	}
	it.Add(&outline.Item{
		Node: widget.Node{ID: outline.Sub(name, "members", 0), Line: widget.Line{widget.R(style.Muted, "members "), widget.P(word.Count(len(r.Members), "machine"))}},
		Link: view.Link{Place: view.Services, Name: name}, At: r.At, Copy: name, What: "the role",
	})
	return it
}

// module is the aspect of a role, as the composition reaches it.
func (v *View) module(role, name string) *outline.Item {
	self := outline.Sub(role, "module", 0)
	c := v.composition()
	for i := range c.Value.Scope.Aspects {
		r := &c.Value.Scope.Aspects[i]
		if r.Name != name {
			continue
		}
		it := &outline.Item{
			Node: widget.Node{ID: self, Line: widget.Line{widget.R(style.Muted, "aspect  "), widget.R(style.Link, name)}},
			Link: view.ToAspect(r.Class, name), Copy: name, What: "the aspect's name",
		}
		if len(r.Files) > 0 {
			it.At = r.Files[0]
			it.Right = outline.Near(r.Files[0])
		}
		return it
	}
	return outline.Note(self, widget.R(style.Unknown, "aspect  "+name+": not seen in the composition"))
}
