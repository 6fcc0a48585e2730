package syntax

import (
	"slices"
	"strings"
)

// Member is one attribute of a merged set.
type Member struct {
	Name    string
	At      *AttrName // where it is defined first
	Value   Expr      // the first value given; nil if inherited or if only longer attribute paths define it
	Set     *Set      // not nil for a set literal and for what attribute paths make: a.b = 1; a.c = 2;
	Inherit *Inherit  // the binding that inherits the name, or nil
	Var     Var       // of a plain inherit: what binds the name around the set
}

// Range returns the place of the value, or of the name where there is none.
func (m *Member) Range() Span {
	if m.Value != nil {
		return m.Value.Range()
	}
	return m.At.Span
}

// DynamicMember is an attribute whose name is an expression.
type DynamicMember struct {
	Name  *AttrName
	Value Expr // nil if only a longer attribute path defines it
	Set   *Set // as in Member
}

// Set is what the bindings of a set or let mean after Nix's rules for attribute paths: a.b = 1; a = { c = 2; }; is one set a.
type Set struct {
	Rec     bool
	Members []*Member // in order of first appearance; the names are unique
	Dynamic []DynamicMember
	index   map[string]*Member // only if there are many
	order   []int32            // see Ordered; nil if they stand in order already
}

// Ordered returns the i-th of the members of a parsed file's set by name, and its place in Members.
func (s *Set) Ordered(i int) (m *Member, place int) {
	if s.order != nil {
		i = int(s.order[i])
	}
	return s.Members[i], i
}

// sort makes what Ordered needs.
func (s *Set) sort() {
	if slices.IsSortedFunc(s.Members, func(a, b *Member) int { return strings.Compare(a.Name, b.Name) }) {
		return
	}
	s.order = make([]int32, len(s.Members))
	for i := range s.order {
		s.order[i] = int32(i)
	}
	slices.SortFunc(s.order, func(a, b int32) int { return strings.Compare(s.Members[a].Name, s.Members[b].Name) })
}

// Member returns the member called name, nil if there is none.
func (s *Set) Member(name string) *Member {
	if s.index != nil {
		return s.index[name]
	}
	for _, m := range s.Members {
		if m.Name == name {
			return m
		}
	}
	return nil
}

func (s *Set) add(m *Member) {
	s.Members = append(s.Members, m)
	if s.index == nil && len(s.Members) > 12 {
		s.index = make(map[string]*Member)
		for _, m := range s.Members {
			s.index[m.Name] = m
		}
	}
	if s.index != nil {
		s.index[m.Name] = m
	}
}

// Merge folds bindings into the attributes they define. Set literals given as values are merged in turn.
//
// The rules are Nix's: two definitions of a name are an error, except that attribute paths and set literals for the same name
// become one set. It is recursive if the first of them was. (As in Nix, rec of a later one is lost.) The members of a second
// literal must all be new: literals are not merged deeper.
//
// In a tree that Parse returned there are no duplicates and the error is nil. It is a *DuplicateAttr.
func Merge(rec bool, bindings []Binding) (*Set, error) { return new(merger).merge(rec, bindings) }

// merger merges the sets of a file, and makes what they are of in large pieces of memory.
type merger struct {
	members []Member // that are not used yet
	sets    []Set
	pieces  int // that were made, as far as that counts
}

func (g *merger) merge(rec bool, bindings []Binding) (*Set, error) {
	s := g.set(rec)
	for _, b := range bindings {
		var err error
		switch b := b.(type) {
		case *Inherit:
			err = g.inherit(s, b)
		case *Assign:
			err = g.assign(s, b)
		}
		if err != nil {
			return nil, err
		}
	}
	return s, nil
}

// piece is how many of something are made at once: few for the small sets of a small file.
func (g *merger) piece() int {
	g.pieces = min(g.pieces+1, 6)
	return 1 << g.pieces
}

func (g *merger) set(rec bool) *Set {
	if len(g.sets) == 0 {
		g.sets = make([]Set, g.piece())
	}
	s := &g.sets[0]
	g.sets = g.sets[1:]
	s.Rec = rec
	return s
}

func (g *merger) member(m Member) *Member {
	if len(g.members) == 0 {
		g.members = make([]Member, g.piece())
	}
	p := &g.members[0]
	g.members = g.members[1:]
	*p = m
	return p
}

// DuplicateAttr says that an attribute is defined twice.
type DuplicateAttr struct {
	Path  string // the attribute path as far as it clashes: a.b
	Span         // of the second definition's name
	First Span   // of the first definition's name
}

func (e *DuplicateAttr) Error() string { return "attribute " + clip(e.Path) + " is defined twice" }

func (g *merger) inherit(s *Set, b *Inherit) error {
	for i := range b.Names {
		n := &b.Names[i]
		if m := s.Member(n.Name); m != nil {
			return &DuplicateAttr{n.Name, n.Span, m.At.Span}
		}
		s.add(g.member(Member{Name: n.Name, Inherit: b, At: n}))
	}
	return nil
}

func (g *merger) assign(s *Set, b *Assign) error {
	for i := range b.Path {
		n := &b.Path[i]
		last := i == len(b.Path)-1
		switch {
		case n.X != nil && last:
			set, err := g.literal(b.Value)
			s.Dynamic = append(s.Dynamic, DynamicMember{n, b.Value, set})
			return err
		case n.X != nil:
			set := g.set(false)
			s.Dynamic = append(s.Dynamic, DynamicMember{Name: n, Set: set})
			s = set
		case last:
			return g.define(s, b, n)
		default:
			m := s.Member(n.Name)
			if m == nil {
				m = g.member(Member{Name: n.Name, Set: g.set(false), At: n})
				s.add(m)
			}
			if m.Set == nil {
				return &DuplicateAttr{pathText(b.Path[:i+1]), n.Span, m.At.Span}
			}
			s = m.Set
		}
	}
	return nil
}

// define adds the last name of an attribute path.
func (g *merger) define(s *Set, b *Assign, n *AttrName) error {
	set, err := g.literal(b.Value)
	if err != nil {
		return err
	}
	m := s.Member(n.Name)
	if m == nil {
		s.add(g.member(Member{Name: n.Name, Value: b.Value, Set: set, At: n}))
		return nil
	}
	if m.Set == nil || set == nil {
		return &DuplicateAttr{pathText(b.Path), n.Span, m.At.Span}
	}
	for _, x := range set.Members {
		if first := m.Set.Member(x.Name); first != nil {
			return &DuplicateAttr{pathText(b.Path) + "." + x.Name, x.At.Span, first.At.Span}
		}
		m.Set.add(x)
	}
	m.Set.Dynamic = append(m.Set.Dynamic, set.Dynamic...)
	if m.Value == nil {
		m.Value = b.Value
	}
	return nil
}

// literal merges x if it is a set literal, in any number of parentheses.
func (g *merger) literal(x Expr) (*Set, error) {
	a, ok := Unparen(x).(*Attrs)
	switch {
	case !ok:
		return nil, nil
	case a.set != nil:
		return a.set, nil
	}
	return g.merge(a.Rec, a.Bindings)
}

func pathText(path []AttrName) string {
	var b strings.Builder
	for i := range path {
		if i > 0 {
			b.WriteByte('.')
		}
		if path[i].X != nil {
			b.WriteString("${...}")
		} else {
			b.WriteString(path[i].Name)
		}
	}
	return b.String()
}
