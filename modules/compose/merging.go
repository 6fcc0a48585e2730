package compose

import (
	"cmp"
	"fmt"
	"maps"
	"slices"
	"strings"
	"sync"
)

// merging is what the definitions of a scope come to. It is shared and does
// not change.
type merging struct {
	options  []Option
	packages []Package
	named    []Package
	attached []attached // modules for homes
}

// mergings are those of the homes of a tree. A user's home is often the same
// on several machines, and larger than what is the machines' own.
type mergings struct {
	mu   sync.Mutex
	made map[string]func() merging // by what defines them
}

// maxMergings bounds how many different homes are kept.
const maxMergings = 16

// merging merges the definitions of all modules. That of a home is the same
// as that of another one with the same modules, in which only the ways to them
// differ.
func (w *walker) merging() merging {
	if w.scope.User == "" {
		return w.merge()
	}
	type key struct{}
	all := w.tree.Once(key{}, func() any { return &mergings{made: map[string]func() merging{}} }).(*mergings)
	by := w.defining()
	all.mu.Lock()
	made := all.made[by]
	if made == nil {
		if len(all.made) >= maxMergings {
			clear(all.made)
		}
		made = sync.OnceValue(w.merge)
		all.made[by] = made
	}
	all.mu.Unlock()
	return made()
}

// defining is a text that is the same for scopes with the same definitions.
// The tree keeps what has definitions, so that no other unit gets its address.
func (w *walker) defining() string {
	var b strings.Builder
	fmt.Fprintf(&b, "%p", w.only)
	for _, m := range w.met {
		if len(w.defs(m.unit)) > 0 {
			fmt.Fprintf(&b, "\n%p %q %q", m.unit, m.aspect, m.condition)
		}
	}
	return b.String()
}

// merge merges the definitions of all modules. The module system hands
// definitions to an option's type in reverse order of imports.
func (w *walker) merge() (out merging) {
	byPath := map[string][]given{}
	var opaque []given
	all := w.definitions()
	weigh(all)
	for _, g := range all {
		switch {
		case g.mark:
		case g.module != nil:
			if a, ok := attach(g); ok {
				out.attached = append(out.attached, a)
			}
		case g.opaque:
			opaque = append(opaque, g)
		default:
			byPath[g.path] = append(byPath[g.path], g)
		}
	}
	for _, g := range opaque {
		byPath[g.path] = append(byPath[g.path], g)
	}
	paths := slices.Sorted(maps.Keys(byPath))
	out.options = make([]Option, 0, len(paths))
	for i, path := range paths {
		o := merge(path, byPath[path])
		if o.Merged.State != Open {
			o.Merged = shadow(path, o.Merged, opaque, next(paths, i))
		}
		out.options = append(out.options, o)
		out.packages = append(out.packages, packages(&o, byPath[path])...)
		out.named = append(out.named, namedPackages(path, byPath[path])...)
	}
	slices.SortFunc(out.packages, comparePackages)
	slices.SortFunc(out.named, comparePackages)
	return out
}

// comparePackages orders by name, option and place.
func comparePackages(a, b Package) int {
	if c := cmp.Or(strings.Compare(a.Name, b.Name), strings.Compare(a.Option, b.Option)); c != 0 {
		return c
	}
	return strings.Compare(a.At.String(), b.At.String())
}
