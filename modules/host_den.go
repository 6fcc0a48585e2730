package modules

import (
	"slices"
	"strings"

	"assay/fleet"
	"assay/modules/symbolic"
)

// denHosts finds den.hosts.SYSTEM.HOST and den.homes.SYSTEM.HOME: a host is made
// of the aspect of its name, those of its users, and den.default.
func (r *reading) denHosts() []*Host {
	return append(r.denOf("hosts", r.denHost), r.denOf("homes", r.denHome)...)
}

func (r *reading) denOf(option string, make func(n *node, name, system string) *Host) []*Host {
	r.tree.begin()
	n := r.store.find([]string{"den", option})
	if n == nil || !r.store.expand(n) {
		return nil
	}
	r.denGaps(n, option)
	var out []*Host
	for _, system := range n.names() {
		k := n.kids[system]
		r.store.expand(k)
		r.denGaps(k, option)
		for _, name := range k.names() {
			r.tree.begin()
			host := k.kids[name]
			r.store.expand(host)
			if h := make(host, name, system); h != nil {
				h.Form = "den." + option
				h.At = host.where().Pos()
				out = append(out, h)
			}
		}
	}
	return out
}

// denGaps reports what may hide hosts, of either class, or homes.
func (r *reading) denGaps(n *node, option string) {
	if option == "homes" {
		r.hostGaps(n, fleet.HomeManager)
		return
	}
	r.hostGaps(n, fleet.NixOS)
	r.hostGaps(n, fleet.Darwin)
}

// denText is an option of a host or a user that is text, or otherwise.
func (r *reading) denText(n *node, option, otherwise string) string {
	if k := n.kids[option]; k != nil {
		if v, ok := r.store.value(k); ok {
			if s, ok := r.tree.ev.Known(v).(*symbolic.String); ok {
				if text, ok := s.Text(); ok {
					return text
				}
			}
		}
	}
	return otherwise
}

func (r *reading) denHost(n *node, name, system string) *Host {
	system = r.denText(n, "system", system)
	class := fleet.Class(r.denText(n, "class", string(fleet.ClassOf(system))))
	if class != fleet.NixOS && class != fleet.Darwin || r.denHidden(n) {
		return nil
	}
	h := &Host{Name: name, Class: class, System: system, SystemAt: n.where().Pos()}
	for _, g := range n.gaps {
		h.Why = orElse(h.Why, g.why)
	}
	h.aspect(r.denRef(n, r.denText(n, "name", name), class), "")
	h.aspect(r.denMember([]string{"den", "default"}, class, n.where()), "")
	users := n.kids["users"]
	if users == nil {
		return h
	}
	r.store.expand(users)
	for _, g := range users.gaps {
		h.Why = orElse(h.Why, g.why)
	}
	for _, user := range users.names() {
		r.denUser(h, n, users.kids[user], user)
	}
	return h
}

// denUser enters what a user brings to a host.
func (r *reading) denUser(h *Host, host, n *node, name string) {
	r.store.expand(n)
	at := n.where()
	h.aspect(r.denRef(n, r.denText(n, "name", name), h.Class), "")
	routed := ""
	if !r.denMutual() {
		routed = "den's mutual-provider being included"
	}
	given := r.denProvided(host, h.Name, []string{"to-users", name})
	for _, path := range given {
		h.aspect(r.denMember(path, h.Class, at), routed)
	}
	for _, path := range r.denProvided(n, name, []string{"to-hosts", h.Name}) {
		h.aspect(r.denMember(path, h.Class, at), routed)
	}
	if !r.denHasUserHome(n) {
		return
	}
	list := &symbolic.List{Place: at}
	add := func(ref *symbolic.Ref, condition string) {
		if ref == nil {
			return
		}
		item := symbolic.Item{V: symbolic.Done(ref), At: at}
		if condition != "" {
			then := &symbolic.List{Place: at, Items: []symbolic.Item{item}}
			item = symbolic.Item{Rest: true, At: at, V: symbolic.Done(&symbolic.Cond{Place: at, If: &symbolic.Unknown{Why: condition},
				Then: symbolic.Done(then), Else: symbolic.Done(&symbolic.List{})})}
		}
		list.Items = append(list.Items, item)
	}
	add(r.denRef(n, r.denText(n, "name", name), fleet.HomeManager), "")
	add(r.denMember([]string{"den", "default"}, fleet.HomeManager, at), "")
	for _, path := range given {
		add(r.denMember(path, fleet.HomeManager, at), routed)
	}
	home := symbolic.NewAttrs(at, map[string]symbolic.Value{"imports": list})
	set := symbolic.Value(home)
	for _, key := range []string{r.denText(n, "userName", name), "users", "home-manager"} {
		set = symbolic.NewAttrs(at, map[string]symbolic.Value{key: set})
	}
	h.Modules = append(h.Modules, HostModule{Value: set, At: at.Pos()})
}

