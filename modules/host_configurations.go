package modules

import (
	"assay/fleet"
	"assay/modules/symbolic"
)

// configurationHosts finds configurations.CLASS.NAME.module, an option that
// the flake declares itself, where its outputs do not show the host.
func (r *reading) configurationHosts() []*Host {
	var out []*Host
	for i := range r.registries {
		reg := &r.registries[i]
		if !reg.Typed || len(reg.Path) != 4 || reg.Path[0] != "configurations" || reg.Path[2] != "*" {
			continue
		}
		class := classWords[reg.Path[1]]
		if class == "" {
			continue
		}
		r.tree.begin()
		n := r.store.find(reg.Path[:2])
		if n == nil {
			continue
		}
		r.store.expand(n)
		for _, name := range n.names() {
			if h := r.configurationHost(n.kids[name], reg.Path[3], class); h != nil {
				out = append(out, h)
			}
		}
	}
	return out
}

func (r *reading) configurationHost(n *node, option string, class fleet.Class) *Host {
	r.store.expand(n)
	k := n.kids[option]
	if k == nil || len(k.defs) == 0 {
		return nil
	}
	at := n.where()
	member := &symbolic.Ref{Place: k.where(), Root: symbolic.Flake, Path: k.path}
	return &Host{
		Name: n.path[len(n.path)-1], Class: class, At: at.Pos(), Form: pathText(n.path[:len(n.path)-1]),
		Modules: []HostModule{{Value: member, At: k.where().Pos()}},
	}
}
