package modules

import (
	"assay/fleet"
	"assay/modules/symbolic"
)

// hostOutputs are the outputs of flakes that hold hosts.
var hostOutputs = []struct {
	name  string
	class fleet.Class
}{
	{"nixosConfigurations", fleet.NixOS},
	{"darwinConfigurations", fleet.Darwin},
	{"homeConfigurations", fleet.HomeManager},
}

// outputHosts finds nixosConfigurations.NAME and the like. What makes a
// configuration is a call of something foreign with modules among its
// arguments: nixosSystem, darwinSystem, homeManagerConfiguration.
func (r *reading) outputHosts() []*Host {
	var out []*Host
	for _, output := range hostOutputs {
		r.tree.begin()
		n := r.store.find([]string{"flake", output.name})
		if n == nil || !r.store.expand(n) {
			continue
		}
		r.hostGaps(n, output.class)
		for _, name := range n.names() {
			r.tree.begin()
			k := n.kids[name]
			r.store.expand(k)
			if h := r.outputHost(k, output.class, name); h != nil {
				h.Form = "flake." + output.name
				out = append(out, h)
			}
		}
	}
	return out
}

// hostGaps reports what may hide hosts below n.
func (r *reading) hostGaps(n *node, class fleet.Class) {
	for _, g := range n.gaps {
		if g.v != nil && r.tree.covered(g.v) {
			continue
		}
		what := "hosts of " + pathText(n.path) + " are not known: "
		if g.name {
			what = "a host of " + pathText(n.path) + " has a name that is not known: "
		}
		r.tree.Problems = append(r.tree.Problems, warning(g.at.Pos(), what+g.why, ""))
		if r.tree.MoreHosts == nil {
			r.tree.MoreHosts = map[fleet.Class]string{}
		}
		r.tree.MoreHosts[class] = orElse(r.tree.MoreHosts[class], g.why)
	}
}

// outputHost reads one configuration; nil where nothing is defined.
func (r *reading) outputHost(n *node, class fleet.Class, name string) *Host {
	if len(n.parts) == 0 {
		return nil
	}
	h := &Host{Name: name, Class: class, At: n.parts[0].place()}
	if len(n.parts) > 1 || len(n.parts[0].guards) > 0 {
		if why := r.oneOf(n); why != "" {
			h.Why = why
			return h
		}
	}
	r.configuration(h, n.parts[0].v.Force())
	return h
}

// oneOf says why it is not known which of several definitions makes the host.
func (r *reading) oneOf(n *node) string {
	if len(n.parts) > 1 {
		return "it is defined more than once"
	}
	return "it is only there if " + n.parts[0].condition()
}

// configuration reads the call that makes a host.
func (r *reading) configuration(h *Host, v symbolic.Value) {
	ev := r.tree.ev
	call, ok := selectedFrom(ev, v).(*symbolic.Call)
	if !ok {
		h.Why = "what makes it is not known: " + orElse(symbolic.Why(v), "it is no call of a function from outside of the flake")
		return
	}
	_, args := uncall(ev, call)
	for i := len(args) - 1; i >= 0; i-- {
		if set, ok := ev.Known(args[i].Force()).(*symbolic.Attrs); ok && set.Attr("modules") != nil {
			r.arguments(h, set)
			return
		}
	}
	h.Why = "its modules are not known: " + symbolic.Why(call)
}

// arguments reads the arguments of nixosSystem and its like.
func (r *reading) arguments(h *Host, set *symbolic.Attrs) {
	ev := r.tree.ev
	modules := set.Attr("modules")
	r.modulesOf(h, modules.V.Force(), modules.At.Pos(), "", 0)
	if len(set.Rest) > 0 || len(modules.Maybe) > 0 {
		h.Why = orElse(h.Why, "it has arguments that are not known")
	}
	if a := set.Attr("system"); a != nil {
		h.system(ev.Known(a.V.Force()), a.At.Pos())
	}
	if a := set.Attr("pkgs"); a != nil && h.System == "" {
		h.packages(ev, ev.Known(a.V.Force()), a.At.Pos())
	}
	for _, name := range []string{"specialArgs", "extraSpecialArgs"} {
		a := set.Attr(name)
		if a == nil {
			continue
		}
		special, ok := ev.Known(a.V.Force()).(*symbolic.Attrs)
		if !ok {
			continue
		}
		h.Special = map[string]symbolic.Value{}
		for _, name := range special.Names() {
			h.Special[name] = special.Attr(name).V.Force()
		}
	}
}

// system takes a system that is plain text.
func (h *Host) system(v symbolic.Value, at fleet.Pos) {
	if s, ok := v.(*symbolic.String); ok {
		if text, ok := s.Text(); ok {
			h.System, h.SystemAt = text, at
		}
	}
}

// packages takes the system of a package set: legacyPackages.SYSTEM of an
// input, or an import of nixpkgs.
func (h *Host) packages(ev *symbolic.Evaluator, v symbolic.Value, at fleet.Pos) {
	if r, ok := v.(*symbolic.Ref); ok {
		if r.System != "" {
			h.System, h.SystemAt = r.System, at
			return
		}
		for i := 0; i+1 < len(r.Path); i++ {
			if r.Root == symbolic.Inputs && r.Path[i] == "legacyPackages" {
				h.System, h.SystemAt = r.Path[i+1], at
			}
		}
		return
	}
	_, args := uncall(ev, v)
	for _, a := range args {
		if set, ok := ev.Known(a.Force()).(*symbolic.Attrs); ok && set.Attr("system") != nil {
			h.system(ev.Known(set.Attr("system").V.Force()), set.Attr("system").At.Pos())
		}
	}
}
