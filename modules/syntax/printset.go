package syntax

import (
	"slices"
	"strings"
)

func mustMerge(rec bool, bindings []Binding) *Set {
	s, err := Merge(rec, bindings)
	if err != nil {
		panic("syntax: Print needs a tree that Parse returned: " + err.Error())
	}
	return s
}

func (p *printer) set(rec bool, bindings []Binding) { p.merged(mustMerge(rec, bindings)) }

func (p *printer) merged(s *Set) {
	if s.Rec {
		p.put("rec ")
	}
	p.put("{ ")
	p.members(s)
	p.put("}")
}

// members writes the attributes sorted by name and then the dynamic ones.
func (p *printer) members(s *Set) {
	sorted := slices.SortedFunc(slices.Values(s.Members), func(a, b *Member) int { return strings.Compare(a.Name, b.Name) })
	if p.Newer {
		sorted = p.inherited(sorted, s.Members)
	}
	for _, m := range sorted {
		if m.Inherit != nil && m.Inherit.From == nil {
			p.put("inherit " + p.name(m.Name) + " ; ")
			continue
		}
		p.put(p.name(m.Name) + " = ")
		switch {
		case m.Inherit != nil:
			p.seq("(", m.Inherit.From, ")."+p.name(m.Name))
		case m.Set != nil:
			p.merged(m.Set)
		default:
			p.expr(m.Value)
		}
		p.put("; ")
	}
	for i := range s.Dynamic {
		d := &s.Dynamic[i]
		p.attr(d.Name)
		p.put(" = ")
		if d.Set != nil {
			p.merged(d.Set)
		} else {
			p.expr(d.Value)
		}
		p.put("; ")
	}
}

// inherited writes what is inherited, first from the scope around the set, then by source, and returns the other members.
func (p *printer) inherited(sorted, written []*Member) []*Member {
	var plain []string
	from := make(map[*Inherit][]string)
	var rest []*Member
	for _, m := range sorted {
		switch {
		case m.Inherit == nil:
			rest = append(rest, m)
		case m.Inherit.From == nil:
			plain = append(plain, p.name(m.Name))
		default:
			from[m.Inherit] = append(from[m.Inherit], p.name(m.Name))
		}
	}
	if len(plain) > 0 {
		p.put("inherit " + strings.Join(plain, " ") + "; ")
	}
	for _, m := range written {
		if names := from[m.Inherit]; m.Inherit != nil && names != nil {
			p.seq("inherit (", m.Inherit.From, ") "+strings.Join(names, " ")+"; ")
			delete(from, m.Inherit)
		}
	}
	return rest
}

func (p *printer) attrPath(path []AttrName) {
	for i := range path {
		if i > 0 {
			p.put(".")
		}
		p.attr(&path[i])
	}
}

func (p *printer) attr(n *AttrName) {
	switch {
	case n.X == nil:
		p.put(p.name(n.Name))
	case p.Source:
		p.seq("${", n.X, "}")
	default:
		p.seq(`"${`, n.X, `}"`)
	}
}

// string writes a string as the sum of its pieces; with Source as a string with interpolations.
func (p *printer) string(x *String) {
	if p.Source {
		p.put(`"`)
		for i := range x.Parts {
			if q := &x.Parts[i]; q.X != nil {
				p.seq("${", q.X, "}")
			} else {
				p.put(escapes.Replace(q.Text))
			}
		}
		p.put(`"`)
		return
	}
	if text, ok := literalText(x); ok {
		p.put(p.quote(text))
		return
	}
	parts := x.Parts
	if x.raw != nil {
		parts = x.raw
	}
	var args []any
	for i := range parts {
		if q := &parts[i]; p.Newer && q.X == nil && q.Text == "" && len(parts) > 1 {
			continue
		} else if q.X != nil {
			args = append(args, q.X)
		} else {
			args = append(args, p.quote(q.Text))
		}
	}
	p.joined(args, " + ")
}

var escapes = strings.NewReplacer(`"`, `\"`, `\`, `\\`, "\n", `\n`, "\r", `\r`, "\t", `\t`, `$`, `\$`)

// quote is a literal string.
func (p *printer) quote(s string) string {
	q := quote(s)
	if !p.Newer {
		return q
	}
	q = strings.ReplaceAll(q, `\$`, `$`)
	return strings.ReplaceAll(q, `${`, `\${`)
}

func quote(s string) string { return `"` + escapes.Replace(s) + `"` }

// name returns an attribute name, in quotes if it is not an identifier. "or" needs none. Of the keywords Nix 2.8 quotes only "if".
func (p *printer) name(s string) string {
	if s == "" || s == "if" || class[s[0]]&cIdentStart == 0 {
		return quote(s)
	}
	for i := range len(s) {
		if class[s[i]]&cIdent == 0 {
			return quote(s)
		}
	}
	if k := keyword(s); p.Source && k != tIdent && k != tOr {
		return quote(s)
	}
	return s
}
