package overlay

import "assay/fleet"

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
	// Changed says that it is not the default channel's package, though no layer
	// defines it: a dependency is another one.
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
	Layer   string      `json:"layer,omitempty"`   // the layer's name as it was read; "" where Nix does not tell which one it is
	Number  int         `json:"number"`            // its place in Nix's order, from 1
	Defines bool        `json:"defines"`           // it defines the package, or the set that holds it
	Matters fleet.Truth `json:"matters"`           // without it, or without its entry, the package is another one
	Through []string    `json:"through,omitempty"` // of one that defines other packages: those that change it, where Nix was asked
	Unknown string      `json:"unknown,omitempty"` // why it is not known whether it matters
	At      fleet.Pos   `json:"at,omitzero"`       // where Nix says that it defines the package
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
