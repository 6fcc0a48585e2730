package overlay

import (
	"slices"
	"sort"
	"strings"
)

// Index is what a channel holds: packages by their attribute path below
// pkgs, with versions. It is immutable and safe for concurrent use; one of
// 100,000 packages takes about 5 MB.
type Index struct {
	text string // names and versions, with other bytes between them
	at   []span // by name
}

// span is where an Index has a package: where its name and its version
// begin and end.
type span struct{ name, nameEnd, version, end uint32 }

// IndexKey says of what an index is: a channel, on a system. An index whose
// System is "" is used for every system that has none of its own.
type IndexKey struct{ Channel, System string }

// maxIndexed bounds how many packages an index may have; nixpkgs has 120,000.
const maxIndexed = 2_000_000

// newIndex makes an index of versions by name.
func newIndex(versions map[string]string) *Index {
	names := make([]string, 0, len(versions))
	size := 0
	for name, v := range versions {
		names = append(names, name)
		size += len(name) + len(v)
	}
	slices.Sort(names)
	var text strings.Builder
	text.Grow(size)
	x := &Index{at: make([]span, 0, len(names))}
	for _, name := range names {
		from := uint32(text.Len())
		text.WriteString(name)
		middle := uint32(text.Len())
		text.WriteString(versions[name])
		x.at = append(x.at, span{from, middle, middle, uint32(text.Len())})
	}
	x.text = text.String()
	return x
}

func (x *Index) name(i int) string    { return x.text[x.at[i].name:x.at[i].nameEnd] }
func (x *Index) version(i int) string { return x.text[x.at[i].version:x.at[i].end] }

// search is the first package whose name is not before name.
func (x *Index) search(name string) int {
	return sort.Search(len(x.at), func(i int) bool { return x.name(i) >= name })
}

// Version returns a package's version, which may be "", and whether the
// channel has the package.
func (x *Index) Version(pkg string) (version string, ok bool) {
	i := x.search(pkg)
	if i == len(x.at) || x.name(i) != pkg {
		return "", false
	}
	return x.version(i), true
}

// Len returns the number of packages.
func (x *Index) Len() int { return len(x.at) }

// Names returns the packages' names, sorted.
func (x *Index) Names() []string {
	names := make([]string, len(x.at))
	for i := range names {
		names[i] = x.name(i)
	}
	return names
}

// hasSet reports whether the index has packages inside of a set: an index
// lists only the sets that nix-env descends into.
func (x *Index) hasSet(set string) bool {
	i := x.search(set + ".")
	return i < len(x.at) && strings.HasPrefix(x.name(i), set+".")
}
