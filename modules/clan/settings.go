package clan

import (
	"slices"
	"strings"

	"assay/fleet"
	"assay/modules/symbolic"
)

// merger merges the settings of one role, or of one member.
type merger struct {
	r          *reader
	what       string
	interfaces *options // what may be set; nil where the interface was not read
	wants      *service
	given      []Given
	work       int
	depth      int
}

// maxSettings bounds the definitions in one merge.
const maxSettings = 20_000

func (m merger) merge(all []def, why string) Settings {
	out := Settings{Data: map[string]any{}, Why: why}
	var sets []def
	for _, s := range all {
		if _, ok := s.v.(*symbolic.Attrs); ok {
			sets = append(sets, s)
			continue
		}
		out.Why = orElse(out.Why, m.r.more(s, "more may be set"))
	}
	if len(sets) > 0 {
		if data, ok := m.set("", sets, m.interfaces).(map[string]any); ok {
			out.Data = data
		}
	}
	for _, s := range sets {
		for _, rest := range s.v.(*symbolic.Attrs).Rest {
			e := s
			e.v = rest
			out.Why = orElse(out.Why, m.r.more(e, "more may be set"))
		}
	}
	out.Given = m.given
	return out
}

// set merges sets of settings, name by name.
func (m *merger) set(path string, sets []def, opts *options) any {
	by := map[string][]def{}
	var names []string
	for _, s := range sets {
		set := s.v.(*symbolic.Attrs)
		for _, name := range set.Names() {
			a := set.Attr(name)
			d := def{v: a.V.Force(), at: a.At, cond: s.cond, priority: plainPriority, order: plainOrder, level: s.level}
			if len(a.Maybe) > 0 {
				d.cond = both(d.cond, "nothing unknown replaces it")
			}
			if by[name] == nil {
				names = append(names, name)
			}
			by[name] = append(by[name], m.r.discharge(d)...)
		}
	}
	out := make(map[string]any, len(names))
	slices.Sort(names)
	for _, name := range names {
		if len(by[name]) == 0 {
			continue
		}
		at := symbolic.AttrName(name)
		if path != "" {
			at = path + "." + at
		}
		opt := m.declared(at, name, by[name], opts)
		out[name] = m.one(at, by[name], opt)
	}
	return out
}

// declared finds the option that a setting is given to, and reports one that
// the interface has not: clan does so only if somebody reads the setting.
func (m *merger) declared(path, name string, defs []def, opts *options) *option {
	if opts == nil {
		return &option{typ: untyped}
	}
	if o := opts.names[name]; o != nil {
		return o
	}
	if !opts.free && opts.why == "" {
		if defs[0].cond == "" {
			m.r.problem(fleet.Warning, defs[0].pos(), meant(name, opts.sorted()),
				"role %s sets %s, and the interface of the service has no such option: clan says nothing as long as nobody reads it", roleOf(m.what), path)
		}
		return &option{typ: untyped}
	}
	if opts.rest != nil {
		return &option{typ: *opts.rest}
	}
	return &option{typ: untyped}
}

// roleOf is "instance/role" of what is merged.
func roleOf(what string) string {
	what, _, _ = strings.Cut(strings.TrimPrefix(what, "role "), ", machine ")
	return what
}

// one merges the definitions of one setting.
func (m *merger) one(path string, all []def, opt *option) any {
	at := all[0].pos()
	m.depth++
	defer func() { m.depth-- }()
	if m.work += len(all); m.work > maxSettings || m.depth > maxNesting {
		return Unknown{"there are too many settings", at}
	}
	m.note(path, all, opt)
	if opt.sub != nil { // no option, but a part of the names of others
		return m.nested(path, all, opt.sub)
	}
	kept := strongest(all)
	for _, d := range kept {
		if d.cond != "" {
			return Unknown{"it depends on " + d.cond, d.pos()}
		}
		if symbolic.Why(d.v) != "" {
			return Unknown{symbolic.Why(d.v), d.pos()}
		}
	}
	if len(kept) < len(all) && opt.typ.kind == kindUntyped && someSets(all) {
		return Unknown{"a set overrides another one, and the interface that says how is not in the tree", at}
	}
	return m.typed(path, kept, opt.typ)
}

func someSets(all []def) bool {
	return slices.ContainsFunc(all, func(s def) bool {
		_, ok := s.v.(*symbolic.Attrs)
		return ok
	})
}

// nested merges what is given to a part of the names of options. Properties
// around it belong to every option below.
func (m *merger) nested(path string, all []def, sub *options) any {
	var sets []def
	for _, s := range all {
		switch {
		case s.priority != plainPriority || s.order != plainOrder:
			return Unknown{"a set of options has a priority of its own", s.pos()}
		case symbolic.Why(s.v) != "":
			return Unknown{symbolic.Why(s.v), s.pos()}
		}
		if _, ok := s.v.(*symbolic.Attrs); !ok {
			m.r.problem(fleet.Error, s.pos(), "", "%s: %s is not a set, and there are options below it", m.what, path)
			return Unknown{"it is not a set", s.pos()}
		}
		sets = append(sets, s)
	}
	return m.set(path, sets, sub)
}

// note keeps every definition of a setting that is not a set of others.
func (m *merger) note(path string, all []def, opt *option) {
	for _, s := range all {
		if set, ok := s.v.(*symbolic.Attrs); ok && set.Len() > 0 && opt.typ.kind != kindListOf {
			continue
		}
		text := s.v.Where().Source()
		if text == "" {
			text = symbolic.Line(plainText(s.v))
		}
		m.given = append(m.given, Given{Path: path, Level: s.level, At: s.pos(), Text: text})
	}
}

func plainText(v symbolic.Value) string {
	if s, ok := v.(*symbolic.String); ok {
		text, _ := s.Text()
		return symbolic.Quote(text)
	}
	return symbolic.Why(v)
}
