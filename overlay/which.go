package overlay

import (
	"fmt"
	"path"
	"slices"

	"assay/fleet"
)

// Answer says where a package comes from on one system.
type Answer struct {
	Package  string       `json:"package"`
	System   string       `json:"system"`
	Layer    string       `json:"layer"`            // "" when no layer defines it
	Number   int          `json:"number,omitempty"` // the layer's place in the order, from 1
	Channel  string       `json:"channel"`          // the channel's own name; "" when no channel has a part in it
	Alias    string       `json:"alias,omitempty"`  // the channel's name below pkgs, where that is another
	Set      string       `json:"set,omitempty"`    // the whole set whose entry decides, for a package inside of one
	File     string       `json:"file,omitempty"`   // the override's or the package's file
	Reason   string       `json:"reason"`           // one sentence
	At       fleet.Pos    `json:"at"`               // where that is declared; nowhere without a layer
	Shadowed []Entry      `json:"shadowed"`         // what the layer shadows, first layer first
	Versions []Version    `json:"versions"`         // per channel of the system, the default first
	Source   fleet.Source `json:"source"`
}

// Version is a package's version in one channel.
type Version struct {
	Channel string `json:"channel"`
	Version string `json:"version"`        // "" is unknown
	Note    string `json:"note,omitempty"` // why it is unknown
}

// noIndex is why versions are not known.
const noIndex = "unknown: no index"

// Which answers where a package, named by its attribute path below pkgs,
// comes from on a system.
func (s *Stack) Which(pkg, system string) Answer {
	a := Answer{Package: pkg, System: system, Shadowed: []Entry{}, Versions: s.versions(system), Source: fleet.SourceFile}
	es := s.table(system).find(pkg)
	if len(es) == 0 {
		a.Channel = s.def
		a.Reason = fmt.Sprintf("not overlaid; comes from %s; whether that channel has it is %s", orNixpkgs(s.def), noIndex)
		return a
	}
	last := len(es) - 1
	w := &es[last]
	a.Layer, a.Number, a.Channel, a.Alias, a.File, a.At = w.Layer, w.Number, w.Channel, w.Alias, w.File, w.At
	a.Shadowed = append(a.Shadowed, es[:last]...)
	if w.Layer == LayerPackages {
		a.Source = fleet.SourceRead
	}
	a.Reason = s.reason(es)
	if w.Package != pkg && w.Layer != LayerInputs {
		a.Set = w.Package
		a.Reason = fmt.Sprintf("the whole set %s is replaced: %s; whether it has the package is unknown", w.Package, a.Reason)
	} else if w.Package != pkg {
		a.Set = w.Package
		a.Reason = fmt.Sprintf("taken from %s; whether that channel has it is %s", a.Reason, noIndex)
	}
	return a
}

// reason is why the last of the entries supplies the package.
func (s *Stack) reason(es []Entry) string {
	w := &es[len(es)-1]
	switch w.Layer {
	case LayerInputs:
		return "the channel " + named(w)
	case LayerHotfixes:
		if w.Channel == "" {
			return "a hotfix from a channel that this system does not have"
		}
		return fmt.Sprintf("a hotfix takes it from %s: %s", named(w), orUnsaid(w.Reason))
	case LayerPackages:
		return "the fleet's own package, built with the finished package set"
	case LayerOverrides:
		return fmt.Sprintf("the override %s %s", path.Base(w.File), s.overridden(es))
	}
	return "the overlay of flake input " + w.Input + " provides it"
}

// overridden says what the last entry, an override, does to what.
func (s *Stack) overridden(es []Entry) string {
	w := &es[len(es)-1]
	switch {
	case w.Channel == "" && w.start.Unclear:
		return "defines it; from which channel's package it starts is unknown"
	case len(w.start.Channels) > 1 || w.start.Prev && len(w.start.Channels) > 0:
		return "changes it; which of the packages that it mentions it starts from is unknown"
	case !w.start.Prev && len(w.start.Channels) == 0:
		return "defines it anew, without the package of a channel"
	case len(es) == 1 || s.Composition() != "compose" || !w.start.Prev:
		return "changes the package of " + orNixpkgs(named(w))
	}
	below := &es[len(es)-2]
	if below.Channel == "" {
		return "changes what the layer " + below.Layer + " defines"
	}
	return fmt.Sprintf("changes what the layer %s takes from %s", below.Layer, named(below))
}

// named is an entry's channel, with its alias where it has another.
func named(e *Entry) string {
	if e.Alias == "" {
		return e.Channel
	}
	return fmt.Sprintf("%s (alias %s)", e.Channel, e.Alias)
}

func orUnsaid(reason string) string {
	if reason == "" {
		return "no reason given"
	}
	return reason
}

// versions lists the channels of a system with what is known of a package in
// them: nothing yet.
func (s *Stack) versions(system string) []Version {
	vs := []Version{}
	for _, c := range s.fleet.Channels {
		if fleet.MatchAny(c.Systems, system) {
			vs = append(vs, Version{Channel: c.Name, Note: noIndex})
		}
	}
	slices.SortFunc(vs, func(a, b Version) int { return cmpChannel(a.Channel, b.Channel, s.def) })
	return vs
}

// cmpChannel orders the default channel first, then by name.
func cmpChannel(a, b, def string) int {
	switch {
	case a == b:
		return 0
	case a == def, b != def && a < b:
		return -1
	}
	return 1
}
