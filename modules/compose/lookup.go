package compose

import (
	"slices"
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
		for _, o := range s.under(a.Path) {
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

// Option returns the option of exactly that path in the scope.
func (s *Scope) Option(path string) (Option, bool) {
	i, ok := slices.BinarySearchFunc(s.Options, path, func(o Option, p string) int { return strings.Compare(o.Path, p) })
	if !ok {
		return Option{}, false
	}
	return s.Options[i], true
}

// under returns the option of that path and those below it.
func (s *Scope) under(path string) []Option {
	var out []Option
	for _, o := range s.Options {
		if o.Path == path || strings.HasPrefix(o.Path, path+".") {
			out = append(out, o)
		}
	}
	return out
}
