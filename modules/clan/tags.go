package clan

import (
	"maps"
	"slices"
	"strings"

	"assay/fleet"
	"assay/modules/symbolic"
)

// defaultPriority is mkDefault's: clan gives the computed tags with it, so that
// anybody can say otherwise.
const defaultPriority = 1000

// maxRounds bounds how deep tags may depend on each other.
const maxRounds = 50

// tags works out clan.inventory.tags and gives them to the machines. A module of
// tags that is a function sees the tags as config and the machines: it is
// called again until nothing more becomes known.
func (r *reader) tags(inv attributes) {
	r.ev.Begin()
	known := r.computed()
	for range maxRounds {
		next := r.round(inv, known)
		if maps.EqualFunc(known, next, func(a, b Tag) bool { return a.Why == b.Why && slices.Equal(a.Members, b.Members) }) {
			break
		}
		known = next
	}
	for _, name := range slices.Sorted(maps.Keys(known)) {
		r.out.Tags = append(r.out.Tags, known[name])
	}
	for i := range r.out.Machines {
		m := &r.out.Machines[i]
		for _, t := range r.out.Tags {
			own := slices.ContainsFunc(m.Tags, func(n fleet.Named) bool { return n.Name == t.Name })
			if _, given := slices.BinarySearch(t.Members, m.Name); given && !own {
				m.Computed = append(m.Computed, t.Name)
			}
		}
	}
	r.index = indexed(r.out)
}

// index finds machines quickly.
type index struct {
	byName map[string]*Machine
	byTag  map[string][]*Machine // those that surely have the tag
	unsure []*Machine            // those that may have more tags
	tags   []string              // sorted
}

func indexed(v *Inventory) index {
	x := index{byName: map[string]*Machine{}, byTag: map[string][]*Machine{}}
	for i := range v.Machines {
		m := &v.Machines[i]
		x.byName[m.Name] = m
		for _, t := range m.AllTags() {
			x.byTag[t] = append(x.byTag[t], m)
		}
		if m.TagsWhy != "" {
			x.unsure = append(x.unsure, m)
		}
	}
	x.tags = slices.Collect(maps.Keys(x.byTag))
	for i := range v.Tags {
		x.tags = append(x.tags, v.Tags[i].Name)
	}
	slices.Sort(x.tags)
	x.tags = slices.Compact(x.tags)
	return x
}

// candidates are the machines that have a tag or may have it.
func (r *reader) candidates(tag string) []*Machine {
	i, found := slices.BinarySearchFunc(r.out.Tags, tag, func(t Tag, tag string) int { return strings.Compare(t.Name, tag) })
	if r.out.More != "" || found && r.out.Tags[i].Why != "" {
		out := make([]*Machine, 0, len(r.out.Machines))
		for i := range r.out.Machines {
			out = append(out, &r.out.Machines[i])
		}
		return out
	}
	return slices.Concat(r.byTag[tag], r.unsure)
}

// computed are the tags that clan gives: all machines, and those of a class.
func (r *reader) computed() map[string]Tag {
	all, nixos, darwin := Tag{Name: fleet.TagAll}, Tag{Name: fleet.TagNixOS}, Tag{Name: fleet.TagDarwin}
	for i := range r.out.Machines {
		m := &r.out.Machines[i]
		if m.Condition != "" {
			for _, t := range []*Tag{&all, &nixos, &darwin} {
				t.Why = orElse(t.Why, m.At.String()+": machine "+m.Name+" may not be there")
			}
		}
		all.Members = append(all.Members, m.Name)
		switch m.Class {
		case fleet.NixOS:
			nixos.Members = append(nixos.Members, m.Name)
		case fleet.Darwin:
			darwin.Members = append(darwin.Members, m.Name)
		default:
			why := m.At.String() + ": the class of " + m.Name + " is not known"
			nixos.Why, darwin.Why = orElse(nixos.Why, why), orElse(darwin.Why, why)
		}
	}
	out := map[string]Tag{}
	for _, t := range []Tag{all, nixos, darwin} {
		t.Why = orElse(t.Why, r.out.More)
		out[t.Name] = t
	}
	return out
}

