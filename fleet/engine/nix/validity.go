package nix

import (
	"context"
	"slices"
	"strings"

	"assay/fleet/engine/nix/runner"
)

// together is how many store paths, or machines, one command gets: its line is
// bounded, and each of its words too.
const together = 1000

// invalid returns which of the paths the store does not have.
func (e *Engine) invalid(ctx context.Context, paths []string) (map[string]bool, error) {
	invalid := map[string]bool{}
	for some := range slices.Chunk(paths, together) {
		out, err := e.run.Output(ctx, runner.Command{
			Program: "nix-store",
			Args:    append([]string{"--check-validity", "--print-invalid"}, some...),
		}, 1<<20)
		if err != nil {
			return nil, err
		}
		for path := range strings.FieldsSeq(string(out)) {
			invalid[path] = true
		}
	}
	return invalid, nil
}