func (r *reading) denHome(n *node, name, system string) *Host {
	if r.denHidden(n) {
		return nil
	}
	h := &Host{Name: name, Class: fleet.HomeManager, System: r.denText(n, "system", system), SystemAt: n.where().Pos()}
	user, _, _ := strings.Cut(name, "@")
	h.aspect(r.denRef(n, user, fleet.HomeManager), "")
	h.aspect(r.denMember([]string{"den", "default"}, fleet.HomeManager, n.where()), "")
	return h
}

// denHidden reports whether a host is not among the flake's outputs.
func (r *reading) denHidden(n *node) bool {
	k := n.kids["intoAttr"]
	if k == nil {
		return false
	}
	v, ok := r.store.value(k)
	l, list := v.(*symbolic.List)
	return ok && list && len(l.Items) == 0
}

// denRef is the aspect of a host or a user: the one of its name, or the one
// that its option aspect says.
func (r *reading) denRef(n *node, name string, class fleet.Class) *symbolic.Ref {
	return r.denMember(r.denAspectPath(n, name), class, n.where())
}

func (r *reading) denAspectPath(n *node, name string) []string {
	if k := n.kids["aspect"]; k != nil && len(k.parts)+len(k.defs) > 0 {
		if v, ok := r.store.value(k); ok {
			if ref, ok := v.(*symbolic.Ref); ok && ref.Root == symbolic.Flake {
				return denPath(ref.Path)
			}
		}
	}
	return []string{"den", "aspects", name}
}

// denProvided are the paths of what an entity's aspect provides under names.
func (r *reading) denProvided(n *node, name string, names []string) [][]string {
	var out [][]string
	for _, to := range names {
		out = append(out, append(r.denAspectPath(n, name), "provides", to))
	}
	return out
}

// denMember refers to the aspect of a class, nil if it has no such modules.
func (r *reading) denMember(path []string, class fleet.Class, at symbolic.Place) *symbolic.Ref {
	path = append(slices.Clone(path), string(class))
	if r.tree.Member(path) == nil {
		return nil
	}
	return &symbolic.Ref{Place: at, Root: symbolic.Flake, Path: path}
}

// aspect adds an aspect to the modules of a host.
func (h *Host) aspect(ref *symbolic.Ref, condition string) {
	if ref != nil {
		h.Modules = append(h.Modules, HostModule{Value: ref, At: ref.Place.Pos(), Condition: condition})
	}
}

// denMutual reports whether hosts and users get what they provide to each
// other in any case.
func (r *reading) denMutual() bool {
	for _, path := range [][]string{{"den", "ctx", "user", "includes"}, {"den", "schema", "user", "includes"}} {
		n := r.store.find(path)
		if n == nil || !r.store.expand(n) {
			continue
		}
		for i := range n.parts {
			if l, ok := n.parts[i].v.Force().(*symbolic.List); ok && len(n.parts[i].guards) == 0 && slices.ContainsFunc(l.Items, isMutual) {
				return true
			}
		}
	}
	if d := r.den.aspects[pathKey([]string{"den", "default"})]; d != nil {
		return slices.ContainsFunc(d.includes, func(i denInclude) bool {
			ref, ok := i.foreign.(*symbolic.Ref)
			return ok && i.condition == "" && slices.Contains(ref.Path, "mutual-provider")
		})
	}
	return false
}

func isMutual(item symbolic.Item) bool {
	ref, ok := item.V.Force().(*symbolic.Ref)
	return ok && !item.Rest && slices.Contains(ref.Path, "mutual-provider")
}

// denHasUserHome reports whether a user has a home of home-manager: it, or the schema
// of all users, says so in classes.
func (r *reading) denHasUserHome(n *node) bool {
	if k := n.kids["classes"]; k != nil && len(k.defs) > 0 {
		v, ok := r.store.value(k)
		return ok && r.denHasHome(v)
	}
	schema := r.store.find([]string{"den", "schema", "user"})
	if schema == nil || !r.store.expand(schema) {
		return false
	}
	o := r.tree.opener(symbolic.Null{}, Arguments{})
	for i := range schema.parts {
		for _, c := range o.open(schema.parts[i].v.Force()).Config {
			set, ok := r.tree.ev.Known(c.Value).(*symbolic.Attrs)
			if !ok || set.Attr("classes") == nil {
				continue
			}
			for _, part := range r.store.peel(definition{v: set.Attr("classes").V}, 0) {
				if r.denHasHome(part.v.Force()) {
					return true
				}
			}
		}
	}
	return false
}

func (r *reading) denHasHome(v symbolic.Value) bool {
	l, ok := r.tree.ev.Known(v).(*symbolic.List)
	return ok && slices.ContainsFunc(l.Items, func(item symbolic.Item) bool {
		s, ok := r.tree.ev.Known(item.V.Force()).(*symbolic.String)
		if !ok {
			return false
		}
		text, _ := s.Text()
		return text == string(fleet.HomeManager)
	})
}
