package nix

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"sync"
	"syscall"

	"assay/fleet/engine"
	"assay/fleet/engine/nix/runner"
)

// roots protects store paths from the garbage collector as long as the
// process lives: links in a directory of its own, of which Nix knows. Links
// of processes that are no more are removed by the next one.
type roots struct {
	dir string // "" protects nothing
	mu  sync.Mutex
	own string // below dir
	n   int    // groups of links made

	closures map[string]engine.Closure // of what is held and was asked about, by system
}

// keep notes the closure of a system that is held: it does not change, and
// stays valid.
func (r *roots) keep(c engine.Closure) {
	r.mu.Lock()
	defer r.mu.Unlock()
	if r.own == "" {
		return
	}
	if r.closures == nil {
		r.closures = map[string]engine.Closure{}
	}
	r.closures[c.System] = c
}

// kept returns the closure of a system that is held.
func (r *roots) kept(system string) (engine.Closure, bool) {
	r.mu.Lock()
	defer r.mu.Unlock()
	c, ok := r.closures[system]
	if !ok {
		return c, false
	}
	c.Objects = slices.Clone(c.Objects)
	return c, true
}

// protects reports whether hold asks Nix about the paths.
func (r *roots) protects() bool { return r.dir != "" }

// hold protects paths, and fails where one is not valid and cannot be fetched.
func (r *roots) hold(ctx context.Context, run *runner.Runner, paths []string) error {
	if r.dir == "" || len(paths) == 0 {
		return nil
	}
	r.mu.Lock()
	defer r.mu.Unlock()
	if err := r.open(); err != nil {
		return fmt.Errorf("protecting what was built from the garbage collector: %w; hint: set XDG_STATE_HOME to a directory that can be written", err)
	}
	for some := range slices.Chunk(paths, together) {
		r.n++
		link := filepath.Join(r.own, strconv.Itoa(r.n)) // Nix names the others after it
		_, err := run.Output(ctx, runner.Command{
			Program: "nix-store",
			Args:    append([]string{"--realise", "--add-root", link, "--indirect"}, some...),
		}, 1<<20)
		if err != nil {
			return fmt.Errorf("protecting what was built from the garbage collector: %w", err)
		}
	}
	return nil
}

func (r *roots) open() error {
	if r.own != "" {
		return nil
	}
	dir, err := filepath.Abs(r.dir)
	if err != nil {
		return err
	}
	if err := ensure(dir); err != nil {
		return err
	}
	sweepRoots(dir)
	r.own, err = os.MkdirTemp(dir, strconv.Itoa(os.Getpid())+"-")
	return err
}

// sweepRoots removes the links of processes that have ended.
func sweepRoots(dir string) {
	entries, _ := os.ReadDir(dir)
	for _, entry := range entries {
		first, _, ok := strings.Cut(entry.Name(), "-")
		pid, err := strconv.Atoi(first)
		if ok && err == nil && pid > 0 && errors.Is(syscall.Kill(pid, 0), syscall.ESRCH) {
			removeLinks(filepath.Join(dir, entry.Name()))
		}
	}
}

func (r *roots) release() error {
	r.mu.Lock()
	defer r.mu.Unlock()
	if r.own == "" {
		return nil
	}
	own := r.own
	r.own, r.closures = "", nil
	return removeLinks(own)
}

// removeLinks removes a directory of links, and nothing but links in it.
func removeLinks(dir string) error {
	entries, err := os.ReadDir(dir)
	if err != nil {
		return err
	}
	for _, entry := range entries {
		if entry.Type()&os.ModeSymlink != 0 {
			_ = os.Remove(filepath.Join(dir, entry.Name()))
		}
	}
	return os.Remove(dir)
}