// round evaluates the modules of tags once, with what is known of the tags.
func (r *reader) round(inv attributes, known map[string]Tag) map[string]Tag {
	out := r.computed()
	set := r.attributes(r.submodule(inv.by["tags"], r.tagArguments(known)))
	for _, d := range set.open {
		why := r.more(d, "more tags may be given")
		if r.out.More == "" {
			r.out.More = why
		}
		r.problem(fleet.Warning, d.pos(), "", "what is defined of clan.inventory.tags is not known: %s", orElse(symbolic.Why(d.v), "it is not a set"))
	}
	for _, name := range set.names {
		defs := set.by[name]
		clans, isClans := out[name]
		if isClans && slices.ContainsFunc(defs, func(d def) bool { return d.cond == "" && d.priority < defaultPriority }) {
			isClans = false
		}
		members, why := r.names(defs, "the machines of tag "+name)
		t := Tag{Name: name, At: defs[0].pos(), Why: why}
		if isClans { // merged with clan's, or conditional
			t.Members, t.Why = clans.Members, orElse(clans.Why, t.Why)
		}
		for _, m := range members {
			switch {
			case m.cond != "":
				t.Why = orElse(t.Why, m.At.String()+": it depends on "+m.cond)
			default:
				t.Members = append(t.Members, m.Name)
			}
		}
		t.Members = slices.Compact(slices.Sorted(slices.Values(t.Members)))
		out[name] = t
	}
	return out
}

// tagArguments are those of a module of tags.
func (r *reader) tagArguments(known map[string]Tag) symbolic.Value {
	at := symbolic.Place{}
	tags := map[string]symbolic.Value{}
	for name, t := range known {
		if t.Why != "" {
			tags[name] = &symbolic.Unknown{Why: "the machines of tag " + name + " are not all known"}
			continue
		}
		tags[name] = symbolic.FromData(at, t.Members)
	}
	config := symbolic.NewAttrs(at, tags)
	config.Rest = []symbolic.Value{&symbolic.Unknown{Why: "the tag is not worked out: it does not exist, or depends on itself"}}
	machines := map[string]symbolic.Value{}
	for i := range r.out.Machines {
		machines[r.out.Machines[i].Name] = machineValue(&r.out.Machines[i])
	}
	ms := symbolic.NewAttrs(at, machines)
	if r.out.More != "" {
		ms.Rest = []symbolic.Value{&symbolic.Unknown{Why: r.out.More}}
	}
	args := symbolic.NewAttrs(at, map[string]symbolic.Value{
		"config": config, "machines": ms, "lib": &symbolic.Ref{Root: symbolic.Lib},
		"options": &symbolic.Ref{Root: symbolic.Options},
	})
	args.Rest = []symbolic.Value{&symbolic.Unknown{Why: "the argument comes from clan"}}
	return args
}

// machineValue is a machine as a module of tags sees it.
func machineValue(m *Machine) symbolic.Value {
	at := symbolic.Place{}
	text := func(t Text) symbolic.Value {
		switch {
		case t.Why != "" || t.Condition != "":
			return &symbolic.Unknown{Why: orElse(t.Why, "it depends on "+t.Condition)}
		case t.Text == "":
			return symbolic.Null{}
		}
		return symbolic.Text(at, t.Text)
	}
	class := Text{Text: string(m.Class), Why: m.ClassWhy}
	open := &symbolic.Unknown{Why: "clan reads it of the machine, and it is not followed"}
	deploy := symbolic.NewAttrs(at, map[string]symbolic.Value{"targetHost": text(m.TargetHost), "buildHost": text(m.BuildHost)})
	deploy.Rest = []symbolic.Value{open}
	out := symbolic.NewAttrs(at, map[string]symbolic.Value{
		"machineClass": text(class), "description": text(m.Description), "deploy": deploy,
		"tags": &symbolic.Unknown{Why: "a machine's tags follow from these tags: infinite recursion", Fault: true},
	})
	out.Rest = []symbolic.Value{open}
	return out
}

// has tells whether a machine has a tag, and why that is not known.
func (r *reader) has(m *Machine, tag string) (fleet.Truth, string) {
	if slices.Contains(m.Computed, tag) || slices.ContainsFunc(m.Tags, func(n fleet.Named) bool { return n.Name == tag }) {
		return fleet.True, ""
	}
	if m.TagsWhy != "" {
		return fleet.Unknown, m.TagsWhy
	}
	i, found := slices.BinarySearchFunc(r.out.Tags, tag, func(t Tag, tag string) int { return strings.Compare(t.Name, tag) })
	switch {
	case found && r.out.Tags[i].Why != "" && !r.surelyNot(m, tag):
		return fleet.Unknown, r.out.Tags[i].Why
	case !found && r.out.More != "":
		return fleet.Unknown, r.out.More
	}
	return fleet.False, ""
}

// surelyNot reports that a tag of a class cannot be the machine's.
func (r *reader) surelyNot(m *Machine, tag string) bool {
	other := tag == fleet.TagNixOS && m.Class == fleet.Darwin || tag == fleet.TagDarwin && m.Class == fleet.NixOS
	i := slices.IndexFunc(r.out.Tags, func(t Tag) bool { return t.Name == tag })
	return other && r.out.Tags[i].At.IsZero()
}
