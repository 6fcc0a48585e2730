package compose

import (
	"slices"
	"sort"
	"strings"

	"assay/fleet"
)

// Answer is what a composition says of one option path.
type Answer struct {
	Path    string
	Matches []Match
	// Foreign are the modules from outside of the tree, in the scopes that the
	// option may belong to; they may set it, whatever the tree says.
	Foreign []Foreign
	Nearest string // a path that is set and looks like the one asked for, if nothing matches
}

// Match is an option that the tree sets, in one of the scopes.
type Match struct {
	User   string // "" for the machine
	Option Option
}

// Set reports whether the tree sets the option, or one below it.
func (a Answer) Set() bool { return len(a.Matches) > 0 }

// Unset is the sentence for an option that the tree does not set.
func (a Answer) Unset() string {
	if len(a.Foreign) == 0 {
		return a.Path + " is not set in this tree"
	}
	refs := make([]string, 0, len(a.Foreign))
	for _, f := range a.Foreign {
		if !slices.Contains(refs, f.Ref) {
			refs = append(refs, f.Ref)
		}
	}
	return a.Path + " is not set in this tree; foreign modules may set it: " + strings.Join(refs, ", ")
}

// Option looks an option path up in the machine's scope and in its homes. A
// path of a set of options, such as "services.openssh", matches every option
// below it.
func (c Composition) Option(path string) (Answer, error) {
	names, err := splitPath(path)
	if err != nil {
		return Answer{}, err
	}
	a := Answer{Path: pathText(names)}
	var all []string
	for _, s := range append([]Scope{c.Scope}, c.Homes...) {
		a.Foreign = append(a.Foreign, s.Foreign...)
		if o, ok := s.Option(a.Path); ok {
			a.Matches = append(a.Matches, Match{User: s.User, Option: o})
		}
		for _, o := range s.Below(a.Path) {
			a.Matches = append(a.Matches, Match{User: s.User, Option: o})
		}
		for _, o := range s.Options {
			all = append(all, o.Path)
		}
	}
	if !a.Set() {
		a.Nearest = fleet.Nearest(a.Path, all)
	}
	return a, nil
}

// Normal returns an option path with quotes only where a name needs them, as
// Option.Path has it; a path that is not one is returned as it is.
func Normal(path string) string {
	names, err := splitPath(path)
	if err != nil {
		return path
	}
	return pathText(names)
}

// Option returns the option of exactly that path in the scope, whether or not
// its names are quoted without need.
func (s *Scope) Option(path string) (Option, bool) {
	return s.option(Normal(path))
}

// option returns the option of a path as Option.Path has it.
func (s *Scope) option(path string) (Option, bool) {
	i := s.from(path)
	if i == len(s.Options) || s.Options[i].Path != path {
		return Option{}, false
	}
	return s.Options[i], true
}

// from is where the options begin whose paths are not before one.
func (s *Scope) from(path string) int {
	return sort.Search(len(s.Options), func(i int) bool { return s.Options[i].Path >= path })
}

// Below returns the options below a path, such as those of a set of options,
// by path. They are the scope's own.
func (s *Scope) Below(path string) []Option {
	path = Normal(path) + "."
	from := s.from(path)
	end := from
	for end < len(s.Options) && strings.HasPrefix(s.Options[end].Path, path) {
		end++
	}
	return s.Options[from:end:end]
}
