package state

import (
	"slices"
	"time"
)

// Line is one kept log line.
type Line struct {
	Time   time.Time
	Stream string
	Text   string
}

// cost is what a line counts, in bytes: its text and about what its record
// takes.
func (l Line) cost() int { return len(l.Text) + 64 }

// ring keeps the newest lines up to max bytes.
type ring struct {
	max, size int
	first     int // index of the oldest line
	kept      []Line
}

// add keeps the line and returns how many lines were dropped, itself perhaps
// among them.
func (r *ring) add(l Line) (dropped int) {
	if l.cost() > r.max {
		dropped = len(r.kept) - r.first + 1
		*r = ring{max: r.max}
		return dropped
	}
	r.kept = append(r.kept, l)
	r.size += l.cost()
	for r.size > r.max {
		r.size -= r.kept[r.first].cost()
		r.kept[r.first] = Line{} // its text is free
		r.first++
		dropped++
	}
	if r.first > 32 && r.first > len(r.kept)/2 {
		r.kept = slices.Delete(r.kept, 0, r.first)
		r.first = 0
	}
	return dropped
}

func (r *ring) lines() []Line { return slices.Clone(r.kept[r.first:]) }
