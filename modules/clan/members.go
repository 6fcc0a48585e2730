package clan

import (
	"slices"
	"strings"

	"assay/fleet"
)

// resolve finds out who has the role: the machines that it names, then those of
// every tag in alphabetical order. The first way to a machine stands, and a sure
// one goes before one that depends on something.
func (r *reader) resolve(role *Role, machines, tags attributes, what string) {
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
		m := r.byName[name.Name]
		cond := common(machines.by[name.Name])
		if m != nil {
			cond = both(cond, m.Condition)
		} else if r.out.More == "" {
			hint := r.meant(name.Name, r.machineNames)
			r.problem(fleet.Warning, name.At, hint, "%s names the machine %s, which the inventory has not", what, name.Name)
		}
		add(Member{Machine: name.Name, Via: "machine", At: name.At, Condition: cond, Absent: m == nil})
	}
	if r.out.More != "" && len(role.Tags) > 0 {
		role.Why = orElse(role.Why, r.out.More)
	}
	for _, tag := range role.Tags {
		r.tagged(role, tag, common(tags.by[tag.Name]), what, add)
	}
	slices.SortStableFunc(role.Members, func(a, b Member) int { return strings.Compare(a.Machine, b.Machine) })
}

func (r *reader) tagged(role *Role, tag fleet.Named, cond, what string, add func(Member)) {
	found := false
	if r.members > maxMembers {
		role.Why = orElse(role.Why, "there are too many members to be read")
		return
	}
	for _, m := range r.candidates(tag.Name) {
		r.members++
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
		r.problem(fleet.Warning, tag.At, r.meant(tag.Name, func() []string { return r.index.tags }), "%s: no machine has the tag %s, so it gives nobody the role", what, tag.Name)
	}
}

func (r *reader) machineNames() []string {
	var names []string
	for i := range r.out.Machines {
		names = append(names, r.out.Machines[i].Name)
	}
	return names
}

// maxHints bounds how often a name that is not known is looked for among
// thousands.
const maxHints = 100

// meant is the hint that suggests one of the names.
func (r *reader) meant(name string, names func() []string) string {
	if r.hints++; r.hints > maxHints {
		return ""
	}
	return meant(name, names())
}
