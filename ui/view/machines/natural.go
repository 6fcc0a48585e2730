package machines

import (
	"cmp"
	"slices"
	"strings"

	"assay/fleet"
)

// natural compares names as people count: web2 before web10.
func natural(a, b string) int {
	whole := cmp.Compare(a, b)
	for a != "" && b != "" {
		x, y := digits(a), digits(b)
		if x > 0 && y > 0 {
			if c := byValue(a[:x], b[:y]); c != 0 {
				return c
			}
			a, b = a[x:], b[y:]
			continue
		}
		if a[0] != b[0] {
			return cmp.Compare(a[0], b[0])
		}
		a, b = a[1:], b[1:]
	}
	if a != "" || b != "" {
		return cmp.Compare(len(a), len(b))
	}
	return whole // 01 and 1
}

// digits is how many digits s begins with.
func digits(s string) int {
	for i := range len(s) {
		if s[i] < '0' || s[i] > '9' {
			return i
		}
	}
	return len(s)
}

// byValue compares two rows of digits, which may be of any length.
func byValue(a, b string) int {
	a, b = strings.TrimLeft(a, "0"), strings.TrimLeft(b, "0")
	return cmp.Or(cmp.Compare(len(a), len(b)), cmp.Compare(a, b))
}

// places are the fleet's machines in the natural order of their names.
type places struct {
	fleet *fleet.Fleet
	order []int // places in the fleet, in that order
	rank  []int // by place in the fleet, where in that order it is
}

// of returns the places of a fleet, made once for each.
func (p *places) of(f *fleet.Fleet) *places {
	if p.fleet == f {
		return p
	}
	*p = places{fleet: f, order: make([]int, len(f.Machines)), rank: make([]int, len(f.Machines))}
	for i := range p.order {
		p.order[i] = i
	}
	slices.SortFunc(p.order, func(a, b int) int { return natural(f.Machines[a].Name, f.Machines[b].Name) })
	for at, place := range p.order {
		p.rank[place] = at
	}
	return p
}

// sort puts places of the fleet in the natural order.
func (p *places) sort(list []int) {
	slices.SortFunc(list, func(a, b int) int { return p.rank[a] - p.rank[b] })
}
