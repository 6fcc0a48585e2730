package modules

import (
	"maps"

	"assay/fleet"
	"assay/modules/symbolic"
)

// Arguments are what the module system gives a module besides what every
// module gets.
type Arguments struct {
	System  string                    // that pkgs is for; "" where it is not known
	Special map[string]symbolic.Value // specialArgs by name; nil for none
	Class   fleet.Class               // what modules get as _class; "" where it is not known
}

// Host returns the flake's own configuration of that class and name, or nil.
func (t *Tree) Host(class fleet.Class, name string) *Host {
	for _, h := range t.Hosts {
		if h.Class == class && h.Name == name {
			return h
		}
	}
	return nil
}

// OpenHost opens a host as a module that imports the host's modules. It may
// only be called inside of Once or Alone.
func (t *Tree) OpenHost(h *Host) *Module {
	t.ev.Begin()
	m := &Module{At: h.At}
	for i := range h.Modules {
		part := &h.Modules[i]
		o := t.opener(part.Value, Arguments{System: h.System, Special: h.Special, Class: h.Class})
		at := part.At
		if at.IsZero() {
			at = part.Value.Where().Pos()
		}
		item := o.classify(part.Value, at)
		item.Condition = both(part.Condition, item.Condition)
		m.Imports = append(m.Imports, item)
	}
	if h.Why != "" {
		m.Imports = append(m.Imports, Import{At: h.At, Why: h.Why})
	}
	return m
}

// OpenModule opens a value as a module. It may only be called inside of Once
// or Alone.
func (t *Tree) OpenModule(v symbolic.Value, with Arguments) *Module {
	t.ev.Begin()
	return t.opener(v, with).open(v)
}

// OpenImports opens a list of modules as a module that imports them. It may
// only be called inside of Once or Alone.
func (t *Tree) OpenImports(v symbolic.Value, at fleet.Pos, with Arguments) *Module {
	t.ev.Begin()
	m := &Module{At: at}
	t.opener(v, with).imports(m, v, at, "")
	return m
}

// opener opens modules with these arguments.
func (t *Tree) opener(v symbolic.Value, with Arguments) *opener {
	at := v.Where()
	special := with.Special
	if with.Class != "" && with.Class != "generic" && special["_class"] == nil {
		special = maps.Clone(special)
		if special == nil {
			special = map[string]symbolic.Value{}
		}
		special["_class"] = symbolic.Text(at, string(with.Class))
	}
	return &opener{tree: t, ev: t.ev, args: symbolic.MachineModuleArgsWith(at, with.System, special)}
}
