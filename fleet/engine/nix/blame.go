package nix

import (
	"context"
	"errors"
	"maps"
	"path"
	"regexp"
	"slices"
	"strings"

	"assay/fleet/engine"
	"assay/fleet/engine/nix/nixlog"
	"assay/fleet/engine/nix/runner"
)

// owners says for which machines each derivation is built: those from whose
// derivation it can be reached.
func (b *building) owners(ctx context.Context, derivations []string) (map[string][]string, error) {
	out, err := b.e.run.Output(ctx, runner.Command{
		Program: "nix-store",
		Args:    append([]string{"--query", "--graph"}, derivations...),
	}, infoOutput)
	if err != nil {
		return nil, err
	}
	needs := readGraph(string(out), path.Dir(derivations[0]))
	owners := map[string]map[string]bool{}
	b.mu.Lock()
	defer b.mu.Unlock()
	for _, systems := range b.left {
		for _, s := range systems {
			reach(needs, s.Derivation, func(d string) bool {
				if owners[d] == nil {
					owners[d] = map[string]bool{}
				}
				was := owners[d][s.Machine]
				owners[d][s.Machine] = true
				return !was
			})
		}
	}
	sorted := make(map[string][]string, len(owners))
	for d, machines := range owners {
		sorted[d] = slices.Sorted(maps.Keys(machines))
	}
	return sorted, nil
}

// edge is a line of `nix-store --query --graph`: the second needs the first.
var edge = regexp.MustCompile(`(?m)^"([^"/]+)" -> "([^"/]+)"`)

// readGraph returns what each derivation needs. The graph has names without
// the store's directory.
func readGraph(text, dir string) map[string][]string {
	needs := map[string][]string{}
	for _, m := range edge.FindAllStringSubmatch(text, -1) {
		if strings.HasSuffix(m[1], ".drv") {
			of := dir + "/" + m[2]
			needs[of] = append(needs[of], dir+"/"+m[1])
		}
	}
	return needs
}

func reach(needs map[string][]string, from string, visit func(string) bool) {
	for stack := []string{from}; len(stack) > 0; {
		d := stack[len(stack)-1]
		stack = stack[:len(stack)-1]
		if visit(d) {
			stack = append(stack, needs[d]...)
		}
	}
}

// blame gives each system that is left what failed for it.
func (b *building) blame(f *nixlog.Follower, owners map[string][]string, built error) {
	failures := f.Failures()
	said := lastWords(f, built)
	for _, p := range b.open() {
		b.end(p, engine.Closure{}, func(s engine.System) error {
			e := &BuildError{Machine: s.Machine, Said: said}
			for _, status := range []nixlog.Status{nixlog.Failed, nixlog.Unknown} {
				for _, failure := range failures {
					if failure.Status == status && slices.Contains(owners[failure.Derivation], s.Machine) {
						e.Failures = append(e.Failures, failure)
					}
				}
				if len(e.Failures) > 0 {
					break
				}
			}
			return e
		})
	}
}

func lastWords(f *nixlog.Follower, built error) string {
	for _, e := range f.EvalErrors() {
		if e.Message != "" {
			return oneLine(e.Message)
		}
	}
	if tail := f.Tail(); len(tail) > 0 {
		return tail[len(tail)-1]
	}
	if exit, ok := errors.AsType[*runner.ExitError](built); ok {
		return exit.Error()
	}
	if built != nil {
		return strings.TrimSpace(built.Error())
	}
	return "Nix does not say why"
}
