package plan

import "fmt"

// saved is a plan as it is saved: every difference once, and in the groups
// their numbers, because the hosts of a fleet have most of theirs in common.
type saved struct {
	Plan
	Hosts    []Entry         `json:"hosts"`
	Aspects  []AspectChange  `json:"aspects"`
	Options  []OptionChange  `json:"options"`
	Files    []FileChange    `json:"files"`
	Packages []PackageChange `json:"packages"`
	Units    []UnitChange    `json:"units,omitempty"`
	Omitted  []LeftOut       `json:"omitted"`
	Groups   []savedGroup    `json:"groups"`
	LeftOut  [][]int         `json:"left_out"`
}

type savedGroup struct {
	Machines []string    `json:"machines"`
	Varies   bool        `json:"varies,omitempty"`
	Change   savedChange `json:"change"`
}

// savedChange is a Change of numbers into the lists of a saved plan.
type savedChange struct {
	Unknown  string `json:"unknown,omitempty"`
	Aspects  []int  `json:"aspects"`
	Options  []int  `json:"options"`
	Files    []int  `json:"files"`
	Packages []int  `json:"packages"`
	Units    []int  `json:"units,omitempty"`
	LeftOut  []int  `json:"left_out"`
	Rebuilt  int    `json:"rebuilt,omitempty"`
	Revision bool   `json:"revision,omitempty"`
}

// pool holds different values in the order of their first use.
type pool[T any] struct {
	items []T
	index map[string]int // by JSON form
}

// number returns the numbers of the list's values.
func (p *pool[T]) number(list []T) []int {
	if p.index == nil {
		p.index = map[string]int{}
	}
	numbers := make([]int, len(list))
	for i := range list {
		key := string(encode(&list[i]))
		n, ok := p.index[key]
		if !ok {
			n = len(p.items)
			p.index[key] = n
			p.items = append(p.items, list[i])
		}
		numbers[i] = n
	}
	return numbers
}

// pack returns the plan as it is saved.
func (p *Plan) pack() *saved {
	var (
		aspects  pool[AspectChange]
		options  pool[OptionChange]
		files    pool[FileChange]
		packages pool[PackageChange]
		units    pool[UnitChange]
		omitted  pool[LeftOut]
	)
	s := &saved{Plan: *p, Hosts: p.Hosts, Groups: make([]savedGroup, len(p.Groups)), LeftOut: make([][]int, len(p.LeftOut))}
	for i := range p.Groups {
		g := &p.Groups[i]
		s.Groups[i] = savedGroup{Machines: g.Machines, Varies: g.Varies, Change: savedChange{
			Unknown:  g.Change.Unknown,
			Aspects:  aspects.number(g.Change.Aspects),
			Options:  options.number(g.Change.Options),
			Files:    files.number(g.Change.Files),
			Packages: packages.number(g.Change.Packages),
			Units:    units.number(g.Change.Units),
			LeftOut:  omitted.number(g.Change.LeftOut),
			Rebuilt:  g.Change.Rebuilt,
			Revision: g.Change.Revision,
		}}
	}
	for i, list := range p.LeftOut {
		s.LeftOut[i] = omitted.number(list)
	}
	s.Aspects, s.Options, s.Files = aspects.items, options.items, files.items
	s.Packages, s.Units, s.Omitted = packages.items, units.items, omitted.items
	return s
}

// maxNumbers bounds how many differences the groups of a saved plan name: a
// small file could name one long list without end.
const maxNumbers = 8 << 20

// unpack is the reverse of pack, for at most so many differences.
func (s *saved) unpack(limit int) (*Plan, error) {
	p := &s.Plan
	p.Hosts, p.Groups, p.LeftOut = s.Hosts, make([]Group, len(s.Groups)), make([][]LeftOut, len(s.LeftOut))
	u := unpacker{limit: limit, left: limit}
	for i := range s.Groups {
		g := &s.Groups[i]
		p.Groups[i] = Group{Machines: g.Machines, Varies: g.Varies, Change: Change{
			Unknown:  g.Change.Unknown,
			Aspects:  named(&u, s.Aspects, g.Change.Aspects),
			Options:  named(&u, s.Options, g.Change.Options),
			Files:    named(&u, s.Files, g.Change.Files),
			Packages: named(&u, s.Packages, g.Change.Packages),
			Units:    some(named(&u, s.Units, g.Change.Units)),
			LeftOut:  named(&u, s.Omitted, g.Change.LeftOut),
			Rebuilt:  g.Change.Rebuilt,
			Revision: g.Change.Revision,
		}}
	}
	for i, numbers := range s.LeftOut {
		p.LeftOut[i] = named(&u, s.Omitted, numbers)
	}
	return p, u.err
}

// some is nil for an empty list: only some engines know units.
func some[T any](list []T) []T {
	if len(list) == 0 {
		return nil
	}
	return list
}

// unpacker keeps the first error of unpacking.
type unpacker struct {
	limit, left int // how many differences may be named at all, and still
	err         error
}

// named returns the values of the numbers.
func named[T any](u *unpacker, items []T, numbers []int) []T {
	if u.left -= len(numbers); u.left < 0 && u.err == nil {
		u.err = fmt.Errorf("it names more than %d differences; hint: plan fewer machines at once", u.limit)
	}
	if u.err != nil {
		return nil
	}
	list := make([]T, len(numbers))
	for i, n := range numbers {
		if n < 0 || n >= len(items) {
			u.err = fmt.Errorf("there is no difference %d", n)
			return nil
		}
		list[i] = items[n]
	}
	return list
}
