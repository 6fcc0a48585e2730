package embedded

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path"
	"path/filepath"
	"strconv"
	"strings"
	"sync"
	"syscall"

	"github.com/nix-community/go-nix/pkg/nar"

	"assay/fleet/engine"
)

// store is a directory with one entry per object, named as its store path.
// An object appears under its name whole, after everything it refers to, and
// is never written again. It is safe against the death of the process at any
// moment; after a power failure an object may be damaged, which Copy notices
// because it hashes what it sends.
type store struct {
	dir     string
	mu      sync.Mutex
	writing map[string]chan struct{} // by store path; closed when the write has ended
}

func newStore(dir string) *store {
	return &store{dir: dir, writing: make(map[string]chan struct{})}
}

// file is where the object of a store path lies.
func (s *store) file(p string) string { return filepath.Join(s.dir, path.Base(p)) }

func (s *store) has(p string) bool {
	_, err := os.Lstat(s.file(p))
	return err == nil
}

// addFile writes a one-file object unless it is there.
func (s *store) addFile(p string, content []byte, executable bool) error {
	return s.add(p, func(tmp string) error { return writeFile(tmp, content, executable) })
}

// addTree writes a directory object unless it is there.
func (s *store) addTree(p string, nodes []node) error {
	return s.add(p, func(tmp string) error {
		for _, n := range nodes {
			name := filepath.Join(tmp, filepath.FromSlash(n.path))
			var err error
			switch n.kind {
			case nar.TypeDirectory:
				err = os.Mkdir(name, 0o755)
			case nar.TypeSymlink:
				err = os.Symlink(n.target, name)
			default:
				err = writeFile(name, n.content, n.executable)
			}
			if err != nil {
				return err
			}
		}
		return nil
	})
}

// add lets write make the object at a temporary name and moves it into place.
// Of several callers with one path, one writes and the others wait.
func (s *store) add(p string, write func(tmp string) error) error {
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

		err := s.place(p, write)

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

func (s *store) place(p string, write func(tmp string) error) error {
	if s.has(p) {
		return nil
	}
	if err := os.MkdirAll(s.dir, 0o755); err != nil {
		return err
	}
	dir, err := os.MkdirTemp(s.dir, fmt.Sprintf(".tmp-%d-", os.Getpid()))
	if err != nil {
		return err
	}
	defer os.RemoveAll(dir)
	tmp := filepath.Join(dir, "object")
	if err := write(tmp); err != nil {
		return err
	}
	err = os.Rename(tmp, s.file(p))
	if err != nil && s.has(p) {
		return nil // another process was first; the content is the same
	}
	return err
}

func writeFile(name string, content []byte, executable bool) error {
	mode := fs.FileMode(0o444)
	if executable {
		mode = 0o555
	}
	if err := os.WriteFile(name, content, mode); err != nil {
		return err
	}
	return os.Chmod(name, mode) // whatever the umask is
}

// sweep removes what processes that are gone were writing.
func (s *store) sweep() {
	left, err := filepath.Glob(filepath.Join(s.dir, ".tmp-*"))
	if err != nil {
		return
	}
	for _, dir := range left {
		pid, _, _ := strings.Cut(strings.TrimPrefix(filepath.Base(dir), ".tmp-"), "-")
		n, err := strconv.Atoi(pid)
		if err != nil || n <= 0 || !errors.Is(syscall.Kill(n, 0), syscall.ESRCH) {
			continue
		}
		os.RemoveAll(dir)
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
		_, size, err := hashPath(s.file(p))
		if err != nil {
			return engine.Closure{}, err
		}
		c.Objects = append(c.Objects, engine.Object{Path: p, NarSize: size})
	}
	return c, nil
}
