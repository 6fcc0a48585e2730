// Package overlay answers which channel and which of the overlay's layers
// supply a package on a system, why, and what they shadow.
//
// It works from the declaration alone: fleet.toml's channels and layers and
// the names of the by-name packages. It does not run Nix. Versions, and whether
// a channel has a package at all, are known of the channels whose Index it is
// given; of others they are unknown and said to be.
//
// # Semantics
//
// With composition "merge" the layers are joined as lib.mergeAttrsList does:
// shallow, the last layer that defines a name wins, and every layer's prev is
// the bare default channel. What a later layer shadows is dead: an override
// that uses prev starts from the default channel, not from the hotfix of the
// same name. With "compose" each layer's prev holds the layers before it, as
// in lib.composeManyExtensions: an override that uses prev builds on what it
// shadows, which stays alive. A hotfix, a package of the fleet and a channel's
// name replace without looking; whether a flake input's overlay looks is not
// known. What an override starts from is read from its file, see Start.
//
// An entry is dead when the package would be the same without it. A hotfix
// from the default channel changes nothing, so it is dead where something
// shadows it. One that an override of another package takes from prev is not.
// Overlays of flake inputs may take what they like; that is not looked into.
//
// A Stack is immutable and safe for concurrent use.
package overlay

import (
	"cmp"
	"slices"
	"strings"

	"assay/fleet"
)

// The layers, by the names that fleet.toml has for them.
const (
	LayerInputs      = "inputs"       // channels under their names
	LayerHotfixes    = "hotfixes"     // packages from other channels, for a while
	LayerPackages    = "packages"     // the fleet's own by-name packages
	LayerOverrides   = "overrides"    // packages built differently
	LayerFlakeInputs = "flake-inputs" // overlays of flake inputs
)

// Entry is one name that one layer defines on a system.
type Entry struct {
	Package string    `json:"package"`           // the name below pkgs
	Layer   string    `json:"layer"`             // the layer's name: one of the Layer constants, or that of a Nix file
	Kind    string    `json:"kind"`              // what the entry does: one of the Layer and Kind constants
	Number  int       `json:"number"`            // the layer's place in the order, from 1
	Channel string    `json:"channel,omitempty"` // the channel whose package it is or starts from; "" when the layer brings it along
	Alias   string    `json:"alias,omitempty"`   // the channel's name below pkgs, where that is another
	Systems []string  `json:"systems,omitempty"` // globs as declared; none means all
	File    string    `json:"file,omitempty"`    // the override's or the package's file
	Input   string    `json:"input,omitempty"`   // the flake input
	Reason  string    `json:"reason,omitempty"`  // why, as declared
	Note    *Note     `json:"note,omitempty"`    // what is written about it; nil for nothing
	Pkgs    Pkgs      `json:"pkgs,omitempty"`    // of a by-name package: which set it is built with
	At      fleet.Pos `json:"at"`

	Shadowed bool        `json:"shadowed"`     // a later layer defines the name too
	By       string      `json:"by,omitempty"` // the layer that shadows it
	Dead     fleet.Truth `json:"dead"`         // shadowed, and the winner does not build on it
	Why      string      `json:"why,omitempty"`

	Condition string `json:"condition,omitempty"` // of an overlay in a Nix file: why it may not apply
	Text      string `json:"text,omitempty"`      // of KindUnknown: why it is not known
	Of        string `json:"of,omitempty"`        // of a hotfix: the package of the channel, where that has another name
	Below     string `json:"below,omitempty"`     // of an override in a Nix file: the layer whose entry it changes

	Start Start `json:"-"` // what an override starts from
	saved bool  // dead, but not with the composition "compose"
}

// Layer is one layer with what it defines on a system.
type Layer struct {
	Name    string  `json:"name"`
	Number  int     `json:"number"`  // from 1
	Entries []Entry `json:"entries"` // by package

	At       fleet.Pos `json:"at,omitzero"`        // of a layer that is written in Nix
	Note     *Note     `json:"note,omitempty"`     // what its file says at the top
	Machines []string  `json:"machines,omitempty"` // that have it; nil for all of the system
	Open     []Open    `json:"open,omitempty"`     // what else it may define
}

