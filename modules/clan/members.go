package clan

import (
	"slices"
	"strings"

	"assay/fleet"
)

// members resolves who has the role: the machines that it names, then those of
// every tag in alphabetical order. The first way to a machine stands, and a sure
// one goes before one that depends on something.
func (r *reader) members(role *Role, machines, tags attributes, what string) {
	at := map[string]int{}
	add := func(m Member) {
		i, ok := at[m.Machine]
		switch {
		case !ok:
			at[m.Machine] = len(role.Members)
			role.Members = append(role.Members, m)
		case m.Condition == "" && role.Members[i].Condition != "":
			role.Members[i] = m
		}
	}
	for _, name := range role.Machines {
		m := r.out.Machine(name.Name)
		cond := common(machines.by[name.Name])
		if m != nil {
			cond = both(cond, m.Condition)
		} else if r.out.More == "" {
			hint := meant(name.Name, r.machineNames())
			r.problem(fleet.Warning, name.At, hint, "%s names the machine %s, which the inventory has not", what, name.Name)
		}
		add(Member{Machine: name.Name, Via: "machine", At: name.At, Condition: cond, Absent: m == nil})
	}
	if r.out.More != "" && len(role.Tags) > 0 {
		role.Why = orElse(role.Why, r.out.More)
	}
	for _, tag := range role.Tags {
		r.byTag(role, tag, common(tags.by[tag.Name]), what, add)
	}
	slices.SortStableFunc(role.Members, func(a, b Member) int { return strings.Compare(a.Machine, b.Machine) })
}

func (r *reader) byTag(role *Role, tag fleet.Named, cond, what string, add func(Member)) {
	found := false
	for i := range r.out.Machines {
		m := &r.out.Machines[i]
		has, why := r.has(m, tag.Name)
		switch has {
		case fleet.True:
			add(Member{Machine: m.Name, Via: "tag " + tag.Name, At: tag.At, Condition: both(cond, m.Condition)})
		case fleet.Unknown:
			role.Why = orElse(role.Why, "whether "+m.Name+" has the tag "+tag.Name+" is not known: "+why)
		}
		found = found || has != fleet.False
	}
	if !found && r.out.More == "" {
		r.problem(fleet.Warning, tag.At, meant(tag.Name, r.tagNames()), "%s: no machine has the tag %s, so it gives nobody the role", what, tag.Name)
	}
}

func (r *reader) machineNames() []string {
	var names []string
	for i := range r.out.Machines {
		names = append(names, r.out.Machines[i].Name)
	}
	return names
}

func (r *reader) tagNames() []string {
	var names []string
	for i := range r.out.Tags {
		names = append(names, r.out.Tags[i].Name)
	}
	for i := range r.out.Machines {
		for _, t := range r.out.Machines[i].Tags {
			names = append(names, t.Name)
		}
	}
	slices.Sort(names)
	return slices.Compact(names)
}
