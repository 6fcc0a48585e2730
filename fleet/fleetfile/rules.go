package fleetfile

import (
	"cmp"
	"fmt"
	"slices"
	"strings"

	"assay/fleet"
)

// rules checks what no single key can tell: names that must refer to
// something, and things that must not be declared twice.
type rules struct {
	*checker
	root  *node
	fleet *fleet.Fleet
}

func (r *rules) check() {
	r.sources()
	r.machineCase()
	r.addresses()
	r.builders()
	r.channels()
	r.aliases()
	r.layers()
	r.hotfixChannels()
}

func (r *rules) sources() {
	s := r.fleet.Sources
	if s.Modules != "" && (s.Packages == s.Modules || strings.HasPrefix(s.Packages, s.Modules+"/")) {
		r.problem(r.root.get("sources", "packages").where(), "", "sources.packages: expected a directory outside of the tree %s, found %s: import-tree would load packages as modules", s.Modules, s.Packages)
	}
}

// machineCase: host names and some file systems do not tell cases apart.
func (r *rules) machineCase() {
	seen := make(map[string]fleet.Machine)
	for _, m := range r.fleet.Machines {
		lower := strings.ToLower(m.Name)
		if o, ok := seen[lower]; ok {
			r.problem(m.At, "", "machine %s: expected a name that differs from %s at %s in more than its case", m.Name, o.Name, o.At)
			continue
		}
		seen[lower] = m
	}
}

// addresses: two machines, or two targets of one, with one address.
func (r *rules) addresses() {
	type owner struct {
		machine, target string
		at              fleet.Pos
	}
	owners := make(map[string]owner)
	for _, m := range r.fleet.Machines {
		at := r.root.get("machines", m.Name, "deploy", "targets")
		for i, t := range m.Deploy.Targets {
			pos := m.At
			if i < len(at.elements()) {
				pos = at.elements()[i].at
			}
			a, _ := parseAddress(t)
			if o, taken := owners[a]; taken {
				hint := "every machine has its own addresses"
				if m.Deploy.Guessed {
					hint = fmt.Sprintf("%s has this address because of fleet.domain; give it deploy.targets", m.Name)
				}
				r.problem(pos, hint, "machine %s: expected an address of its own, %s is %s of machine %s at %s", m.Name, t, o.target, o.machine, o.at)
				continue
			}
			owners[a] = owner{m.Name, t, pos}
		}
	}
}

func (r *rules) machineNames() []string {
	var names []string
	for _, m := range r.fleet.Machines {
		names = append(names, m.Name)
	}
	return names
}

// builders: deploy.build names a place; a machine does not jump over itself.
func (r *rules) builders() {
	for _, m := range r.fleet.Machines {
		d := r.root.get("machines", m.Name, "deploy")
		if b := m.Deploy.Build; b != "local" && b != "target" && r.fleet.Machine(b) == nil {
			r.problem(d.get("build").where(), meant(b, append(r.machineNames(), "local", "target")),
				"machine %s: expected deploy.build to be local, target or a machine, no machine is called %q", m.Name, b)
		}
		for _, j := range d.get("jump").elements() {
			if j.text() == m.Name {
				r.problem(j.at, "", "machine %s: expected another machine as jump host, found itself", m.Name)
			}
		}
	}
}

func (r *rules) channelNames() []string {
	var names []string
	for _, c := range r.fleet.Channels {
		names = append(names, c.Name)
	}
	return names
}

func (r *rules) channels() {
	var defaults []string
	for _, c := range r.fleet.Channels {
		n := r.root.get("channels", c.Name)
		input, base := n.get("input"), n.get("base")
		switch {
		case input == nil && base == nil:
			r.problem(n.key, "", "channel %s: expected input, the name of a flake input, or base, a channel to patch", c.Name)
		case input != nil && base != nil:
			r.problem(base.key, "", "channel %s: expected either input or base, found both", c.Name)
		case base != nil:
			r.base(c, base)
			r.patched(c, n)
		case len(c.Patches) > 0 || n.get("nar-hash") != nil:
			r.problem(cmp.Or(n.get("patch"), n.get("nar-hash")).key, "a patched channel is one of its own, with base", "channel %s: expected no patches of a channel with input", c.Name)
		}
		if c.Default {
			defaults = append(defaults, c.Name)
		}
		if c.Default && len(c.Systems) > 0 {
			r.problem(n.get("systems").key, "", "channel %s: expected the default channel on all systems", c.Name)
		}
		if len(defaults) > 1 && c.Default {
			r.problem(n.get("default").key, "", "channel %s: expected one default channel, %s is one already", c.Name, defaults[0])
		}
	}
	if len(defaults) == 0 && len(r.fleet.Channels) > 0 && !r.refusedDefault() {
		r.problem(r.root.get("channels").key, "", "expected default = true in one of the channels %s", strings.Join(r.channelNames(), ", "))
	}
}

// refusedDefault reports whether some channel may be the default one but for
// what was wrong with it.
func (r *rules) refusedDefault() bool {
	n := r.root.get("channels")
	for _, c := range n.names() {
		if n.fields[c].refused["default"] {
			return true
		}
	}
	return len(n.refused) > 0
}

