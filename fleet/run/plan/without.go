package plan

import (
	"cmp"
	"slices"
)

// Without returns the plan of the other machines, with an id of its own; names
// that are not in the plan mean nothing. p stays as it is, and both share what
// nobody changes. In a group that Varies, the differences shown stay those of
// the machine that was its first in p.
func (p *Plan) Without(machines []string) *Plan {
	gone := make(map[string]bool, len(machines))
	for _, name := range machines {
		gone[name] = true
	}
	rest := *p
	rest.Hosts = slices.DeleteFunc(slices.Clone(p.Hosts), func(e Entry) bool { return gone[e.Machine] })
	var index map[string]int
	rest.Groups, index = groupsWithout(p.Groups, gone)
	for i := range rest.Hosts {
		e := &rest.Hosts[i]
		if e.Group < 0 {
			continue
		}
		g, ok := index[e.Machine]
		if !ok {
			g = -1 // somebody else's plan, with a group that does not name it
		}
		e.Group = g
	}
	left := omits{lists: p.LeftOut}
	rest.LeftOut = left.number(rest.Hosts)
	rest.ID = rest.sum()
	return &rest
}

// groupsWithout returns the groups of the machines that stay, in the order of
// a plan, and each machine's index.
func groupsWithout(all []Group, gone map[string]bool) ([]Group, map[string]int) {
	groups := make([]Group, 0, len(all))
	for _, g := range all {
		g.Machines = slices.DeleteFunc(slices.Clone(g.Machines), func(name string) bool { return gone[name] })
		if len(g.Machines) > 0 {
			groups = append(groups, g)
		}
	}
	return inOrder(groups)
}

// inOrder sorts groups, largest first, and returns each machine's index.
func inOrder(groups []Group) ([]Group, map[string]int) {
	slices.SortFunc(groups, func(a, b Group) int {
		return cmp.Or(cmp.Compare(len(b.Machines), len(a.Machines)), cmp.Compare(a.Machines[0], b.Machines[0]))
	})
	index := map[string]int{}
	for i, g := range groups {
		for _, m := range g.Machines {
			index[m] = i
		}
	}
	return groups, index
}
