package clan

import (
	"cmp"
	"maps"
	"slices"

	"assay/fleet"
	"assay/modules/symbolic"
)

// instances reads clan.inventory.instances.
func (r *reader) instances(inv attributes) {
	r.ev.Begin()
	set := r.attributes(inv.by["instances"])
	for _, d := range set.open {
		r.unread(d, "what is defined of clan.inventory.instances is not known", &r.out.MoreInstances)
	}
	for _, name := range set.names {
		defs := set.by[name]
		i := Instance{Name: name, At: defs[0].pos(), Condition: common(defs)}
		r.instance(&i, defs)
		r.out.Instances = append(r.out.Instances, i)
	}
}

// common is the condition under which any of the definitions applies: none, if
// one surely does.
func common(defs []def) string {
	for _, d := range defs {
		if d.cond == "" {
			return ""
		}
	}
	return defs[0].cond
}

func (r *reader) instance(i *Instance, defs []def) {
	set := r.attributes(r.named(defs))
	what := "instance " + i.Name
	module := r.attributes(r.named(set.by["module"]))
	module.open = append(module.open, set.open...)
	i.Module = r.textOf(module, "name", what+": module.name")
	if i.Module == (Text{}) {
		i.Module = Text{Text: i.Name, At: i.At}
	}
	i.Input = r.textOf(module, "input", what+": module.input")
	for _, d := range set.open {
		i.Why = orElse(i.Why, r.more(d, "it may have more roles"))
	}
	roles := r.attributes(set.by["roles"])
	for _, d := range roles.open {
		i.Why = orElse(i.Why, r.more(d, "it may have more roles"))
	}
	if i.Why != "" {
		r.problem(fleet.Warning, i.At, "", "%s: %s", what, i.Why)
	}
	s := r.service(i)
	for _, name := range roles.names {
		defs := roles.by[name]
		role := Role{Name: name, At: defs[0].pos(), Condition: common(defs)}
		r.role(i, &role, defs, s)
		i.Roles = append(i.Roles, role)
	}
}

// given are the settings of a role at their levels, before they are merged.
type given struct {
	role     []def
	machines map[string][]def
	tags     map[string][]def
	why      string // why more may be set
}

func (r *reader) role(i *Instance, role *Role, defs []def, s *service) {
	set := r.attributes(r.named(defs))
	what := "role " + i.Name + "/" + role.Name
	for _, d := range set.open {
		role.Why = orElse(role.Why, r.more(d, "it may have more members"))
	}
	g := given{machines: map[string][]def{}, tags: map[string][]def{}, why: role.Why}
	g.role = r.settings(set.by["settings"], "role", what, &g)
	machines := r.attributes(set.by["machines"])
	for _, d := range machines.open {
		role.Why = orElse(role.Why, r.more(d, "it may have more machines"))
	}
	for _, name := range machines.names {
		defs := machines.by[name]
		role.Machines = append(role.Machines, fleet.Named{Name: name, At: defs[0].pos()})
		g.machines[name] = r.nested(defs, "machine", what+", machine "+name, &g)
	}
	tags := r.attributes(coerced(set.by["tags"]))
	for _, d := range tags.open {
		role.Why = orElse(role.Why, r.more(d, "it may have more tags"))
	}
	for _, name := range tags.names {
		role.Tags = append(role.Tags, fleet.Named{Name: name, At: tags.by[name][0].pos()})
		g.tags[name] = r.nested(tags.by[name], "tag "+name, what+", tag "+name, &g)
	}
	r.extra(role, set.by["extraModules"], what)
	r.resolve(role, machines, tags, what)
	opts := s.interfaceOf(role.Name)
	m := merger{r: r, what: what, interfaces: opts, wants: s}
	role.Settings = m.merge(g.role, g.why)
	for k := range role.Members {
		r.memberSettings(&role.Members[k], g, m, role.Settings)
	}
}

