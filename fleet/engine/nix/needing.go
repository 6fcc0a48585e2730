package nix

import (
	"context"
	"slices"

	"assay/fleet/engine"
)

var _ engine.Needer = (*Engine)(nil)

// Needing asks for the graph of the systems' derivations, which are in the store
// since they were evaluated. What has its outputs by their hash, as a source that
// is fetched, does not count, and nothing needs more through it: it would be
// the same.
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
	counts, fixed := map[string]int{}, map[string]bool{}
	for _, d := range derivations {
		seen := map[string]bool{}
		reach(neededBy, d, func(of string) bool {
			if _, known := fixed[of]; !known {
				fixed[of] = e.fixed(of)
			}
			if seen[of] || fixed[of] && of != d {
				return false
			}
			seen[of] = true
			return true
		})
		counts[d] = len(seen) - 1 // but itself
	}
	return counts, nil
}
