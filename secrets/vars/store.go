package vars

import (
	"bytes"
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path"
	"path/filepath"
	"strings"
	"syscall"
	"time"

	"assay/fleet/beneath"
	"assay/secrets/secret"
	"assay/secrets/sops"

	"github.com/gofrs/flock"
)

// tempPrefix starts the names of what is not published yet. A crash can leave
// such entries behind; they hold nothing in clear, are ignored, and Sweep
// removes them.
const tempPrefix = ".assay-"

// Store is the vars and keys of one fleet.
type Store struct {
	root  *os.Root
	files fs.FS // root's
	dir   string

	// Plugins are for readers whose keys need one; set it before use.
	Plugins sops.Plugins
	// Known is told each secret that is opened or sealed, by several goroutines
	// at once where they do so; set it before use, nil tells nobody.
	Known func(secret.Value)
}

// Open opens the fleet directory dir, which must exist; vars/ and sops/ in it
// need not.
func Open(dir string) (*Store, error) {
	root, err := os.OpenRoot(dir)
	if err != nil {
		return nil, err
	}
	return &Store{root: root, files: beneath.FS(root), dir: dir}, nil
}

func (s *Store) tell(v secret.Value) {
	if s.Known != nil {
		s.Known(v)
	}
}

// Close releases the directory.
func (s *Store) Close() error { return s.root.Close() }

// Dir is the fleet's directory as given to Open.
func (s *Store) Dir() string { return s.dir }

// Lock keeps other writers out of the fleet's vars until unlock is called. It
// waits for as long as ctx allows. The lock is on the directory itself, so
// that no file appears in it, and ends with the process.
func (s *Store) Lock(ctx context.Context) (unlock func() error, err error) {
	lock := flock.New(s.dir, flock.SetFlag(os.O_RDONLY))
	if ok, err := lock.TryLockContext(ctx, 20*time.Millisecond); err != nil {
		return nil, fmt.Errorf("lock %s: %w", s.dir, err)
	} else if !ok {
		return nil, fmt.Errorf("lock %s: another process writes its vars", s.dir)
	}
	return lock.Unlock, nil
}

// Sweep removes what interrupted writers left behind, and moves back what they
// had put aside. The caller holds Lock.
func (s *Store) Sweep() error {
	var stale []string
	for _, top := range []string{"vars", "sops"} {
		err := fs.WalkDir(s.files, top, func(name string, d fs.DirEntry, err error) error {
			switch {
			case errors.Is(err, fs.ErrNotExist):
				return nil
			case err != nil:
				return fmt.Errorf("%s: %w", s.real(name), reason(err))
			case !strings.HasPrefix(d.Name(), tempPrefix):
				return nil
			}
			stale = append(stale, name)
			if d.IsDir() {
				return fs.SkipDir
			}
			return nil
		})
		if err != nil {
			return err
		}
	}
	for _, name := range stale {
		if strings.HasPrefix(path.Base(name), oldPrefix) {
			if err := s.settle(name); err != nil {
				return err
			}
			continue
		}
		if err := s.root.RemoveAll(name); err != nil {
			return err
		}
	}
	return nil
}

// real is the path to show in an error.
func (s *Store) real(name string) string { return filepath.Join(s.dir, filepath.FromSlash(name)) }

// read returns a regular file of at most limit bytes.
func (s *Store) read(name string, limit int64) ([]byte, error) {
	f, err := beneath.Open(s.root, s.files, name)
	if err != nil {
		return nil, fmt.Errorf("%s: %w", s.real(name), reason(err))
	}
	defer f.Close()
	st, err := f.Stat()
	if err != nil {
		return nil, err
	}
	if !st.Mode().IsRegular() {
		return nil, fmt.Errorf("%s: not a regular file", s.real(name))
	}
	b := bytes.NewBuffer(make([]byte, 0, min(st.Size(), limit)+bytes.MinRead)) // read at once, with its end
	_, err = b.ReadFrom(io.LimitReader(f, limit+1))
	if err == nil && int64(b.Len()) > limit {
		err = fmt.Errorf("%s: larger than %d bytes", s.real(name), limit)
	}
	return b.Bytes(), err
}