// memberSettings merges what a member is given: by every tag of the role that
// it carries, then by name, then by the role. The order is that of lists. A member
// with nothing of its own shares what the role has.
func (r *reader) memberSettings(member *Member, g given, m merger, ofRole Settings) {
	var all []def
	why := g.why
	machine := r.byName[member.Machine]
	names := slices.Sorted(maps.Keys(g.tags))
	for _, tag := range slices.Backward(names) {
		if len(g.tags[tag]) == 0 || machine == nil {
			continue
		}
		switch has, unsure := r.has(machine, tag); has {
		case fleet.True:
			all = append(all, g.tags[tag]...)
		case fleet.Unknown:
			why = orElse(why, "it may have the tag "+tag+": "+unsure)
		}
	}
	all = append(all, g.machines[member.Machine]...)
	if len(all) == 0 && why == g.why {
		member.Settings = ofRole
		return
	}
	all = append(all, g.role...)
	m.what += ", machine " + member.Machine
	member.Settings = m.merge(all, why)
}

// coerced turns lists of tags into sets, as clan does.
func coerced(defs []def) []def {
	out := slices.Clone(defs)
	for i, d := range out {
		l, ok := d.v.(*symbolic.List)
		if !ok {
			continue
		}
		values := map[string]symbolic.Value{}
		places := map[string]symbolic.Place{}
		var rest []symbolic.Value
		for _, item := range l.Items {
			e := item.V.Force()
			s, ok := e.(*symbolic.String)
			if ok && !item.Rest {
				if text, ok := s.Text(); ok {
					values[text] = symbolic.NewAttrs(e.Where(), nil)
					places[text] = e.Where()
					continue
				}
			}
			rest = append(rest, e)
		}
		set := symbolic.NewAttrs(l.Place, values)
		for name, at := range places {
			set.Attr(name).At = at
		}
		set.Rest = rest
		out[i].v = set
	}
	return out
}

// extra reads the modules that the members of a role import.
func (r *reader) extra(role *Role, defs []def, what string) {
	for _, d := range defs {
		l, ok := d.v.(*symbolic.List)
		if !ok {
			if symbolic.Why(d.v) == "" {
				r.problem(fleet.Error, d.pos(), "", "%s: extraModules is not a list", what)
			}
			role.ExtraWhy = orElse(role.ExtraWhy, r.more(d, "there may be more modules"))
			continue
		}
		for _, item := range l.Items {
			v := item.V.Force()
			if item.Rest {
				e := d
				e.v = v
				role.ExtraWhy = orElse(role.ExtraWhy, r.more(e, "there may be more modules"))
				continue
			}
			at := item.At.Pos()
			if at.IsZero() {
				at = v.Where().Pos()
			}
			if at.IsZero() {
				at = d.pos()
			}
			role.Extra = append(role.Extra, Extra{Value: v, At: at, Condition: d.cond})
		}
	}
}

// nested reads the settings of a machine or tag of a role.
func (r *reader) nested(defs []def, level, what string, g *given) []def {
	set := r.attributes(r.named(defs))
	for _, name := range set.names {
		if name != "settings" && name != "_module" {
			r.problem(fleet.Error, set.by[name][0].pos(), "put it into settings", "%s: clan has no option %s here, only settings", what, symbolic.AttrName(name))
		}
	}
	for _, d := range set.open {
		g.why = orElse(g.why, r.more(d, "more may be set"))
	}
	return r.settings(set.by["settings"], level, what, g)
}

// settings reads one option settings, which may have one definition only.
func (r *reader) settings(defs []def, level, what string, g *given) []def {
	var sure *def
	for i := range defs {
		d := &defs[i]
		set, ok := d.v.(*symbolic.Attrs)
		if !ok {
			if symbolic.Why(d.v) == "" || isFunction(d.v) {
				r.problem(fleet.Error, d.pos(), "give a set of plain values", "%s: settings are not a set", what)
			}
			continue
		}
		if a := set.Attr("imports"); a != nil {
			r.problem(fleet.Error, cmp.Or(a.At.Pos(), d.pos()), "", "%s: settings may not have imports", what)
		}
		if d.cond != "" {
			continue
		}
		if sure != nil {
			r.problem(fleet.Error, d.pos(), "give them in one place", "%s: settings are given here and at %s, and clan takes them once", what, sure.pos())
			continue
		}
		sure = d
	}
	out := slices.Clone(defs)
	for i := range out {
		out[i].level = level
	}
	return out
}
