package compose

import (
	"slices"
	"strings"

	"assay/fleet"
	"assay/modules"
	"assay/modules/symbolic"
)

// roles enters the modules of every role that the machine has. A role is a
// function { instance, settings, roles, machine }: module, applied once per
// instance.
func (w *walker) roles(f *fleet.Fleet, m *fleet.Machine, start Step) {
	if f == nil {
		return
	}
	for i := range f.Services {
		s := &f.Services[i]
		for j := range s.Roles {
			r := &s.Roles[j]
			for _, member := range r.Members {
				if member.Machine == m.Name {
					w.role(f, s, r, member, m, start)
				}
			}
		}
	}
}

func (w *walker) role(f *fleet.Fleet, s *fleet.Service, r *fleet.Role, member fleet.Member, m *fleet.Machine, start Step) {
	title := s.Name + "/" + r.Name
	if s.Input != "" || w.lenient {
		from := "inputs." + s.Input
		if s.Input == "" {
			from = "self"
		}
		w.scope.Foreign = append(w.scope.Foreign, Foreign{Ref: from + ": service " + s.Module, From: "role " + title, At: s.At})
		return
	}
	name := RoleAspect(s.Module, r.Name)
	a := w.tree.Aspect(m.Class, name)
	if a == nil {
		hint := "define flake.modules." + string(m.Class) + "." + symbolic.AttrName(name)
		if meant := w.tree.Meant(m.Class, name); meant != "" {
			hint += "; or " + meant
		}
		w.problem(member.At, hint, "it has the role %s (by %s), for which the tree defines no module of class %s", title, member.Via, m.Class)
		return
	}
	way := []Step{start, {Kind: "role", Name: title, At: member.At}, {Kind: "aspect", Name: name, At: a.At()}}
	// Another instance of the same module is another module, not a second one.
	if first, ok := w.seen[title+"/"+name]; ok {
		w.problem(member.At, "", "role %s is reached twice: by %s and by %s", title, wayText(first), wayText(way))
		return
	}
	w.seen[title+"/"+name] = way
	w.queue = append(w.queue, item{aspect: a, units: w.roleUnits(a, f, s, r, m), name: name, way: way})
}

// rolesOf is the key under which a tree keeps the argument roles of an
// instance.
type rolesOf struct {
	fleet    *fleet.Fleet
	instance string
}

func (w *walker) roleUnits(a *modules.Aspect, f *fleet.Fleet, s *fleet.Service, r *fleet.Role, m *fleet.Machine) []*unit {
	all := w.tree.Once(rolesOf{f, s.Name}, func() any { return rolesArgument(s) }).(symbolic.Value)
	units := make([]*unit, len(a.Contributors))
	w.tree.Alone(func() {
		none := symbolic.Place{}
		arguments := map[string]symbolic.Value{
			"instance": symbolic.Text(none, s.Name),
			"settings": symbolic.FromData(none, orEmpty(r.Settings)),
			"roles":    all,
			"machine":  symbolic.FromData(none, machineArgument(m)),
		}
		for i := range a.Contributors {
			units[i] = makeUnit(w.tree.OpenRole(&a.Contributors[i], arguments, m.System), w.root)
		}
	})
	return units
}

func orEmpty(settings map[string]any) map[string]any {
	if settings == nil {
		return map[string]any{}
	}
	return settings
}

// rolesArgument is roles.<role>.machines.<machine>.settings of an instance.
func rolesArgument(s *fleet.Service) symbolic.Value {
	roles := map[string]any{}
	for _, r := range s.Roles {
		members := map[string]any{}
		for _, m := range r.Members {
			members[m.Machine] = map[string]any{"settings": orEmpty(r.Settings)}
		}
		roles[r.Name] = map[string]any{"machines": members}
	}
	return symbolic.FromData(symbolic.Place{}, roles)
}

func machineArgument(m *fleet.Machine) map[string]any {
	tags := slices.Clone(m.Tags)
	slices.SortFunc(tags, strings.Compare)
	return map[string]any{
		"name": m.Name, "system": m.System, "class": string(m.Class), "user": m.User, "tags": tags,
	}
}
