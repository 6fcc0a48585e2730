package clan

import (
	"cmp"
	"slices"
	"strings"

	"assay/fleet"
)

// check looks for what clan does not say, or says only when somebody asks.
func (r *reader) check() {
	used := map[*service][]*Instance{}
	for k := range r.out.Instances {
		i := &r.out.Instances[k]
		s := r.service(i)
		if s == nil {
			r.missing(i)
			continue
		}
		used[s] = append(used[s], i)
		r.roles(i, s)
	}
	for s, instances := range used {
		r.out.Modules = append(r.out.Modules, s.Module)
		r.tooMany(s, instances)
	}
	slices.SortFunc(r.out.Modules, func(a, b Module) int {
		return cmp.Or(cmp.Compare(a.Input, b.Input), cmp.Compare(a.Name, b.Name))
	})
}

// missing reports an instance of a module of the flake that the flake has not.
func (r *reader) missing(i *Instance) {
	if i.Input.Text != "self" || i.Input.Why != "" || i.Module.Why != "" || r.out.MoreInstances != "" {
		return
	}
	var names []string
	for _, s := range r.declared {
		if s != nil && s.Input == "self" {
			names = append(names, s.Name)
		}
	}
	slices.Sort(names)
	if len(names) > 0 { // else where they are defined was not read
		r.problem(fleet.Error, cmp.Or(i.Module.At, i.At), meant(i.Module.Text, names), "instance %s: the flake has no clan.modules.%s", i.Name, i.Module.Text)
	}
}

// roles compares an instance with its module.
func (r *reader) roles(i *Instance, s *service) {
	var names []string
	for _, m := range s.Roles {
		names = append(names, m.Name)
	}
	for k := range i.Roles {
		role := &i.Roles[k]
		at := slices.Index(names, role.Name)
		if at < 0 {
			if s.Why == "" && role.Condition == "" {
				r.problem(fleet.Error, role.At, cmp.Or(meant(role.Name, names), "it has "+strings.Join(names, ", ")), "instance %s: the service %s has no role %s", i.Name, s.Name, role.Name)
			}
			continue
		}
		r.classless(i, role, &s.Roles[at])
	}
	for k := range s.Roles {
		r.limits(i, s, &s.Roles[k])
	}
}

// limits checks how many machines have a role.
func (r *reader) limits(i *Instance, s *service, limit *ModuleRole) {
	if limit.MinMachines == 0 && limit.MaxMachines == 0 {
		return
	}
	at, sure, most, complete := i.At, 0, 0, i.Why == ""
	for k := range i.Roles {
		if role := &i.Roles[k]; role.Name == limit.Name {
			at = role.At
			complete = complete && role.Why == ""
			for _, m := range role.Members {
				most++
				if m.Condition == "" && role.Condition == "" {
					sure++
				}
			}
		}
	}
	if i.Condition != "" {
		return
	}
	if most < limit.MinMachines && complete {
		r.problem(fleet.Error, at, "", "role %s/%s: the service %s needs at least %d machines for it, and it has %d", i.Name, limit.Name, s.Name, limit.MinMachines, most)
	}
	if limit.MaxMachines > 0 && sure > limit.MaxMachines {
		r.problem(fleet.Error, at, "", "role %s/%s: the service %s allows at most %d machines for it, and it has %d", i.Name, limit.Name, s.Name, limit.MaxMachines, sure)
	}
}

// tooMany checks how many instances a module has. Clan counts those that name
// the input in the same way.
func (r *reader) tooMany(s *service, instances []*Instance) {
	byInput := map[string][]*Instance{}
	for _, i := range instances {
		if i.Condition == "" {
			byInput[i.Input.Text] = append(byInput[i.Input.Text], i)
		}
	}
	for _, group := range byInput {
		if s.MaxInstances > 0 && len(group) > s.MaxInstances {
			r.problem(fleet.Error, group[s.MaxInstances].At, "", "the service %s allows at most %d instances, and there are %d", s.Name, s.MaxInstances, len(group))
		}
	}
}

// classless reports members for whose class the role has no module: nothing
// happens on them. A role that has none for any class is about something else.
func (r *reader) classless(i *Instance, role *Role, m *ModuleRole) {
	if len(role.Extra) > 0 || role.ExtraWhy != "" || m.NixOS != fleet.True && m.Darwin != fleet.True {
		return
	}
	for _, class := range []fleet.Class{fleet.NixOS, fleet.Darwin} {
		has := m.NixOS
		if class == fleet.Darwin {
			has = m.Darwin
		}
		if has != fleet.False {
			continue
		}
		var names []string
		at := role.At
		for _, member := range role.Members {
			if known := r.out.Machine(member.Machine); known != nil && known.Class == class && member.Condition == "" {
				names = append(names, member.Machine)
				at = member.At
			}
		}
		if len(names) > 0 {
			r.problem(fleet.Warning, at, "give it to machines of the other class only", "role %s/%s has no module of class %s: nothing happens on %s", i.Name, role.Name, class, strings.Join(names, ", "))
		}
	}
}
