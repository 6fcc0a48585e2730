package fleetfile

import (
	"fmt"
	"slices"
	"strings"

	"assay/fleet"
)

// build makes the Fleet of checked nodes.
func build(root *node) *fleet.Fleet {
	return &fleet.Fleet{
		Name:     root.get("fleet", "name").text(),
		Domain:   root.get("fleet", "domain").text(),
		Sources:  fleet.Sources{Modules: root.get("sources", "modules").text(), Packages: root.get("sources", "packages").text()},
		Machines: machines(root.get("machines"), root.get("fleet", "domain").text()),
		Tags:     tags(root.get("tags")),
		Services: services(root.get("services")),
		Channels: channels(root.get("channels")),
		Overlay:  overlay(root.get("overlay")),
		Rollout:  fleet.Rollout{Parallel: root.get("rollout", "parallel").number()},
	}
}

// each calls f with the fields of a table by name, in the order of the file.
func each[T any](n *node, f func(name string, n *node) T) []T {
	var ts []T
	for _, name := range n.names() {
		ts = append(ts, f(name, n.fields[name]))
	}
	return ts
}

// list calls f with the elements of an array.
func list[T any](n *node, f func(n *node) T) []T {
	var ts []T
	for _, e := range n.elements() {
		ts = append(ts, f(e))
	}
	return ts
}

func machines(n *node, domain string) []fleet.Machine {
	return each(n, func(name string, n *node) fleet.Machine {
		system := n.get("system").text()
		m := fleet.Machine{
			Name:    name,
			System:  system,
			Type:    n.get("type").text(),
			User:    n.get("user").text(),
			Tags:    n.get("tags").texts(),
			Aspects: n.get("aspects").named(),
			Home: each(n.get("home"), func(user string, n *node) fleet.Home {
				return fleet.Home{User: user, Aspects: n.named(), At: n.key}
			}),
			Source: fleet.SourceFile,
			At:     n.key,
		}
		if system != "" {
			m.Class = fleet.ClassOf(system)
		}
		slices.SortFunc(m.Home, func(a, b fleet.Home) int { return strings.Compare(a.User, b.User) })
		m.Deploy = deploy(n)
		guess(&m, domain)
		return m
	})
}

func deploy(n *node) fleet.Deploy {
	d := n.get("deploy")
	dep := fleet.Deploy{
		Targets: d.get("targets").texts(),
		Jump:    d.get("jump").texts(),
		Build:   d.get("build").text(),
		Become:  d.get("become").text(),
		At:      n.key,
	}
	if d != nil {
		dep.At = d.key
	}
	if dep.Build == "" {
		dep.Build = "local"
	}
	if dep.Become == "" {
		dep.Become = "none"
	}
	return dep
}

// guess gives a NixOS machine without targets the one that follows from the
// domain. A Mac knows people, not root, so there is nothing to guess.
func guess(m *fleet.Machine, domain string) {
	if len(m.Deploy.Targets) == 0 && domain != "" && m.Class == fleet.NixOS {
		m.Deploy.Targets, m.Deploy.Guessed = []string{fmt.Sprintf("root@%s.%s", m.Name, domain)}, true
	}
}

func tags(n *node) []fleet.TagRule {
	return each(n, func(name string, n *node) fleet.TagRule {
		return fleet.TagRule{Name: name, Selector: n.text(), At: n.at}
	})
}

func services(n *node) []fleet.Service {
	return each(n, func(name string, n *node) fleet.Service {
		s := fleet.Service{Name: name, Module: n.get("module").text(), Input: n.get("input").text(), At: n.key}
		if s.Module == "" {
			s.Module = name
		}
		s.Roles = each(n.get("roles"), func(name string, n *node) fleet.Role {
			settings, _ := n.get("settings").plain().(map[string]any)
			return fleet.Role{Name: name, Machines: n.get("machines").named(), Tags: n.get("tags").named(), Settings: settings, At: n.key}
		})
		return s
	})
}

func channels(n *node) []fleet.Channel {
	return each(n, func(name string, n *node) fleet.Channel {
		return fleet.Channel{
			Name:    name,
			Input:   n.get("input").text(),
			Default: n.get("default").yes(),
			Systems: n.get("systems").texts(),
			As:      n.get("as").text(),
			Patched: n.get("base").text(),
			Patches: list(n.get("patch"), func(n *node) fleet.Patch {
				return fleet.Patch{URL: n.get("url").text(), Hash: n.get("hash").text(),
					Reason: n.get("reason").text(), RemoveWhen: n.get("remove-when").text(), At: n.at}
			}),
			NarHash: n.get("nar-hash").text(),
			Comment: n.comment(),
			At:      n.key,
		}
	})
}

func overlay(n *node) fleet.Overlay {
	o := fleet.Overlay{Order: n.get("order").texts(), Composition: n.get("composition").text()}
	if n != nil {
		o.At = n.key
	}
	if n.get("order") == nil {
		o.Order = Layers()
	}
	if o.Composition == "" {
		o.Composition = "merge"
	}
	o.Hotfixes = list(n.get("hotfix"), func(n *node) fleet.Hotfix {
		return fleet.Hotfix{Package: n.get("package").text(), Channel: n.get("channel").text(), Systems: n.get("systems").texts(),
			Hydra: n.get("hydra").text(), Reason: n.get("reason").text(), Added: n.get("added").text(),
			RemoveWhen: n.get("remove-when").text(), Comment: n.comment(), At: n.at}
	})
	o.Overrides = list(n.get("override"), func(n *node) fleet.Override {
		return fleet.Override{Package: n.get("package").text(), File: n.get("file").text(), Systems: n.get("systems").texts(), Comment: n.comment(), At: n.at}
	})
	o.FlakeInputs = list(n.get("flake-input"), func(n *node) fleet.FlakeInput {
		return fleet.FlakeInput{Input: n.get("input").text(), Provides: n.get("provides").texts(), Comment: n.comment(), At: n.at}
	})
	return o
}
