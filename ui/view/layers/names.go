package layers

import (
	"slices"
	"sort"
	"strings"

	"assay/fleet/session"
	"assay/overlay"
	"assay/ui/known"
)

// most is how many names are suggested.
const most = 5

// names are the packages that the fleet has to do with, for suggestions.
type names struct {
	known []string       // sorted, without doubles
	found *overlay.Names // these and those that channels hold; while that is asked for, these
	uses  []session.Package
	last  suggestions // the last answer of suggest
}

// suggestions are the names that go with what is typed, the best first.
type suggestions struct {
	typed string
	asked bool
	names []string // as many as are shown
	all   int
	head  string // the beginning that all names with that beginning share
	near  string // of what is no name: the one that may be meant
}

// update takes over what is known: the packages that machines install, and
// those that layers define.
func (n *names) update(k *known.Known) {
	n.last = suggestions{}
	n.uses = k.Packages.Value
	n.known = n.known[:0]
	for i := range n.uses {
		n.known = append(n.known, n.uses[i].Name)
	}
	if s := k.Stack.Value; s != nil {
		for _, system := range s.Systems() {
			for _, layer := range s.Layers(system) {
				for i := range layer.Entries {
					n.known = append(n.known, layer.Entries[i].Package)
				}
			}
		}
	}
	slices.Sort(n.known)
	n.known = slices.Compact(n.known)
	if n.found = k.Names.Value; n.found == nil {
		n.found = overlay.NewNames(n.known)
	}
}

// of returns by what machines install a package, and whether any does or a
// layer defines it.
func (n *names) of(pkg string) (uses []session.PackageUse, known bool) {
	_, known = slices.BinarySearch(n.known, pkg)
	i := sort.Search(len(n.uses), func(i int) bool { return n.uses[i].Name >= pkg })
	if i < len(n.uses) && n.uses[i].Name == pkg {
		uses = n.uses[i].Uses
	}
	return uses, known
}

// suggest finds the names that begin with what is typed, and behind them those
// that have it inside, without regard to case.
func (n *names) suggest(typed string) suggestions {
	typed = strings.TrimSpace(typed)
	if typed == n.last.typed && n.last.asked {
		return n.last
	}
	s := suggestions{typed: typed, asked: true, names: n.found.Find(typed, most), all: n.found.Count(typed), head: n.found.Begin(typed)}
	if len(s.names) == 1 && s.names[0] == typed {
		s.names = nil // nothing is left to suggest
	}
	if s.all == 0 {
		s.near = n.found.Near(typed)
	}
	n.last = s
	return s
}

// complete is what tab makes of what is typed: the picked name, or as much as
// all names with that beginning share, or the first one.
func (s *suggestions) complete(picked int) string {
	switch {
	case picked >= 0 && picked < len(s.names):
		return s.names[picked]
	case len(s.head) > len(s.typed):
		return s.head
	case len(s.names) > 0:
		return s.names[0]
	case s.near != "":
		return s.near
	}
	return s.typed
}
