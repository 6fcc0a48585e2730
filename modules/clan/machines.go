package clan

import (
	"cmp"
	"path"
	"slices"
	"strings"

	"assay/fleet"
	"assay/modules/symbolic"
)

// machineOptions are the options of a machine; clan refuses any other.
var machineOptions = []string{"name", "description", "icon", "machineClass", "installedAt", "tags", "deploy", "_module"}

// machines enters the machines of all four sources.
func (r *reader) machines(inv attributes, modules []def) {
	set := r.attributes(inv.by["machines"])
	for _, d := range set.open {
		r.unread(d, "what is defined of clan.inventory.machines is not known", &r.out.More)
	}
	byName := map[string]*Machine{}
	enter := func(name string, o Origin) *Machine {
		m := byName[name]
		if m == nil {
			m = &Machine{Name: name, At: o.At, Condition: o.Condition, Class: fleet.NixOS}
			byName[name] = m
		}
		m.Origins = append(m.Origins, o)
		if o.Condition == "" {
			m.Condition = ""
		}
		return m
	}
	for _, name := range set.names {
		for _, d := range set.by[name] {
			enter(name, Origin{cmp.Or(d.from, FromInventory), d.pos(), d.cond})
		}
		r.machine(byName[name], set.by[name])
	}
	for _, dir := range r.inputs.Directories {
		m := enter(path.Base(dir.Path), Origin{From: FromDirectory, At: fleet.Pos{File: dir.Path}})
		m.Files = included(m, dir)
	}
	r.ev.Begin()
	own := r.attributes(r.named(modules))
	for _, d := range own.open {
		r.unread(d, "what is defined of clan.machines is not known", &r.out.More)
	}
	for _, name := range own.names {
		for _, d := range own.by[name] {
			m := enter(name, Origin{FromModule, d.pos(), d.cond})
			m.Modules = append(m.Modules, Extra{Value: d.v, At: d.pos(), Condition: d.cond})
		}
	}
	for _, m := range byName {
		slices.SortStableFunc(m.Origins, func(a, b Origin) int { return cmp.Compare(slices.Index(order, a.From), slices.Index(order, b.From)) })
		m.At = m.Origins[0].At
		r.out.Machines = append(r.out.Machines, *m)
	}
	slices.SortFunc(r.out.Machines, func(a, b Machine) int { return strings.Compare(a.Name, b.Name) })
}

// order is that of a machine's Origins.
var order = []From{FromInventory, FromJSON, FromDirectory, FromModule}

// included are the files of a machine's directory that clan imports by itself.
func included(m *Machine, dir Directory) []string {
	var out []string
	for _, name := range []string{"configuration.nix", "hardware-configuration.nix", "disko.nix"} {
		if m.Class == fleet.Darwin && name != "configuration.nix" {
			break
		}
		if slices.Contains(dir.Files, name) {
			out = append(out, path.Join(dir.Path, name))
		}
	}
	return out
}

// machine reads the definitions of one machine.
func (r *reader) machine(m *Machine, defs []def) {
	set := r.attributes(r.named(defs))
	what := "machine " + m.Name
	for _, name := range set.names {
		if !slices.Contains(machineOptions, name) {
			r.problem(fleet.Error, set.by[name][0].pos(), meant(name, machineOptions), "%s: clan has no option %s for machines", what, symbolic.AttrName(name))
		}
	}
	m.Description = r.textOf(set, "description", what+": its description")
	r.class(m, set)
	tags, why := r.names(set.by["tags"], what+": its tags")
	m.TagsWhy = why
	for _, d := range set.open {
		m.TagsWhy = orElse(m.TagsWhy, r.more(d, "it may have more tags"))
	}
	for _, t := range tags {
		if slices.ContainsFunc(m.Tags, func(n fleet.Named) bool { return n.Name == t.Name }) {
			continue
		}
		if t.cond != "" {
			m.TagsWhy = orElse(m.TagsWhy, t.At.String()+": it has the tag "+t.Name+" if "+t.cond)
			continue
		}
		m.Tags = append(m.Tags, t.Named)
	}
	deploy := r.attributes(set.by["deploy"])
	deploy.open = append(deploy.open, set.open...)
	m.TargetHost = r.textOf(deploy, "targetHost", what+": deploy.targetHost")
	m.BuildHost = r.textOf(deploy, "buildHost", what+": deploy.buildHost")
}

func (r *reader) class(m *Machine, set attributes) {
	t := r.textOf(set, "machineClass", "machine "+m.Name+": machineClass")
	switch {
	case t.Why != "":
		m.Class, m.ClassWhy = "", t.Why
	case t.Condition != "":
		m.Class, m.ClassWhy = "", "it depends on "+t.Condition
	case t.Text == string(fleet.Darwin):
		m.Class = fleet.Darwin
	case t.Text != "" && t.Text != string(fleet.NixOS):
		m.Class, m.ClassWhy = "", "clan has no class "+t.Text
		r.problem(fleet.Error, t.At, `use "nixos" or "darwin"`, "machine %s: clan has no class %q", m.Name, t.Text)
	}
}

func meant(name string, candidates []string) string {
	if n := fleet.Nearest(name, candidates); n != "" {
		return "did you mean " + n + "?"
	}
	return ""
}