func (r *rules) base(c fleet.Channel, base *node) {
	i := slices.IndexFunc(r.fleet.Channels, func(o fleet.Channel) bool { return o.Name == c.Patched })
	switch round := r.round(c); {
	case i < 0:
		r.problem(base.at, meant(c.Patched, r.channelNames()), "channel %s: no channel is called %q", c.Name, c.Patched)
	case c.Patched == c.Name:
		r.problem(base.at, "", "channel %s: expected another channel as base, found itself", c.Name)
	case len(round) > 0:
		if last := round[len(round)-1]; c.Name == slices.Min(round) {
			r.problem(base.at, "a base is a channel with input", "channel %s: expected a base that does not lead back to it, found %s, and %s at %s has %s as base",
				c.Name, strings.Join(round[1:], ", "), last, r.root.get("channels", last, "base").at, c.Name)
		}
	case r.fleet.Channels[i].Patched != "":
		r.problem(base.at, "", "channel %s: expected a base with input, %s is a patched channel itself", c.Name, c.Patched)
	}
}

// round are the channels from c, base by base, if that comes back to c.
func (r *rules) round(c fleet.Channel) []string {
	round := []string{c.Name}
	for next := c.Patched; next != c.Name; {
		i := slices.IndexFunc(r.fleet.Channels, func(o fleet.Channel) bool { return o.Name == next })
		if i < 0 || slices.Contains(round, next) {
			return nil
		}
		round, next = append(round, next), r.fleet.Channels[i].Patched
	}
	return round
}

// patched: a patched tree has a recorded hash. Without that every system
// would have to build the tree of every other one.
func (r *rules) patched(c fleet.Channel, n *node) {
	hash, patches := n.get("nar-hash"), n.get("patch")
	switch {
	case len(c.Patches) > 0 && hash == nil && !n.refused["nar-hash"]:
		r.problem(patches.key, "write nar-hash = \"sha256-AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=\", and Nix says the right one when it builds the tree",
			"channel %s: expected nar-hash, the hash of %s with the patches, the first at %s", c.Name, c.Patched, c.Patches[0].At)
	case len(c.Patches) == 0 && hash != nil && !n.refused["patch"]:
		r.problem(hash.key, "", "channel %s: expected nar-hash only with patches: without any it is %s itself", c.Name, c.Patched)
	}
}

// alias is the channel's name below pkgs.
func alias(c fleet.Channel) string {
	if c.As != "" {
		return c.As
	}
	return c.Name
}

// aliases: two channels must not have one name on one system.
func (r *rules) aliases() {
	seen := make(map[string][]fleet.Channel)
	for _, c := range r.fleet.Channels {
		i := slices.IndexFunc(seen[alias(c)], func(o fleet.Channel) bool { return bothMatch(o.Systems, c.Systems) != "" })
		if i >= 0 {
			o, n := seen[alias(c)][i], r.root.get("channels", c.Name)
			r.problem(n.get("as").where(n), "", "channel %s: expected another name than %q on %s, channel %s has it there, at %s",
				c.Name, alias(c), bothMatch(o.Systems, c.Systems), o.Name, o.At)
			continue
		}
		seen[alias(c)] = append(seen[alias(c)], c)
	}
}

// bothMatch returns a system that both globs match, or "".
func bothMatch(a, b []string) string {
	for _, sys := range systems {
		if fleet.MatchAny(a, sys) && fleet.MatchAny(b, sys) {
			return sys
		}
	}
	return ""
}

// entry is one name that a layer defines.
type entry struct {
	pkg     string
	systems []string
	at      fleet.Pos
}

// layers: a layer that has entries must be in the order, and must not define
// one name twice for one system.
func (r *rules) layers() {
	o := r.fleet.Overlay
	entries := make(map[string][]entry)
	for _, h := range o.Hotfixes {
		entries["hotfixes"] = append(entries["hotfixes"], entry{h.Package, h.Systems, h.At})
	}
	for _, v := range o.Overrides {
		entries["overrides"] = append(entries["overrides"], entry{v.Package, v.Systems, v.At})
	}
	for _, f := range r.root.get("overlay", "flake-input").elements() {
		for _, p := range f.get("provides").named() {
			entries["flake-inputs"] = append(entries["flake-inputs"], entry{p.Name, nil, p.At})
		}
	}
	for _, layer := range Layers() {
		es := entries[layer]
		if len(es) > 0 && !slices.Contains(o.Order, layer) {
			r.problem(r.root.get("overlay", "order").where(), "", "overlay.order: expected the layer %s, which has entries, the first at %s", layer, es[0].at)
		}
		r.twice(layer, es)
	}
}

// twice: a layer defines one name twice for one system.
func (r *rules) twice(layer string, es []entry) {
	seen := make(map[string][]entry)
	for _, e := range es {
		i := slices.IndexFunc(seen[e.pkg], func(before entry) bool { return bothMatch(before.systems, e.systems) != "" })
		if i >= 0 && e.pkg != "" {
			before := seen[e.pkg][i]
			r.problem(e.at, "", "layer %s: expected %s once for %s, it is there at %s already",
				layer, e.pkg, bothMatch(before.systems, e.systems), before.at)
			continue
		}
		seen[e.pkg] = append(seen[e.pkg], e)
	}
}

// hotfixChannels: a hotfix names a channel or an alias.
func (r *rules) hotfixChannels() {
	var names []string
	for _, c := range r.fleet.Channels {
		names = append(names, alias(c), c.Name)
	}
	for _, h := range r.root.get("overlay", "hotfix").elements() {
		c := h.get("channel")
		if c != nil && !slices.Contains(names, c.text()) {
			r.problem(c.at, meant(c.text(), names), "hotfix of %s: no channel is called %q", h.get("package").text(), c.text())
		}
	}
}
