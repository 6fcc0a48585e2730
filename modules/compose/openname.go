package compose

import (
	"slices"

	"assay/modules/symbolic"
)

// modules reports whether users choose the names below, and every one has a
// module.
func (p *place) modules() bool {
	return p.entry != nil && p.entry.any != nil && p.entry.any.leaf() && bare(p.entry.any.typ) == moduleType
}

// openName follows a module under a name that is not known: the name stands as
// it is written, and the option that it reads is noted.
func (f *flattener) openName(v *symbolic.Unknown, p place) {
	before := len(f.defs)
	p.path = append(slices.Clip(p.path), orElse(symbolic.Line(v.Where().Source()), "?"))
	p.entry, p.element, p.at = p.entry.any, true, v.Place
	f.walk(v.Named.V.Force(), p)
	for i := range f.defs[before:] {
		f.defs[before+i].reads = readOption(v.Named.Name)
	}
}

// readOption is the path of the machine's option that a string consists of, ""
// if it is not one.
func readOption(v symbolic.Value) string {
	if s, ok := v.(*symbolic.String); ok {
		if len(s.Parts) != 1 || s.Parts[0].X == nil {
			return ""
		}
		v = s.Parts[0].X
	}
	if r, ok := v.(*symbolic.Ref); ok && r.Root == symbolic.Config {
		return pathText(r.Path)
	}
	return ""
}