// Stack is the resolved overlay of a fleet.
type Stack struct {
	fleet     *fleet.Fleet
	packages  []ByName
	starts    map[OverrideFile]Start
	indexes   map[IndexKey]*Index
	elsewhere []Declared
	def       string // the default channel's name; "" without channels
	systems   map[string]*table

	composition string            // of layers that are written in Nix
	overlays    []WrittenOverlay  // that these are
	on          map[string]*Stack // of machines whose layers are
}

// table is what the layers define on one system.
type table struct {
	layers  []Layer
	entries map[string][]Entry // by package, first layer first
	written bool               // in Nix
}

// Input is what a Stack is made of.
type Input struct {
	Fleet    *fleet.Fleet
	Packages []ByName // as Packages finds them
	// Starts says what overrides start from. Of an override that is not in it
	// that is unclear.
	Starts map[OverrideFile]Start
	// Indexes are what channels hold, as far as somebody has listed them.
	Indexes map[IndexKey]*Index
	// Declared is what the tree's own Nix files define in overlays. An entry
	// of fleet.toml must not be among it.
	Declared []Declared
}

// Declared is a name that an overlay in a Nix file defines.
type Declared struct {
	Package string
	Systems []string // globs; none means all
	At      fleet.Pos
}

// Resolve works out the layers on every system of the fleet's machines. The
// Input must not change afterwards. Problems are hotfixes whose channel does
// not exist on a system or does not have the package, entries that a Nix file
// has too (errors), and entries without effect (warnings).
func Resolve(in Input) (*Stack, []fleet.Problem) {
	s := &Stack{fleet: in.Fleet, packages: in.Packages, starts: in.Starts, indexes: in.Indexes, elsewhere: in.Declared, systems: make(map[string]*table)}
	for _, c := range in.Fleet.Channels {
		if c.Default {
			s.def = c.Name
		}
	}
	for _, system := range systemsOf(in.Fleet) {
		s.systems[system] = s.newTable(system)
	}
	return s, s.problems()
}

// systemsOf are the systems of the fleet's machines, sorted.
func systemsOf(f *fleet.Fleet) []string {
	var systems []string
	for _, m := range f.Machines {
		if m.System != "" {
			systems = append(systems, m.System)
		}
	}
	slices.Sort(systems)
	return slices.Compact(systems)
}

// Systems returns the systems of the fleet's machines, sorted.
func (s *Stack) Systems() []string { return systemsOf(s.fleet) }

// Composition returns "merge" or "compose"; of layers that are written in Nix
// it may be "mixed".
func (s *Stack) Composition() string {
	if s.composition != "" {
		return s.composition
	}
	return cmp.Or(s.fleet.Overlay.Composition, "merge")
}

// Default returns the name of the default channel, "" without channels.
func (s *Stack) Default() string { return s.def }

// Layers returns the layers on a system, first to last. The system need not
// be one of a machine.
func (s *Stack) Layers(system string) []Layer { return s.table(system).layers }

// Supply returns the layer and the channel that supply a package: the cheap
// part of Which, for many packages. The layer is "" for a package that no
// layer defines, the channel "" for one that no channel has a part in.
func (s *Stack) Supply(pkg, system string) (layer, channel string) {
	es := s.table(system).find(pkg)
	if len(es) == 0 {
		return "", s.def
	}
	w := es[len(es)-1]
	return w.Layer, w.Channel
}

func (s *Stack) table(system string) *table {
	if t := s.systems[system]; t != nil {
		return t
	}
	return s.newTable(system)
}

// find returns the entries that define pkg: those of its name, or of the set
// that holds it, since layers replace sets whole.
func (t *table) find(pkg string) []Entry {
	if es := t.entries[pkg]; es != nil {
		return es
	}
	set, _, _ := strings.Cut(pkg, ".")
	return t.entries[set]
}
