package nix

import (
	"context"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"time"

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

// lately is for how long a path that was valid is taken for valid, where it
// still lies in the store: one command asks for the same paths several times.
const lately = 30 * time.Second

// sawValid notes that paths are valid now.
func (e *Engine) sawValid(paths []string) {
	e.mu.Lock()
	defer e.mu.Unlock()
	for _, p := range paths {
		e.valid[p] = time.Now()
	}
}

// lacking is invalid without asking Nix about what was valid a moment ago.
// Whoever goes on to use such a path finds out if it is not, and then calls
// forget.
func (e *Engine) lacking(ctx context.Context, paths []string) (map[string]bool, error) {
	asked := slices.DeleteFunc(slices.Clone(paths), e.presumed)
	invalid, err := e.invalid(ctx, asked)
	if err != nil {
		return nil, err
	}
	e.sawValid(slices.DeleteFunc(asked, func(p string) bool { return invalid[p] }))
	return invalid, nil
}

func (e *Engine) presumed(path string) bool {
	e.mu.Lock()
	at, ok := e.valid[path]
	e.mu.Unlock()
	return ok && time.Since(at) <= lately && e.lies(path)
}

// lies reports whether a path lies in the store. Then it is valid, unless
// something has gone wrong there.
func (e *Engine) lies(path string) bool {
	_, gone := os.Lstat(e.file(path))
	return gone == nil
}

// file is where a store path lies.
func (e *Engine) file(path string) string { return filepath.Join("/", e.opts.StoreRoot, path) }

// forget has Nix asked again about paths.
func (e *Engine) forget(paths []string) {
	e.mu.Lock()
	defer e.mu.Unlock()
	for _, p := range paths {
		delete(e.valid, p)
	}
}
