package engine

import "context"

// Needer is an Engine that can say what of systems depends on a derivation.
type Needer interface {
	// Needing returns for each of the derivations how many others, of those
	// that the systems are built from and of the systems' own, need it, directly
	// or through others, and would have other outputs without it. The systems
	// have been evaluated.
	Needing(ctx context.Context, systems []System, derivations []string) (map[string]int, error)
}
