package fleetfile

import (
	"cmp"
	"slices"

	"assay/fleet"
)

// Adopt reads the fleet.toml beside a flake that defines its machines itself.
// It adds to flake, the machines as Nix tells them, what Nix does not know:
// addresses, jump hosts, where to build, the way to root, tags, the policy of
// updates. What the flake says itself is an error here, and so is a machine
// that it does not define, if all says that flake has all machines; else it is
// only not enforced. src may be empty: then there is no file. The error is of
// type Errors.
func Adopt(name string, src []byte, flake *fleet.Fleet, all bool) (*File, error) {
	root, problems := read(name, src)
	if root == nil {
		return nil, Errors(problems)
	}
	c := newChecker(true)
	c.problems, c.read = problems, !all
	c.table(root, "", "")
	said, f := build(root), *flake
	f.Domain, f.Tags, f.Rollout = said.Domain, said.Tags, said.Rollout
	if said.Name != "" {
		f.Name = said.Name
	}
	f.Machines = slices.Clone(flake.Machines)
	for _, m := range said.Machines {
		known := f.Machine(m.Name)
		if known == nil && !all {
			c.unenforced = append(c.unenforced, Found{Path: "machines." + m.Name, At: m.At, Why: "no machine of that name was found in the flake's files"})
			continue
		}
		if known == nil {
			c.problem(m.At, meant(m.Name, (&rules{fleet: &f}).machineNames()), "machine %s: the flake defines no machine of that name", m.Name)
			continue
		}
		c.add(known, &m, root.get("machines", m.Name))
	}
	for i := range f.Machines {
		m := &f.Machines[i]
		guess(m, f.Domain)
		m.Deploy.Build, m.Deploy.Become = cmp.Or(m.Deploy.Build, "local"), cmp.Or(m.Deploy.Become, "none")
	}
	return c.finish(root, &f)
}

// add takes over what the file says about a machine.
func (c *checker) add(m, said *fleet.Machine, n *node) {
	for _, tag := range said.Tags {
		if slices.Contains(m.Tags, tag) {
			c.problem(n.get("tags").where(), "remove it", "machine %s: the flake gives it the tag %s itself", m.Name, tag)
			continue
		}
		m.Tags = append(slices.Clip(m.Tags), tag)
	}
	if said.Type != "" {
		m.Type = said.Type
	}
	if said.User != "" {
		m.User = said.User
	}
	d := n.get("deploy")
	if d == nil {
		return
	}
	if d.get("targets") != nil {
		m.Deploy.Targets = said.Deploy.Targets
	}
	if d.get("become") != nil {
		m.Deploy.Become = said.Deploy.Become
	}
	if d.get("build") != nil {
		m.Deploy.Build = said.Deploy.Build
	}
	m.Deploy.Jump, m.Deploy.At = said.Deploy.Jump, said.Deploy.At
}

// Native reports whether the text means to be the registry itself: it names
// the tree, or says of some machine which system it has. What is no TOML may be
// either and counts as native, so that its errors are told.
func Native(name string, src []byte) bool {
	root, _ := read(name, src)
	if root == nil || root.get("sources") != nil {
		return true
	}
	machines := root.get("machines")
	return slices.ContainsFunc(machines.names(), func(m string) bool { return machines.get(m, "system") != nil })
}
