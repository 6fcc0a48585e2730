package overlay

import (
	"slices"

	"assay/fleet"
)

// Evaluated is what Nix says of one package in the package set of one machine,
// which is that of all machines of the system where their overlays are the
// same. What Nix could not tell is "" and has a reason.
type Evaluated struct {
	Package    string             `json:"package"`
	System     string             `json:"system"`
	Machine    string             `json:"machine"`              // whose package set was asked
	Derivation string             `json:"derivation,omitempty"` // of what is supplied: a store path that ends in ".drv"
	Version    string             `json:"version,omitempty"`    // of what is supplied
	Unknown    string             `json:"unknown,omitempty"`    // why there is no derivation
	Channels   []EvaluatedChannel `json:"channels"`             // of the system, the default first
	// Layers are those that define the package or change it, first to last; nil
	// where only derivations were asked for.
	Layers []EvaluatedLayer `json:"layers,omitempty"`
	// LayersUnknown says why it is not known which layers matter.
	LayersUnknown string `json:"layers_unknown,omitempty"`
	// Changed says that layers change the package by others that it needs, and
	// not only by what they define under its name.
	Changed fleet.Truth  `json:"changed"`
	Source  fleet.Source `json:"source"` // always SourceEvaluated
}

// EvaluatedChannel is a package in one channel, without any layer.
type EvaluatedChannel struct {
	Channel    string `json:"channel"`
	Derivation string `json:"derivation,omitempty"`
	Version    string `json:"version,omitempty"`
	Unknown    string `json:"unknown,omitempty"` // why there is no derivation
}

// EvaluatedLayer is a layer that has a part in a package.
type EvaluatedLayer struct {
	Layer string `json:"layer,omitempty"` // the layer's name as it was read; "" where Nix does not tell which one it is
	// Exported is its name in flake.overlays, where an overlay that is composed of
	// these was taken apart.
	Exported string `json:"exported,omitempty"`
	// Function is how many layers were read in the one function that this is for
	// Nix, where that is more than one: it cannot tell which of them matters.
	Function int         `json:"function,omitempty"`
	Number   int         `json:"number"`            // its place in Nix's order, from 1
	Defines  bool        `json:"defines"`           // it defines the package, or the set that holds it
	Matters  fleet.Truth `json:"matters"`           // without it, or without its entry, the package is another one
	Without  *Without    `json:"without,omitempty"` // what the package is then; nil where it is not known whether it matters
	Through  []string    `json:"through,omitempty"` // of one that defines other packages: those that change it, where Nix was asked
	Unknown  string      `json:"unknown,omitempty"` // why it is not known whether it matters
	At       fleet.Pos   `json:"at,omitzero"`       // where Nix says that it defines the package
}

// Without is a package as it is without a layer, or without its entry there.
type Without struct {
	Derivation string `json:"derivation,omitempty"`
	Version    string `json:"version,omitempty"`
	Unknown    string `json:"unknown,omitempty"` // why there is no derivation
}

// Same returns the channels whose package is the very derivation that is
// supplied, the default first.
func (e *Evaluated) Same() []string {
	var same []string
	for _, c := range e.Channels {
		if e.Derivation != "" && c.Derivation == e.Derivation {
			same = append(same, c.Channel)
		}
	}
	return same
}

// ChannelsOn returns the channels of a system, the default first, each once.
// Where layers are written in Nix the default channel need not be among them.
func (s *Stack) ChannelsOn(system string) []fleet.Channel {
	var cs []fleet.Channel
	for _, c := range s.fleet.Channels {
		if fleet.MatchAny(c.Systems, system) && !slices.ContainsFunc(cs, func(o fleet.Channel) bool { return o.Name == c.Name }) {
			cs = append(cs, c)
		}
	}
	slices.SortStableFunc(cs, func(a, b fleet.Channel) int { return cmpChannel(a.Name, b.Name, s.def) })
	return cs
}

// NixLayer is a layer as Nix tells it, of a package that it may define.
type NixLayer struct {
	Package, System string
	Name            string    // what assay.nix calls it; "" for an overlay of others
	Exported        string    // its name in flake.overlays, of one that was taken apart
	At              fleet.Pos // where it defines the package; nowhere is not told
	Overlay, Of     int       // the number of its overlay, from 0, and how many there are
}

// Find returns the layer that Nix means, and where the package is defined in
// it; a layer without a name is not known.
func (s *Stack) Find(l NixLayer) (Layer, fleet.Pos) {
	t := s.table(l.System)
	entryIn := func(number int) fleet.Pos {
		for _, e := range t.find(l.Package) {
			if e.Number == number {
				return e.At
			}
		}
		return l.At
	}
	for _, layer := range t.layers {
		if l.Name != "" && layer.Name == l.Name && !t.written {
			return layer, entryIn(layer.Number)
		}
	}
	if i := s.exported(l); i >= 0 && i < len(t.layers) {
		return t.layers[i], entryIn(i + 1)
	}
	for _, e := range t.find(l.Package) {
		if t.written && l.At.File != "" && e.At.File == l.At.File {
			return t.layers[e.Number-1], l.At
		}
	}
	if t.written && l.At.File == "" && len(t.layers) == l.Of && l.Overlay >= 0 && l.Overlay < l.Of {
		layer := t.layers[l.Overlay]
		return layer, entryIn(layer.Number)
	}
	return Layer{}, l.At
}

// exported is the layer, counted from 0, that was read in one of the overlays of
// which another is composed, where each of these is one; -1 otherwise.
func (s *Stack) exported(l NixLayer) int {
	if l.Exported == "" || len(s.overlays) != l.Of || l.Overlay < 0 || l.Overlay >= l.Of {
		return -1
	}
	o := s.overlays[l.Overlay]
	i := slices.Index(o.Exported, l.Exported)
	if i < 0 || len(o.Layers) != len(o.Exported) {
		return -1
	}
	return o.Layers[i]
}
