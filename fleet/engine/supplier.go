package engine

import (
	"context"
	"time"
)

// Supplier is an Engine that can say what supplies a package of a machine, and
// which overlays have a part in it. It changes nothing and builds nothing, and
// may be stopped at any time by its context.
type Supplier interface {
	// Supplies answers every question for each of its packages, in their order.
	// The error is for a flake of which nothing can be asked; what cannot be
	// told of a machine or of a package is said there.
	Supplies(ctx context.Context, questions []SupplyQuestion, watch func(Step)) ([]Supply, error)
	// FormerSupplies are the answers that are kept, the newest first, also those
	// that another state of the flake had. No Nix is started for them.
	FormerSupplies(ctx context.Context) ([]FormerSupply, error)
}

// SupplyQuestion is about packages in the package set of one machine.
type SupplyQuestion struct {
	Machine  string
	Packages []string        // attribute paths below pkgs: "hello", "python3Packages.numpy"
	Channels []SupplyChannel // package sets to look into
	Layers   bool            // also which overlays define the package or change it
	// Exported are, for each of the machine's overlays, the names of the flake's own
	// overlays that it composes; none for one that is not known to be such. Where
	// these make the same package, they are told apart.
	Exported [][]string
}

// SupplyChannel is a package set that has no overlays.
type SupplyChannel struct {
	Name      string
	Attribute string // below pkgs; "" is the set that the machine's own is made from
}

// Supply is the answer for one package.
type Supply struct {
	Machine  string              `json:"machine"`
	Package  string              `json:"package"`
	Is       Supplied            `json:"is"`       // in the machine's package set
	Channels map[string]Supplied `json:"channels"` // by the names in the question
	// Overlays is how many overlays the package set has; 0 where they were not
	// asked for. One that is made of layers counts once.
	Overlays int           `json:"overlays"`
	Layers   []SupplyLayer `json:"layers"`  // those with a part in the package, in Nix's order
	Unknown  string        `json:"unknown"` // why the layers are not known
	// Dependency says whether layers change the package by others that it
	// needs: "yes", "no", "" unknown.
	Dependency string `json:"dependency"`
}

// FormerSupply is an answer that was given before.
type FormerSupply struct {
	Supply
	At      time.Time // when it was worked out
	Asked   bool      // the layers were asked for too
	Current bool      // the flake is as it was: Supplies would give the same answer
	Locked  bool      // flake.lock is as it was
}

// Supplied is a package in one package set.
type Supplied struct {
	Derivation string `json:"derivation"` // "/nix/store/….drv"; "" where there is none
	Version    string `json:"version"`
	Unknown    string `json:"unknown"` // why there is no derivation
}

// SupplyLayer is an overlay, or one layer of it where it shows them.
type SupplyLayer struct {
	Number  int    `json:"number"`  // among all layers, from 0
	Overlay int    `json:"overlay"` // its overlay's number, from 0
	Name    string `json:"name"`    // as the overlay says; "" is not said
	// Exported is its name among the flake's overlays, where one that is composed of
	// these was taken apart; else "".
	Exported string `json:"exported"`
	Defines  bool   `json:"defines"` // the package, or the set that holds it
	// Matters says whether the package would be another one without the entry
	// that the layer defines, or without the layer: "yes", "no", "" unknown.
	Matters string   `json:"matters"`
	Without Supplied `json:"without"` // the package without that, where it is known whether it matters
	Unknown string   `json:"unknown"` // why it is not known
	Through []string `json:"through"` // packages of the layer without which it would be another one
	File    string   `json:"file"`    // where the layer defines it, relative to the flake; "" where Nix does not tell
	Line    int      `json:"line"`    // from 1; 0 where Nix does not tell
}
