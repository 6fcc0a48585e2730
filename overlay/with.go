package overlay

import (
	"slices"

	"assay/fleet"
)

// With returns the stack with what its channels hold, as far as somebody has
// listed it. The map must not change afterwards.
func (s *Stack) With(indexes map[IndexKey]*Index) *Stack {
	out := *s
	out.indexes = indexes
	out.on = make(map[string]*Stack, len(s.on))
	for machine, one := range s.on {
		out.on[machine] = one.With(indexes)
	}
	return &out
}

// Channels returns the channels of the stack: those that fleet.toml declares,
// or the package sets that overlays in Nix files put below pkgs, with what
// machines' packages come from. One that has several names is there for each.
func (s *Stack) Channels() []fleet.Channel { return slices.Clone(s.fleet.Channels) }

// Lacking returns the problems that only the channels' indexes show: hotfixes
// whose channel does not have the package.
func (s *Stack) Lacking() []fleet.Problem { return s.lackProblems() }

// Indexed reports whether a channel's packages are known on a system; of a
// patched channel without an index of its own its base's are taken.
func (s *Stack) Indexed(channel, system string) bool {
	x, _ := s.index(channel, system)
	return x != nil
}

// Names returns the packages that the indexes list, each once for every index.
func (s *Stack) Names() []string {
	var names []string
	seen := map[*Index]bool{}
	for _, x := range s.indexes {
		if !seen[x] {
			seen[x] = true
			names = append(names, x.Names()...)
		}
	}
	return names
}