// reason strips the operation and relative path from an error of os.Root.
func reason(err error) error {
	var p *fs.PathError
	if errors.As(err, &p) {
		return p.Err
	}
	return err
}

// exists reports whether anything has that name, a link that leads nowhere
// included; what it cannot tell is an error.
func (s *Store) exists(name string) (bool, error) {
	_, err := fs.Lstat(s.files, name)
	if errors.Is(err, fs.ErrNotExist) {
		return false, nil
	}
	if err != nil {
		return false, fmt.Errorf("%s: %w", s.real(name), reason(err))
	}
	return true, nil
}

// isFile reports whether name is there and no directory.
func (s *Store) isFile(name string) bool {
	st, err := fs.Stat(s.files, name)
	return err == nil && !st.IsDir()
}

func (s *Store) isDir(name string) bool {
	st, err := fs.Stat(s.files, name)
	return err == nil && st.IsDir()
}

// names lists a directory, sorted; one that does not exist is empty.
func (s *Store) names(dir string) ([]fs.DirEntry, error) {
	entries, err := fs.ReadDir(s.files, dir)
	if errors.Is(err, fs.ErrNotExist) {
		return nil, nil
	}
	if err != nil {
		return nil, fmt.Errorf("%s: %w", s.real(dir), reason(err))
	}
	return entries, nil
}

// mkdir makes a directory where there is none, with its parents. Those are
// there most of the time, and walking down to each would cost more than asking.
func (s *Store) mkdir(dir string) error {
	err := s.root.Mkdir(dir, 0o777)
	switch {
	case errors.Is(err, fs.ErrExist) && s.isDir(dir):
		return nil
	case errors.Is(err, fs.ErrNotExist):
		return s.root.MkdirAll(dir, 0o777)
	}
	return err
}

// writeFile replaces the file name, or makes it, with its directories.
func (s *Store) writeFile(name string, content []byte, mode fs.FileMode) (err error) {
	dir := path.Dir(name)
	if err := s.mkdir(dir); err != nil {
		return err
	}
	temp := path.Join(dir, tempPrefix+rand.Text())
	if err := s.writeNew(temp, content, mode); err != nil {
		return errors.Join(err, s.root.RemoveAll(temp))
	}
	if err := s.root.Rename(temp, name); err != nil {
		return errors.Join(err, s.root.Remove(temp))
	}
	return s.syncDir(dir)
}

// writeNew writes and flushes a file that does not exist yet.
func (s *Store) writeNew(name string, content []byte, mode fs.FileMode) error {
	f, err := s.root.OpenFile(name, os.O_WRONLY|os.O_CREATE|os.O_EXCL, mode)
	if err != nil {
		return err
	}
	_, err = f.Write(content)
	return errors.Join(err, f.Sync(), f.Close())
}

func (s *Store) syncDir(dir string) error {
	d, err := s.root.Open(dir)
	if err != nil {
		return err
	}
	return errors.Join(d.Sync(), d.Close())
}

// publish makes the directory dir appear at once with what fill puts into it
// at another place of the same depth, so that relative links hold. It fails
// with ErrExists when dir is there and not empty.
func (s *Store) publish(dir string, fill func(temp string) error) error {
	parent := path.Dir(dir)
	if err := s.mkdir(parent); err != nil {
		return err
	}
	temp := path.Join(parent, tempPrefix+rand.Text())
	err := s.root.Mkdir(temp, 0o777)
	if err == nil {
		err = fill(temp)
	}
	if err == nil {
		err = s.root.Rename(temp, dir)
		if errors.Is(err, fs.ErrExist) || errors.Is(err, syscall.ENOTEMPTY) {
			err = fmt.Errorf("%s: %w", s.real(dir), ErrExists)
		}
	}
	if err != nil {
		return errors.Join(err, s.root.RemoveAll(temp))
	}
	return s.syncDir(parent)
}
