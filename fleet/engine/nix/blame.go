package nix

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"path"
	"regexp"
	"slices"
	"strings"

	"assay/fleet/engine"
	"assay/fleet/engine/nix/nixlog"
	"assay/fleet/engine/nix/runner"
)

// graph says what each derivation needs.
func (b *building) graph(ctx context.Context, derivations []string) (map[string][]string, error) {
	out, err := b.e.run.Output(ctx, runner.Command{
		Program: "nix-store",
		Args:    append([]string{"--query", "--graph"}, derivations...),
	}, infoOutput)
	if err != nil {
		return nil, err
	}
	return readGraph(string(out), path.Dir(derivations[0])), nil
}

// owners says for which machines each derivation is built: those from whose
// derivation it can be reached.
func (b *building) owners(outputs map[string]string) map[string][]string {
	owners := map[string]map[string]bool{}
	b.mu.Lock()
	defer b.mu.Unlock()
	for _, out := range outputs {
		for _, s := range b.left[out] {
			reach(b.needs, s.Derivation, func(d string) bool {
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
	return sorted
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

// blame gives each of the systems that are left what failed for it.
func (b *building) blame(r realised, outputs map[string]string) {
	failures := r.follower.Failures()
	said := lastWords(r.follower, r.err)
	for _, p := range b.openOf(outputs) {
		b.end(p, engine.Closure{}, func(s engine.System) error {
			e := &BuildError{Machine: s.Machine, Said: said}
			for _, status := range []nixlog.Status{nixlog.Failed, nixlog.Unknown} {
				for _, failure := range failures {
					if failure.Status == status && slices.Contains(r.owners[failure.Derivation], s.Machine) {
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

// BuildError is why a system could not be built.
type BuildError struct {
	Machine  string
	Failures []nixlog.Failure // the causes first; none where Nix did not say which
	Said     string           // what Nix said last, where there are no failures
}

func (e *BuildError) Error() string {
	if len(e.Failures) == 0 {
		return "the build failed: " + e.Said
	}
	f := e.Failures[0]
	s := storeName(f.Derivation) + " could not be built"
	switch {
	case len(f.Lines) > 0:
		s += ": " + f.Lines[len(f.Lines)-1]
	case f.Message != "":
		s += ": " + oneLine(f.Message)
	}
	if n := len(e.Failures) - 1; n > 0 {
		s += fmt.Sprintf(" (and %d more)", n)
	}
	if len(f.Lines) > 0 {
		s += "; hint: nix log " + f.Derivation
	}
	return s
}

// storeName is the name in a store path, without ".drv".
func storeName(path string) string {
	name := strings.TrimSuffix(path[strings.LastIndexByte(path, '/')+1:], ".drv")
	if len(name) > 33 && name[32] == '-' {
		return name[33:]
	}
	return name
}
