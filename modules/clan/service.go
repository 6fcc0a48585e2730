package clan

import (
	"cmp"
	"maps"
	"slices"

	"assay/fleet"
	"assay/modules/symbolic"
)

// Module is a service module of the flake, or of an input that somebody has
// read.
type Module struct {
	Name         string
	Input        string // "" is clan's own, "self" the flake's
	At           fleet.Pos
	Roles        []ModuleRole // by name
	MaxInstances int          // 0 is any number
	Why          string       // why there may be other roles or constraints
}

// ModuleRole is a role that a service module defines.
type ModuleRole struct {
	Name                     string
	At                       fleet.Pos
	MinMachines, MaxMachines int // of an instance; 0 is any number
	NixOS, Darwin            fleet.Truth
	Settings                 []string // options of the interface, sorted; those that are surely there
}

// service is a module with what settings are checked against.
type service struct {
	Module
	interfaces map[string]*options
}

// interfaceOf returns the options of a role; nil if they are not known.
func (s *service) interfaceOf(role string) *options {
	if s == nil {
		return nil
	}
	return s.interfaces[role]
}

// ownModules keeps the modules that the flake defines.
func (r *reader) ownModules(defs []def) {
	r.ev.Begin()
	set := r.attributes(r.named(defs))
	for _, name := range set.names {
		r.readService("self", name, set.by[name])
	}
	for _, input := range slices.Sorted(maps.Keys(r.inputs.Foreign)) {
		r.ev.Begin()
		v := r.inputs.Foreign[input]
		set := r.attributes([]def{plain(v, v.Where())})
		for _, name := range set.names {
			r.readService(input, name, set.by[name])
		}
	}
}

func key(input, name string) string { return symbolic.Quote(input) + "." + name }

// service returns the module of an instance, or nil if nothing is known of it.
func (r *reader) service(i *Instance) *service {
	if i.Module.Why != "" || i.Input.Why != "" || i.Module.Condition != "" || i.Input.Condition != "" {
		return nil
	}
	input := i.Input.Text
	if input == "clan-core" && r.declared[key(input, i.Module.Text)] == nil {
		input = ""
	}
	return r.declared[key(input, i.Module.Text)]
}

// readService reads a service module.
func (r *reader) readService(input, name string, defs []def) {
	s := &service{Module: Module{Name: name, Input: input, At: defs[0].pos()}, interfaces: map[string]*options{}}
	r.declared[key(input, name)] = s
	set := r.attributes(r.named(defs))
	for _, d := range set.open {
		s.Why = orElse(s.Why, r.more(d, "the module may define more"))
	}
	roles := r.attributes(set.by["roles"])
	for _, d := range roles.open {
		s.Why = orElse(s.Why, r.more(d, "the module may define more roles"))
	}
	all := r.classesOf(set, "perMachine")
	for _, name := range roles.names {
		inner := r.attributes(r.named(roles.by[name]))
		own := r.classesOf(inner, "perInstance")
		role := ModuleRole{Name: name, At: roles.by[name][0].pos(), NixOS: own[0].Or(all[0]), Darwin: own[1].Or(all[1])}
		opts := r.optionsOf(inner.by["interface"], 0)
		if len(inner.open) > 0 {
			opts.why = orElse(opts.why, r.more(inner.open[0], "more options may be declared"))
		}
		s.interfaces[name] = opts
		role.Settings = opts.sorted()
		s.Roles = append(s.Roles, role)
	}
	r.constraints(s, set)
}

// classesOf tells of a function that gives machines their modules whether it
// has one for NixOS and one for nix-darwin.
func (r *reader) classesOf(set attributes, function string) [2]fleet.Truth {
	out := [2]fleet.Truth{fleet.False, fleet.False}
	if len(set.open) > 0 {
		out = [2]fleet.Truth{}
	}
	result := r.attributes(r.named(set.by[function]))
	for i, class := range []string{"nixosModule", "darwinModule"} {
		switch {
		case len(result.by[class]) > 0 && common(result.by[class]) == "":
			out[i] = fleet.True
		case len(result.by[class]) > 0 || len(result.open) > 0:
			out[i] = out[i].Or(fleet.Unknown)
		}
	}
	return out
}

// constraints reads manifest.constraints.
func (r *reader) constraints(s *service, set attributes) {
	manifest := r.attributes(set.by["manifest"])
	c := r.attributes(manifest.by["constraints"])
	s.MaxInstances = r.number(s, c, "maxInstances")
	roles := r.attributes(c.by["roles"])
	for _, name := range roles.names {
		limits := r.attributes(r.named(roles.by[name]))
		least, most := r.number(s, limits, "minMachines"), r.number(s, limits, "maxMachines")
		i, ok := slices.BinarySearchFunc(s.Roles, name, func(m ModuleRole, name string) int { return cmp.Compare(m.Name, name) })
		if ok {
			s.Roles[i].MinMachines, s.Roles[i].MaxMachines = least, most
		}
	}
	for _, open := range [][]def{manifest.open, c.open, roles.open} {
		for _, d := range open {
			s.Why = orElse(s.Why, r.more(d, "there may be more constraints"))
		}
	}
}

// number reads a constraint; 0 if there is none.
func (r *reader) number(s *service, set attributes, name string) int {
	for _, d := range set.by[name] {
		switch n := d.v.(type) {
		case symbolic.Int:
			if d.cond == "" {
				return int(max(0, min(n.N, 1<<31-1)))
			}
		case symbolic.Null:
			return 0
		}
		s.Why = orElse(s.Why, r.more(d, "the constraint "+name+" is not known"))
	}
	return 0
}
