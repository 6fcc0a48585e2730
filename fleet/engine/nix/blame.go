package nix

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"path"
	"regexp"
	"runtime"
	"slices"
	"strings"

	"assay/fleet/engine"
	"assay/fleet/engine/nix/nixlog"
	"assay/fleet/engine/nix/runner"
)

// graph says what each derivation needs.
func (e *Engine) graph(ctx context.Context, derivations []string) (map[string][]string, error) {
	out, err := e.run.Output(ctx, runner.Command{
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

// blame gives each of the systems that are left what failed for it. With
// again, those for which nothing failed are returned instead.
func (b *building) blame(ctx context.Context, r realised, outputs map[string]string, again bool) map[string]string {
	said := lastWords(r.follower, r.err)
	left := b.openOf(outputs)
	hints := b.platformHints(ctx, left)
	rest := map[string]string{}
	for _, p := range left {
		if failures := r.failuresOf(b.owner(p)); again && len(failures) == 0 {
			rest[b.first(p).Derivation] = p
			continue
		}
		b.end(p, engine.Closure{}, func(s engine.System) error {
			return &BuildError{Machine: s.Machine, Failures: r.failuresOf(s.Machine), Said: said, Store: b.e.logs(), Hint: hints[b.e.Platform(s)]}
		})
	}
	return rest
}

// failuresOf returns the derivations that failed for a machine, those of
// which it is certain if there are any.
func (r *realised) failuresOf(machine string) []nixlog.Failure {
	for _, status := range []nixlog.Status{nixlog.Failed, nixlog.Unknown} {
		var of []nixlog.Failure
		for _, failure := range r.follower.Failures() {
			if failure.Status == status && slices.Contains(r.owners[failure.Derivation], machine) {
				of = append(of, failure)
			}
		}
		if len(of) > 0 {
			return of
		}
	}
	return nil
}

// platformHints says for each platform of the systems whether nobody can build
// for it, and why.
func (b *building) platformHints(ctx context.Context, paths []string) map[string]string {
	hints := map[string]string{}
	for _, p := range paths {
		platform := b.e.Platform(b.first(p))
		if _, known := hints[platform]; platform == "" || platform == native() || known {
			continue
		}
		hints[platform] = ""
		if ok, why, err := b.e.CanBuild(ctx, platform); err == nil && !ok {
			hints[platform] = why
		}
	}
	return hints
}

// native is the platform of this computer.
func native() string {
	arch := runtime.GOARCH
	if name, ok := map[string]string{"amd64": "x86_64", "arm64": "aarch64", "386": "i686"}[arch]; ok {
		arch = name
	}
	return arch + "-" + runtime.GOOS
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
	Store    string           // the directory above "nix/store" where its log is; "" is "/"
	Hint     string           // why it cannot be built at all, where that is known
}

func (e *BuildError) Error() string {
	if e.Hint != "" {
		return e.Hint
	}
	if len(e.Failures) == 0 {
		return "the build failed: " + e.Said
	}
	f := e.Failures[0]
	s := storeName(f.Derivation) + " could not be built"
	how := builderFailed.FindStringSubmatch(f.Message)
	switch {
	case how != nil:
		s = storeName(f.Derivation) + ": builder " + how[1]
	case len(f.Lines) == 0 && f.Message != "":
		s += ": " + oneLine(f.Message)
	}
	if n := len(f.Lines); n > 0 {
		s += ": " + f.Lines[n-1]
	}
	if n := len(e.Failures) - 1; n > 0 {
		s += fmt.Sprintf(" (and %d more)", n)
	}
	if len(f.Lines) > 0 {
		s += "; hint: nix log "
		if e.Store != "" {
			s += "--store " + quoted(e.Store) + " "
		}
		s += f.Derivation
	}
	return s
}

// builderFailed is how Nix says in what way a builder ended: "builder for
// '...' failed with exit code 3", since 2.30 "Reason: builder failed with exit
// code 3.".
var builderFailed = regexp.MustCompile(`builder (?:for '[^']*' )?(failed (?:with exit code \d+|due to signal \d+(?: \([A-Za-z0-9 ]+\))?))`)

// logs is the directory of the store in which builds' logs are found, "" for
// the one that nix takes by itself.
func (e *Engine) logs() string {
	if root := e.opts.StoreRoot; root != "/" {
		return root
	}
	return ""
}

// quoted is a word as a shell takes it.
func quoted(s string) string {
	if strings.IndexFunc(s, func(r rune) bool {
		return !strings.ContainsRune("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789/._-+=:", r)
	}) < 0 {
		return s
	}
	return "'" + strings.ReplaceAll(s, "'", `'\''`) + "'"
}

// storeName is the name in a store path, without ".drv".
func storeName(path string) string {
	name := strings.TrimSuffix(path[strings.LastIndexByte(path, '/')+1:], ".drv")
	if len(name) > 33 && name[32] == '-' {
		return name[33:]
	}
	return name
}
