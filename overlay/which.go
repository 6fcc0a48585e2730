package overlay

import (
	"fmt"
	"path"

	"assay/fleet"
)

// Answer says where a package comes from on one system.
type Answer struct {
	Package  string       `json:"package"`
	System   string       `json:"system"`
	Layer    string       `json:"layer"`             // "" when no layer defines it
	Kind     string       `json:"kind,omitempty"`    // of the layer's entry: one of the Layer and Kind constants
	Number   int          `json:"number,omitempty"`  // the layer's place in the order, from 1
	Channel  string       `json:"channel"`           // the channel's own name; "" when no channel has a part in it
	Alias    string       `json:"alias,omitempty"`   // the channel's name below pkgs, where that is another
	Set      string       `json:"set,omitempty"`     // the whole set whose entry decides, for a package inside of one
	File     string       `json:"file,omitempty"`    // the override's or the package's file
	Pkgs     Pkgs         `json:"pkgs,omitempty"`    // of a by-name package: which set it is built with
	Version  string       `json:"version,omitempty"` // of what is supplied, where an index and the layers tell it; "" is unknown
	Reason   string       `json:"reason"`            // one sentence
	Note     *Note        `json:"note,omitempty"`    // what is written about the layer's entry; nil for nothing
	At       fleet.Pos    `json:"at"`                // where that is declared; nowhere without a layer
	Of       string       `json:"of,omitempty"`      // of a hotfix: the package of the channel, where that has another name
	Shadowed []Entry      `json:"shadowed"`          // what the layer shadows, first layer first
	Versions []Version    `json:"versions"`          // per channel of the system, the default first
	Source   fleet.Source `json:"source"`
}

// Which answers where a package, named by its attribute path below pkgs,
// comes from on a system.
func (s *Stack) Which(pkg, system string) Answer {
	a := Answer{Package: pkg, System: system, Shadowed: []Entry{}, Versions: s.versions(pkg, system), Source: fleet.SourceFile}
	t := s.table(system)
	if t.written {
		a.Source = fleet.SourceRead
		return s.whichWritten(t, a)
	}
	es := t.find(pkg)
	if len(es) == 0 {
		a.Channel = s.def
		version := s.version(s.def, pkg, system)
		a.Version, a.Reason = version.Version, fmt.Sprintf("not overlaid; comes from %s%s", orNixpkgs(s.def), version.having())
		return a
	}
	last := len(es) - 1
	w := &es[last]
	a.Layer, a.Kind, a.Number, a.Channel, a.Alias, a.File, a.At = w.Layer, w.Kind, w.Number, w.Channel, w.Alias, w.File, w.At
	a.Pkgs, a.Note, a.Version = w.Pkgs, w.Note, s.supplied(es, pkg, system)
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
		version := s.version(w.Channel, pkg[len(w.Package)+1:], system)
		a.Version, a.Reason = version.Version, fmt.Sprintf("taken from %s%s", a.Reason, version.having())
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
		if s.bare(w.Channel) && w.Channel != s.def {
			return fmt.Sprintf("a hotfix takes it from %s, which is %s without a patch: %s", named(w), s.def, orUnsaid(w.Reason))
		}
		return fmt.Sprintf("a hotfix takes it from %s: %s", named(w), orUnsaid(w.Reason))
	case LayerPackages:
		if w.Pkgs == PkgsPerSystem {
			return "the fleet's own package, built with perSystem's package set, which has neither the machine's overlays nor its nixpkgs.config"
		}
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
	case w.Channel == "" && w.Start.Unclear:
		return "defines it; from which channel's package it starts is unknown"
	case len(w.Start.Channels) > 1 || w.Start.Prev && len(w.Start.Channels) > 0:
		return "changes it; which of the packages that it mentions it starts from is unknown"
	case !w.Start.Prev && len(w.Start.Channels) == 0:
		return "defines it anew, without the package of a channel"
	case len(es) == 1 || s.Composition() != "compose" || !w.Start.Prev:
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
