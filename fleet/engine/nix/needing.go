package nix

import (
	"context"
	"slices"

	"assay/fleet/engine"
)

var _ engine.Needer = (*Engine)(nil)

// Needing asks for the graph of the systems' derivations, which are in the store
// since they were evaluated.
func (e *Engine) Needing(ctx context.Context, systems []engine.System, derivations []string) (map[string]int, error) {
	var tops []string
	for _, s := range systems {
		tops = append(tops, s.Derivation)
	}
	slices.Sort(tops)
	if tops = slices.Compact(tops); len(tops) == 0 {
		return map[string]int{}, nil
	}
	needs, err := e.graph(ctx, tops)
	if err != nil {
		return nil, err
	}
	neededBy := map[string][]string{}
	for of, inputs := range needs {
		for _, input := range inputs {
			neededBy[input] = append(neededBy[input], of)
		}
	}
	counts := map[string]int{}
	for _, d := range derivations {
		seen := map[string]bool{}
		reach(neededBy, d, func(of string) bool {
			was := seen[of]
			seen[of] = true
			return !was
		})
		counts[d] = len(seen) - 1 // but itself
	}
	return counts, nil
}
