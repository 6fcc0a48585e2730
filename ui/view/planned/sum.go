package planned

import (
	"assay/fleet/run/plan"
)

// sum is what a plan comes to without the machines that are left out.
type sum struct {
	plan      *plan.Plan
	rest      []string // that would change
	damaged   []string // those of them that have something broken
	strangers []string // whose identity could not be verified
	size      plan.Amount
	groups    int // with a machine that would change
	count     map[plan.Status]int
	id        string // of the plan as it would be applied; made when it is shown
}

// sum returns it, kept until something changes.
func (v *View) sum(p *plan.Plan) *sum {
	if v.total != nil && v.total.plan == p {
		return v.total
	}
	s := &sum{plan: p, count: map[plan.Status]int{}}
	groups := make(map[int]bool, len(p.Groups))
	for i := range p.Hosts {
		e := &p.Hosts[i]
		s.count[e.Status]++
		if e.Identity {
			s.strangers = append(s.strangers, e.Machine)
		}
		if e.Status != plan.StatusChange || v.out[e.Machine] {
			continue
		}
		s.rest = append(s.rest, e.Machine)
		s.size.Bytes += e.Copy.Bytes
		s.size.Objects += e.Copy.Objects
		groups[e.Group] = true
		if e.Damaged != "" {
			s.damaged = append(s.damaged, e.Machine)
		}
	}
	s.groups = len(groups)
	v.total = s
	return s
}

// applied is the id of the plan as it would be applied: without the machines
// that are left out it is another one.
func (v *View) applied(p *plan.Plan) string {
	if len(v.out) == 0 {
		return p.ID
	}
	s := v.sum(p)
	if s.id == "" {
		s.id = p.Without(v.without()).ID
	}
	return s.id
}
