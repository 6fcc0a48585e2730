package plan

import (
	"cmp"
	"maps"
	"slices"
	"strings"
	"time"

	"assay/fleet/engine"
)

var zeroTime time.Time

// difference says what turns one record into another.
func difference(from, to *engine.Record, at *places) Change {
	c := Change{
		Aspects: []AspectChange{}, Options: []OptionChange{}, Files: []FileChange{},
		Packages: []PackageChange{}, LeftOut: []LeftOut{},
	}
	switch {
	case from == nil:
		c.Unknown = "the running system has no record that could be read"
		return c
	case to == nil:
		c.Unknown = "the wanted system has no record that could be read"
		return c
	}
	c.Aspects = aspectChanges(from.Aspects, to.Aspects, at)
	c.Options = optionChanges(from.Options, to.Options, at)
	c.Files = fileChanges(from.Files, to.Files)
	c.Packages, c.Rebuilt = packageChanges(from, to, at)
	c.Units = unitChanges(from.Units, to.Units)
	c.LeftOut = newlyLeftOut(from.LeftOut, to.LeftOut, at)
	c.Revision = c.revision(from, to)
	return c
}

// maxCause bounds the cause of an unknown difference, in runes.
const maxCause = 300

// because adds to an unknown difference why a record is not there.
func (c *Change) because(r *engine.Record, err error) {
	if r != nil || err == nil || c.Unknown == "" {
		return
	}
	cause := []rune(strings.Join(strings.Fields(visible(err.Error())), " "))
	if len(cause) > maxCause {
		cause = append(cause[:maxCause-1], '…')
	}
	c.Unknown += ": " + string(cause)
}

// pair is the two sides of one key; nil is absent.
type pair[K cmp.Ordered, T any] struct {
	key      K
	old, new *T
}

// op names the direction of a pair whose sides differ.
func (p pair[K, T]) op() Op {
	switch {
	case p.old == nil:
		return Added
	case p.new == nil:
		return Removed
	}
	return Changed
}

// pairs matches two lists by key, sorted by it. Of equal keys the last counts.
func pairs[K cmp.Ordered, T any](from, to []T, key func(*T) K) []pair[K, T] {
	byKey := make(map[K]pair[K, T], len(to))
	for i := range from {
		k := key(&from[i])
		byKey[k] = pair[K, T]{key: k, old: &from[i]}
	}
	for i := range to {
		k := key(&to[i])
		p := byKey[k]
		p.key, p.new = k, &to[i]
		byKey[k] = p
	}
	return slices.SortedFunc(maps.Values(byKey), func(a, b pair[K, T]) int { return cmp.Compare(a.key, b.key) })
}

func aspectChanges(from, to []string, at *places) []AspectChange {
	out := []AspectChange{}
	for _, p := range pairs(from, to, func(s *string) string { return *s }) {
		if p.old == nil || p.new == nil {
			out = append(out, AspectChange{Op: p.op(), Name: visible(p.key), At: at.aspect(p.key)})
		}
	}
	return out
}

func optionChanges(from, to []engine.Option, at *places) []OptionChange {
	out := []OptionChange{}
	for _, p := range pairs(from, to, func(o *engine.Option) string { return o.Scope + "\x00" + o.Path }) {
		if p.old != nil && p.new != nil && *p.old == *p.new {
			continue
		}
		o := OptionChange{Op: p.op(), Known: true}
		if p.old != nil {
			o.Scope, o.Path, o.Old, o.Known = visible(p.old.Scope), visible(p.old.Path), visible(p.old.Value), p.old.Known
		}
		if p.new != nil {
			o.Scope, o.Path, o.New = visible(p.new.Scope), visible(p.new.Path), visible(p.new.Value)
			o.Known = o.Known && p.new.Known
			o.At, o.From = at.option(p.new.Scope, p.new.Path)
			if !p.new.Known {
				o.Why = visible(at.reason(p.new.Scope, p.new.Path))
			} else if !o.Known {
				o.Why = "it was not known what it came to before"
			}
		}
		out = append(out, o)
	}
	return out
}

// newlyLeftOut is what of to is not also in from with the same reason. What is
// no longer left out shows as what became of it.
func newlyLeftOut(from, to []engine.LeftOut, at *places) []LeftOut {
	former := make(map[engine.LeftOut]bool, len(from))
	for _, l := range from {
		former[l] = true
	}
	return leftOut(slices.DeleteFunc(slices.Clone(to), func(l engine.LeftOut) bool { return former[l] }), at)
}

func leftOut(list []engine.LeftOut, at *places) []LeftOut {
	out := make([]LeftOut, 0, len(list))
	for _, l := range list {
		o := LeftOut{Scope: visible(l.Scope), What: visible(l.What), Why: visible(l.Why)}
		o.At, _ = at.option(l.Scope, l.What)
		out = append(out, o)
	}
	slices.SortFunc(out, func(a, b LeftOut) int {
		return cmp.Or(cmp.Compare(a.Scope, b.Scope), cmp.Compare(a.What, b.What), cmp.Compare(a.Why, b.Why))
	})
	return out
}
