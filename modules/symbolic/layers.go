package symbolic

import "maps"

// Sets that // builds share what they are built of: a set is a layer of
// attributes over another set. A layer is less than half as large as the one
// below it, so that a chain of n updates costs n log n.

// Attr returns the attribute of that name, or nil.
func (a *Attrs) Attr(name string) *Attr {
	for ; a != nil; a = a.under {
		if attr := a.byName[name]; attr != nil {
			return attr
		}
	}
	return nil
}

// whole returns all attributes, which it puts into one layer.
func (a *Attrs) whole() map[string]*Attr {
	if a.under == nil {
		return a.byName
	}
	out := make(map[string]*Attr, a.size())
	a.copyTo(out)
	a.byName, a.under = out, nil
	return out
}

func (a *Attrs) copyTo(out map[string]*Attr) {
	if a.under != nil {
		a.under.copyTo(out)
	}
	maps.Copy(out, a.byName)
}

// size is at least the number of attributes that are surely there.
func (a *Attrs) size() int {
	n := 0
	for ; a != nil; a = a.under {
		n += len(a.byName)
	}
	return n
}

// with returns a set of a's attributes and those of top, which win. Neither
// may be changed afterwards. It has no Rest.
func (ev *Evaluator) with(at Place, a *Attrs, top map[string]*Attr) *Attrs {
	work, under := len(top), a
	for under != nil && len(under.byName) <= 2*len(top) {
		merged := make(map[string]*Attr, len(under.byName)+len(top))
		maps.Copy(merged, under.byName)
		maps.Copy(merged, top)
		work += len(merged)
		top, under = merged, under.under
	}
	if len(top) == 0 && under != nil {
		top, under = under.byName, under.under
	}
	ev.scan(16 * work)
	ev.grow(16 * work)
	return &Attrs{Place: at, byName: top, under: under}
}
