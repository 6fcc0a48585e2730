// Package fleetfile reads fleet.toml, the registry of a native fleet, into a
// fleet.Fleet. It is strict: an unknown key, a wrong type, a name that refers
// to nothing, two machines with one address and the like are errors with
// line and column, all reported together. Schema holds every key; it is both
// the reference documentation and what files are checked against.
//
// Nix reads the same file with builtins.fromTOML, so what Nix cannot read, the
// dates and novelties of TOML 1.1, is refused here too.
//
// The functions keep no state and may be called concurrently.
package fleetfile

import (
	"errors"
	"fmt"
	"slices"
	"strings"

	"assay/fleet"
)

// Name is what the file is called.
const Name = "fleet.toml"

// maxSize bounds a file in bytes.
const maxSize = 8 << 20

// File is a fleet.toml that was read.
type File struct {
	Fleet *fleet.Fleet // resolved
	// Unenforced are keys that are right but that this version does not act
	// on, in the order of the file: check warns of them, update refuses.
	Unenforced []Found
	// Doubts are what the flake beside the file seems to say wrongly, as far as
	// its files were read; Nix has the last word.
	Doubts []fleet.Problem
}

// Errors is everything that is wrong with a file, by place. It has at least
// one element; a syntax error stands alone.
type Errors []fleet.Problem

func (es Errors) Error() string {
	var ss []string
	for _, e := range es {
		ss = append(ss, e.Error())
	}
	return strings.Join(ss, "\n")
}

// Unwrap returns the single errors.
func (es Errors) Unwrap() []error {
	var errs []error
	for _, e := range es {
		errs = append(errs, e)
	}
	return errs
}

// Parse reads a file; name is what its places are called, relative to the
// fleet's directory. The error is of type Errors.
func Parse(name string, src []byte) (*File, error) {
	root, problems := read(name, src)
	if root == nil {
		return nil, Errors(problems)
	}
	c := newChecker(false)
	c.problems = problems
	c.table(root, "", "")
	return c.finish(root, build(root))
}

// read decodes a file that is not too large.
func read(name string, src []byte) (*node, []fleet.Problem) {
	if len(src) > maxSize {
		return nil, []fleet.Problem{{At: fleet.Pos{File: name}, Severity: fleet.Error,
			Text: fmt.Sprintf("expected at most %d bytes, found %d", maxSize, len(src))}}
	}
	return decode(name, string(src))
}

// finish checks what no single key can tell and resolves the fleet.
func (c *checker) finish(root *node, f *fleet.Fleet) (*File, error) {
	(&rules{c, root, f}).check()
	var doubts []fleet.Problem
	for _, p := range f.Resolve() {
		if c.read && p.At.File != root.at.File {
			p.Severity = fleet.Warning
			doubts = append(doubts, p)
			continue
		}
		c.problems = append(c.problems, p)
	}
	if len(c.problems) > 0 {
		fleet.SortProblems(c.problems)
		return nil, Errors(c.problems)
	}
	slices.SortFunc(c.unenforced, func(a, b Found) int { return fleet.ComparePos(a.At, b.At) })
	return &File{Fleet: f, Unenforced: c.unenforced, Doubts: doubts}, nil
}

// Refusal is the error with which an update of this file stops: it names the
// keys that would be ignored. It is nil when there are none.
func (f *File) Refusal() error {
	var errs []error
	for _, u := range f.Unenforced {
		errs = append(errs, fleet.Problem{At: u.At, Severity: fleet.Error,
			Text: fmt.Sprintf("%s: %s", u.Path, u.Why), Hint: "remove the key to update without it"})
	}
	return errors.Join(errs...)
}
