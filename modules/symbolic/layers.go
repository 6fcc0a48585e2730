package symbolic

import (
	"slices"
	"strings"
)

// A set keeps its attributes sorted by name in one slice. Sets that // builds
// share what they are built of: a set is a layer of attributes over another
// set. A layer is less than half as large as the one below it, so that a chain
// of n updates costs n log n.

// Attr returns the attribute of that name, or nil.
func (a *Attrs) Attr(name string) *Attr {
	for ; a != nil; a = a.under {
		if attr := find(a.attrs, name); attr != nil {
			return attr
		}
	}
	return nil
}

// few is up to how many names are compared one by one.
const few = 8

// find returns the attribute of that name among sorted ones, or nil.
func find(attrs []Attr, name string) *Attr {
	if len(attrs) <= few {
		for i := range attrs {
			if attrs[i].name == name {
				return &attrs[i]
			}
		}
		return nil
	}
	low, high := 0, len(attrs)
	for low < high {
		middle := (low + high) / 2
		switch a := &attrs[middle]; {
		case a.name == name:
			return a
		case a.name < name:
			low = middle + 1
		default:
			high = middle
		}
	}
	return nil
}

// makeSet makes a set of attributes in any order; of several of one name it
// has the last.
func makeSet(at Place, attrs []Attr) *Attrs {
	slices.SortStableFunc(attrs, func(a, b Attr) int { return strings.Compare(a.name, b.name) })
	out := attrs[:0]
	for i := range attrs {
		if i+1 == len(attrs) || attrs[i].name != attrs[i+1].name {
			out = append(out, attrs[i])
		}
	}
	return &Attrs{Place: at, attrs: out}
}

func emptyAttrs(at Place) *Attrs { return &Attrs{Place: at} }

// whole returns all attributes by name, which it puts into one layer. They must
// not be changed.
func (a *Attrs) whole() []Attr {
	for a.under != nil {
		a.attrs, a.under = join(a.under.attrs, a.attrs), a.under.under
	}
	return a.attrs
}

// join returns the attributes of two sets; those of top win.
func join(low, top []Attr) []Attr {
	switch {
	case len(low) == 0:
		return top
	case len(top) == 0:
		return low
	}
	out := make([]Attr, 0, len(low)+len(top))
	for len(low) > 0 && len(top) > 0 {
		switch strings.Compare(low[0].name, top[0].name) {
		case -1:
			out, low = append(out, low[0]), low[1:]
		case 0:
			low = low[1:]
		default:
			out, top = append(out, top[0]), top[1:]
		}
	}
	return append(append(out, low...), top...)
}

// size is at least the number of attributes that are surely there.
func (a *Attrs) size() int {
	n := 0
	for ; a != nil; a = a.under {
		n += len(a.attrs)
	}
	return n
}

// with returns a set of a's attributes and those of top, which win. Neither
// may be changed afterwards. It has no Rest.
func (ev *Evaluator) with(at Place, a *Attrs, top []Attr) *Attrs {
	work, under := len(top), a
	for under != nil && len(under.attrs) <= 2*len(top) {
		top, under = join(under.attrs, top), under.under
		work += len(top)
	}
	if len(top) == 0 && under != nil {
		top, under = under.attrs, under.under
	}
	ev.scan(16 * work)
	ev.grow(16 * work)
	return &Attrs{Place: at, attrs: top, under: under}
}
