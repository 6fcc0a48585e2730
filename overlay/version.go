package overlay

import (
	"cmp"
	"fmt"
	"slices"
	"strings"

	"assay/fleet"
)

// Version is a package's version in one channel.
type Version struct {
	Channel string `json:"channel"`
	Version string `json:"version"`        // "" is unknown, or there is none
	Note    string `json:"note,omitempty"` // why there is none, or what the version is of
}

// Notes of versions that are not known.
const (
	noIndex = "unknown: no index"
	absent  = "not in its index"
	aSet    = "a set of packages"
	noSet   = "unknown: the index does not list that set"
	noText  = "has no version"
)

// String is "stable 14.1", or why that is not known: "unknown: no index for
// unstable".
func (v Version) String() string {
	switch {
	case v.Note == noIndex:
		return noIndex + " for " + v.Channel
	case v.Version == "":
		return v.Channel + " " + v.Note
	case v.Note != "":
		return fmt.Sprintf("%s %s (%s)", v.Channel, v.Version, v.Note)
	}
	return v.Channel + " " + v.Version
}

// Unlisted reports whether the version is not known because nobody has listed
// what the channel holds.
func (v Version) Unlisted() bool { return v.Note == noIndex }

// having ends a sentence about a package that the channel supplies.
func (v Version) having() string {
	switch v.Note {
	case noIndex, noSet:
		return "; whether that channel has it is " + v.Note
	case absent:
		return ", whose index does not have it"
	}
	return ""
}

// versions lists the channels of a system with what is known of a package in
// them.
func (s *Stack) versions(pkg, system string) []Version {
	vs := []Version{}
	for _, c := range s.fleet.Channels {
		if fleet.MatchAny(c.Systems, system) {
			vs = append(vs, s.version(c.Name, pkg, system))
		}
	}
	slices.SortFunc(vs, func(a, b Version) int { return cmpChannel(a.Channel, b.Channel, s.def) })
	return slices.Compact(vs) // a channel may have several names
}

// index is what is known of a channel's content on a system; nil for nothing.
// Of a patched channel without an index that is its base's, and the note says
// so if there are patches.
func (s *Stack) index(channel, system string) (x *Index, note string) {
	of := func(channel string) *Index {
		return cmp.Or(s.indexes[IndexKey{channel, system}], s.indexes[IndexKey{channel, ""}])
	}
	if x := of(channel); x != nil {
		return x, ""
	}
	for _, c := range s.fleet.Channels {
		if c.Name == channel && c.Patched != "" {
			if len(c.Patches) > 0 {
				note = "of " + c.Patched + ", before the patches"
			}
			return of(c.Patched), note
		}
	}
	return nil, ""
}

// version is a package's version in a channel.
func (s *Stack) version(channel, pkg, system string) Version {
	x, note := s.index(channel, system)
	v := Version{Channel: channel, Note: note}
	if x == nil {
		v.Note = noIndex
		return v
	}
	version, ok := x.Version(pkg)
	set, _, dotted := strings.Cut(pkg, ".")
	switch {
	case ok && version == "":
		v.Note = noText
	case ok:
		v.Version = version
	case x.hasSet(pkg):
		v.Note = aSet
	case dotted && !x.hasSet(set):
		v.Note = noSet
	case note != "": // a patch may add it
		v.Note = noIndex
	default:
		v.Note = absent
	}
	return v
}

// supplied is the version of what the entries of one name supply, the last
// one winning; "" where that is not known. An override keeps the version of
// what it starts from, unless its text sets one.
func (s *Stack) supplied(es []Entry, pkg, system string) string {
	w := &es[len(es)-1]
	switch {
	case w.Package != pkg || w.Channel == "":
		return ""
	case w.Layer == LayerOverrides && (w.Start.Renewed || w.Start.Unclear):
		return ""
	case w.Layer == LayerOverrides && w.Start.Prev && s.Composition() == "compose" && len(es) > 1:
		return s.supplied(es[:len(es)-1], pkg, system)
	case w.Layer == LayerOverrides, w.Layer == LayerHotfixes:
		if v := s.version(w.Channel, pkg, system); v.Note == "" {
			return v.Version
		}
	}
	return ""
}
