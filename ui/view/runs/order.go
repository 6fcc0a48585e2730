package runs

import (
	"cmp"
	"slices"
	"strings"
	"time"

	"assay/ui/word"
)

// sort orders what is shown by the column, and within that the newest first.
func (l *list) sort() {
	if column := l.now.column; column != "" {
		now := l.known.Now
		slices.SortStableFunc(l.shown, func(a, b *run) int { return compare(a, b, column, now) })
	}
	if l.now.reverse {
		slices.Reverse(l.shown)
	}
}

func compare(a, b *run, column string, now time.Time) int {
	switch column {
	case colAge:
		return b.start.Compare(a.start)
	case colStarted:
		return a.start.Compare(b.start)
	case colOutcome:
		return cmp.Compare(endedWord(a), endedWord(b))
	case colGoal:
		return cmp.Compare(word.RunVerb(a.started), word.RunVerb(b.started))
	case colMachines:
		return cmp.Compare(len(a.started.Machines), len(b.started.Machines))
	case colTook:
		da, _ := a.took(now)
		db, _ := b.took(now)
		return cmp.Compare(da, db)
	case colOperator:
		return cmp.Compare(a.started.Operator, b.started.Operator)
	}
	return cmp.Compare(a.id, b.id)
}

// match returns the runs that have every word of the filter in their id,
// outcome, goal, operator, or in the name of a machine or its outcome, without
// regard to case.
func (l *list) match(filter string) []*run {
	words := strings.Fields(strings.ToLower(filter))
	if len(words) == 0 {
		return slices.Clone(l.all)
	}
	l.index.add(l.all)
	var looks []look
	for _, w := range words {
		looks = append(looks, look{w, l.index.having(w)})
	}
	var out []*run
	for _, r := range l.all {
		if !slices.ContainsFunc(looks, func(k look) bool { return !k.finds(r) }) {
			out = append(out, r)
		}
	}
	return out
}

// look is one word of the filter, with the machines that have it in their
// names.
type look struct {
	word     string
	machines set
}

func (k look) finds(r *run) bool {
	in := func(text string) bool { return strings.Contains(strings.ToLower(text), k.word) }
	if in(r.id) || in(endedWord(r)) || in(word.RunVerb(r.started)) || in(r.started.Operator) {
		return true
	}
	for o, n := range r.counts {
		if n > 0 && in(word.Outcome(r.started, o)) {
			return true
		}
	}
	return r.set.meets(k.machines)
}

// index numbers the machines of all runs, so that a word of the filter is
// compared with each name once, however many runs the machine was in.
type index struct {
	numbers map[string]int
	lower   []string
}

// add numbers the machines of runs that have not been seen.
func (x *index) add(runs []*run) {
	if x.numbers == nil {
		x.numbers = map[string]int{}
	}
	for _, r := range runs {
		if r.indexed {
			continue
		}
		r.indexed = true
		for _, name := range r.started.Machines {
			n, ok := x.numbers[name]
			if !ok {
				n = len(x.lower)
				x.numbers[name] = n
				x.lower = append(x.lower, strings.ToLower(name))
			}
			r.set = r.set.with(n)
		}
	}
}

// having returns the machines with a word in their names.
func (x *index) having(w string) set {
	var s set
	for n, name := range x.lower {
		if strings.Contains(name, w) {
			s = s.with(n)
		}
	}
	return s
}

// set is a set of small numbers, a bit each.
type set []uint64

func (s set) with(n int) set {
	for len(s) <= n/64 {
		s = append(s, 0)
	}
	s[n/64] |= 1 << (n % 64)
	return s
}

// meets reports whether the sets have something in common.
func (s set) meets(other set) bool {
	for i := range min(len(s), len(other)) {
		if s[i]&other[i] != 0 {
			return true
		}
	}
	return false
}
