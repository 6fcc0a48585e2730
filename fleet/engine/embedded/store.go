package embedded

import (
	"bufio"
	"errors"
	"fmt"
	"os"
	"path"
	"path/filepath"
	"strconv"
	"strings"
	"sync"
	"syscall"

	"assay/fleet/engine"
)

// store is a directory with the NAR of every object in a file of its own,
// named as the object's store path with ".nar" behind it: so a link inside of
// a generation costs bytes here, not a file. An object appears under its name
// whole, after everything it refers to, and is never written again. That is
// safe against the death of the process at any moment; after a power failure
// an object may be damaged, which Copy notices, as it hashes what it sends.
type store struct {
	dir     string
	mu      sync.Mutex
	writing map[string]chan struct{} // by store path; closed when the write has ended
	checked map[string]contents      // of one-file objects that Copy has looked at
}

func newStore(dir string) *store {
	return &store{dir: dir, writing: make(map[string]chan struct{}), checked: make(map[string]contents)}
}

// file is where the NAR of a store path lies.
func (s *store) file(p string) string { return filepath.Join(s.dir, path.Base(p)+".nar") }

func (s *store) has(p string) bool {
	_, err := os.Lstat(s.file(p))
	return err == nil
}

// add writes an object unless it is there. Of several callers with one path,
// one writes and the others wait.
func (s *store) add(p string, nodes []node) error {
	for !s.has(p) {
		s.mu.Lock()
		if other, ok := s.writing[p]; ok {
			s.mu.Unlock()
			<-other
			continue
		}
		done := make(chan struct{})
		s.writing[p] = done
		s.mu.Unlock()

		err := s.place(p, nodes)

		s.mu.Lock()
		delete(s.writing, p)
		s.mu.Unlock()
		close(done)
		if err != nil {
			return fmt.Errorf("store %s: %w", path.Base(p), err)
		}
	}
	return nil
}

// place writes the NAR at a temporary name and moves it to its own.
func (s *store) place(p string, nodes []node) error {
	if s.has(p) {
		return nil
	}
	if err := os.MkdirAll(s.dir, 0o755); err != nil {
		return err
	}
	f, err := os.CreateTemp(s.dir, fmt.Sprintf(".tmp-%d-", os.Getpid()))
	if err != nil {
		return err
	}
	defer os.Remove(f.Name())
	defer f.Close()
	w := bufio.NewWriter(f)
	if err := writeNar(w, nodes); err != nil {
		return err
	}
	if err := w.Flush(); err != nil {
		return err
	}
	if err := f.Close(); err != nil {
		return err
	}
	return os.Rename(f.Name(), s.file(p))
}

// sweep removes what processes that are gone were writing.
func (s *store) sweep() {
	entries, err := os.ReadDir(s.dir)
	if err != nil {
		return
	}
	for _, entry := range entries {
		rest, ok := strings.CutPrefix(entry.Name(), ".tmp-")
		pid, _, _ := strings.Cut(rest, "-")
		n, err := strconv.Atoi(pid)
		if !ok || err != nil || n <= 0 || !errors.Is(syscall.Kill(n, 0), syscall.ESRCH) {
			continue
		}
		os.Remove(filepath.Join(s.dir, entry.Name()))
	}
}

// closure reads from the store what a system refers to. It fails when the
// system or one of its references is not there.
func (s *store) closure(system string) (engine.Closure, error) {
	refs, err := s.references(system)
	if err != nil {
		return engine.Closure{}, err
	}
	c := engine.Closure{System: system}
	for _, p := range append(refs, system) {
		stat, err := os.Stat(s.file(p))
		if err != nil {
			return engine.Closure{}, err
		}
		c.Objects = append(c.Objects, engine.Object{Path: p, NarSize: stat.Size()})
	}
	return c, nil
}
