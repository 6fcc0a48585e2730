// Package fleet holds the values that the rest of assay speaks in: a Fleet
// with its machines, services, users, channels and layers as declared, the
// Facts of live hosts, and Selectors over them. It imports only the standard
// library, opens nothing and keeps no state; its values are safe to share as
// long as nobody changes them.
package fleet

import (
	"fmt"
	"slices"
	"strings"
)

// Pos is a place in a file of the fleet. The zero Pos is "nowhere known".
type Pos struct {
	File   string // relative to the fleet's directory, with slashes
	Line   int    // from 1; 0 is unknown
	Column int    // in bytes, from 1; 0 is unknown
}

// String is "file:line", or "file" without a line.
func (p Pos) String() string {
	if p.Line == 0 {
		return p.File
	}
	return fmt.Sprintf("%s:%d", p.File, p.Line)
}

// MarshalText writes p as String does: in JSON a place is "file:line".
func (p Pos) MarshalText() ([]byte, error) { return []byte(p.String()), nil }

// IsZero reports whether p is nowhere.
func (p Pos) IsZero() bool { return p == Pos{} }

// Source labels where a fact comes from.
type Source string

// The sources of facts.
const (
	SourceRead      Source = "read"       // parsed from .nix files without Nix
	SourceEvaluated Source = "evaluated"  // answered by Nix
	SourceFile      Source = "fleet.toml" // the registry
	SourceLive      Source = "live"       // read from a host
)

// Fleet is one repository's machines and what is declared about them.
type Fleet struct {
	Name     string
	Domain   string
	Sources  Sources
	Machines []Machine // by name
	Tags     []TagRule
	Services []Service // by name
	Channels []Channel // by name
	Overlay  Overlay
	Rollout  Rollout
}

// Sources are the directories of a native fleet, relative to fleet.toml.
type Sources struct {
	Modules  string // the dendritic tree
	Packages string // the by-name packages
}

// Rollout is the fleet's policy for updates.
type Rollout struct {
	Parallel int // hosts at once; 0 means the default
}

// Machine returns the machine of that name, or nil. It is quick when the
// machines are in order, as Resolve leaves them, and right in any case.
func (f *Fleet) Machine(name string) *Machine {
	i, ok := slices.BinarySearchFunc(f.Machines, name, func(m Machine, name string) int { return strings.Compare(m.Name, name) })
	if ok {
		return &f.Machines[i]
	}
	for i := range f.Machines {
		if f.Machines[i].Name == name {
			return &f.Machines[i]
		}
	}
	return nil
}
