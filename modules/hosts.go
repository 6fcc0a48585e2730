package modules

import (
	"cmp"
	"slices"

	"assay/fleet"
	"assay/modules/symbolic"
)

// hostForm is a way in which flakes say which hosts they have.
//
// A new one is a value in hostForms and a file host_NAME.go. find returns the
// hosts that are written that way; one that an earlier form has found is left
// out. A name that is not known is a Problem with its place, never a guess.
// covers, which may be nil, reports whether the form has read what an output
// that is not known in itself stands for: "nixosConfigurations =
// clan.nixosConfigurations".
type hostForm struct {
	name   string
	find   func(*reading) []*Host
	covers func(*Tree, symbolic.Value) bool
}

// hostForms are the forms that are known, in order.
func hostForms() []hostForm {
	return []hostForm{
		{name: "clan", find: (*reading).clanHosts, covers: clanCovers},
		{name: "den", find: (*reading).denHosts},
		{name: "outputs", find: (*reading).outputHosts},
		{name: "nixos-unified", find: (*reading).autoWiredHosts},
		{name: "configurations", find: (*reading).configurationHosts},
	}
}

// hosts finds the hosts of the flake.
func (r *reading) hosts() {
	t := r.tree
	for _, form := range hostForms() {
		for _, h := range form.find(r) {
			if t.Host(h.Class, h.Name) == nil {
				t.Hosts = append(t.Hosts, h)
			}
		}
	}
	slices.SortStableFunc(t.Hosts, func(a, b *Host) int {
		return cmp.Or(cmp.Compare(a.Class, b.Class), cmp.Compare(a.Name, b.Name))
	})
	r.addresses()
	made, want := opened{}, wanted()
	for _, h := range t.Hosts {
		if h.told() {
			continue
		}
		t.begin()
		h.tell(t.said(h, want, made))
		if a := &h.Address; a.Why != "" {
			t.Problems = append(t.Problems, warning(a.At, "where the machine "+h.Name+" is stands in "+a.From+" and is not known: "+a.Why, "Nix says it, or targets of fleet.toml"))
		}
	}
}

// covered reports whether a form of hosts has read what v stands for.
func (t *Tree) covered(v symbolic.Value) bool {
	return slices.ContainsFunc(hostForms(), func(f hostForm) bool { return f.covers != nil && f.covers(t, v) })
}

// modulesOf reads a list of a host's modules.
func (r *reading) modulesOf(h *Host, v symbolic.Value, at fleet.Pos, condition string, depth int) {
	v = r.tree.ev.Known(v)
	if depth > maxNesting || len(h.Modules) > maxModules {
		h.Why = orElse(h.Why, "its modules are nested too deeply")
		return
	}
	switch v := v.(type) {
	case *symbolic.List:
		for _, item := range v.Items {
			where := item.At.Pos()
			one := item.V.Force()
			if where.IsZero() {
				where = one.Where().Pos()
			}
			if where.IsZero() {
				where = at
			}
			if item.Rest {
				r.modulesOf(h, one, where, condition, depth+1)
				continue
			}
			h.Modules = append(h.Modules, HostModule{Value: one, At: where, Condition: condition})
		}
	case *symbolic.Call:
		if !r.loadedModules(h, v, at, condition) {
			h.Why = orElse(h.Why, "its modules are not known: "+symbolic.Why(v))
		}
	case *symbolic.Cond:
		r.modulesOf(h, v.Then.Force(), at, both(condition, conditionText(v.If)), depth+1)
		r.modulesOf(h, v.Else.Force(), at, both(condition, not(conditionText(v.If))), depth+1)
	default:
		h.Why = orElse(h.Why, "its modules are not known: "+orElse(symbolic.Why(v), "they are not a list"))
	}
}

// loadedModules enters the modules that a call of a loader lists.
func (r *reading) loadedModules(h *Host, v *symbolic.Call, at fleet.Pos, condition string) bool {
	o := r.tree.opener(v, Arguments{})
	o.shallow = true
	inner := o.loadedModule(v)
	if inner == nil {
		return false
	}
	for _, i := range inner.Imports {
		switch {
		case i.Module != nil && i.Module.pending != "":
			h.Modules = append(h.Modules, HostModule{Value: &symbolic.Path{Rel: i.Module.pending}, At: at, Condition: both(condition, i.Condition)})
		default:
			h.Why = orElse(h.Why, "its modules are not known: "+orElse(i.Why, "a loader brings what is no file"))
		}
	}
	return true
}

// selectedFrom is what v is an attribute of, however deep, as far as it is
// known: of f {...}.config.x it is the call of f. What is none is v itself.
func selectedFrom(ev *symbolic.Evaluator, v symbolic.Value) symbolic.Value {
	v = ev.Known(v)
	for range maxNesting {
		of, _, ok := symbolic.Selection(v)
		if !ok {
			break
		}
		v = ev.Known(of)
	}
	return v
}
