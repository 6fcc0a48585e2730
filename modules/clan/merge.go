package clan

import (
	"reflect"
	"slices"
	"strings"

	"assay/fleet"
	"assay/modules/symbolic"
)

// typed merges definitions that all count, by the rule of a type. Without a
// type it is the rule that nearly all types share: sets merge, lists are
// joined, anything else must be equal.
func (m *merger) typed(path string, defs []def, t optionType) any {
	if len(defs) == 0 {
		return nil
	}
	switch t.kind {
	case kindNull:
		return m.nullable(path, defs, t)
	case kindListOf:
		return m.lists(path, defs)
	case kindAttrsOf, kindSubmodule:
		return m.sets(path, defs, t)
	case kindJoined:
		return m.joined(path, defs, t)
	case kindEqual:
		return m.equal(path, defs, fleet.Error)
	case kindOther:
		if len(defs) > 1 {
			return Unknown{"how its type merges " + count(len(defs)) + " is not known", defs[0].pos()}
		}
		return data(defs[0].v)
	}
	switch defs[0].v.(type) {
	case *symbolic.Attrs:
		return m.sets(path, defs, t)
	case *symbolic.List:
		return m.lists(path, defs)
	}
	return m.equal(path, defs, fleet.Warning)
}

func count(n int) string {
	if n == 2 {
		return "two definitions"
	}
	return "several definitions"
}

// nullable merges for types.nullOr: null, or the other type.
func (m *merger) nullable(path string, defs []def, t optionType) any {
	nulls := 0
	for _, d := range defs {
		if _, ok := d.v.(symbolic.Null); ok {
			nulls++
		}
	}
	switch nulls {
	case 0:
		return m.typed(path, defs, *t.of)
	case len(defs):
		return nil
	}
	return m.equal(path, defs, fleet.Error)
}

func (m *merger) lists(path string, defs []def) any {
	out := []any{}
	for _, d := range defs {
		l, ok := d.v.(*symbolic.List)
		if !ok {
			return m.equal(path, defs, fleet.Error)
		}
		part, ok := data(l).([]any)
		if !ok {
			return data(l) // not known
		}
		out = append(out, part...)
	}
	return out
}

func (m *merger) sets(path string, defs []def, t optionType) any {
	for _, d := range defs {
		if set, ok := d.v.(*symbolic.Attrs); !ok || set.Attr("outPath") != nil {
			return m.equal(path, defs, fleet.Error)
		} else if len(set.Rest) > 0 {
			return Unknown{"it may have more attributes: " + symbolic.Why(set.Rest[0]), d.pos()}
		}
	}
	opts := t.options
	if t.kind == kindAttrsOf {
		opts = &options{free: true, rest: t.of}
	}
	if t.kind == kindSubmodule { // its definitions are modules, which are taken in reverse
		defs = slices.Clone(defs)
		slices.Reverse(defs)
	}
	return m.set(path, defs, opts)
}

// joined merges text as types.lines and its like do.
func (m *merger) joined(path string, defs []def, t optionType) any {
	var parts []string
	for _, d := range defs {
		s, ok := d.v.(*symbolic.String)
		if !ok {
			return m.equal(path, defs, fleet.Error)
		}
		text, ok := s.Text()
		if !ok {
			return Unknown{partWhy(s), d.pos()}
		}
		parts = append(parts, text)
	}
	return strings.Join(parts, t.separator)
}

// equal merges definitions that have to be the same.
func (m *merger) equal(path string, defs []def, severity fleet.Severity) any {
	first := data(defs[0].v)
	for _, d := range defs[1:] {
		other := data(d.v)
		for _, v := range []any{first, other} {
			if u, ok := v.(Unknown); ok {
				return u
			}
		}
		if !reflect.DeepEqual(first, other) {
			text := "%s: %s is %s here and %s at %s: two definitions conflict, and no level is stronger than another"
			if severity == fleet.Warning {
				text += " (the type that could join them is not in the tree)"
			}
			m.r.problem(severity, d.pos(), "keep one, or give one with lib.mkForce", text, m.what, path, shown(d.v), shown(defs[0].v), defs[0].pos())
			return Unknown{"its definitions conflict", d.pos()}
		}
	}
	return first
}

func shown(v symbolic.Value) string {
	return orElse(v.Where().Source(), orElse(plainText(v), "another value"))
}
