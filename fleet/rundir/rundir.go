// Package rundir makes directories that end with their process. They lie below
// one directory of the present user's, XDG_RUNTIME_DIR/assay or, where there is
// no such directory and for what is large, TMPDIR/assay-UID. Each has a lock
// beside it for as long as its process lives, however that ends: who makes the
// next one removes those that nobody holds any more.
//
// Its functions may be used by several goroutines and processes at once.
package rundir

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"syscall"
	"time"

	"github.com/gofrs/flock"
)

// Dir is a directory of this process.
type Dir struct {
	Path string
	lock *flock.Flock
	once sync.Once
	err  error
}

// Small makes a directory for sockets and small files. kind is the beginning of
// its name, such as "ssh".
func Small(kind string) (*Dir, error) {
	if runtime := os.Getenv("XDG_RUNTIME_DIR"); filepath.IsAbs(runtime) {
		if d, err := in(filepath.Join(runtime, "assay"), kind); err == nil {
			return d, nil
		}
	}
	return Large(kind)
}

// Large makes a directory for whatever may need room: a runtime directory is in
// memory.
func Large(kind string) (*Dir, error) {
	d, err := in(filepath.Join(os.TempDir(), fmt.Sprintf("assay-%d", os.Getuid())), kind)
	if errors.Is(err, errNotOurs) { // somebody else was there first: one that nobody sweeps
		path, err := os.MkdirTemp("", "assay-"+kind+"-")
		return &Dir{Path: path}, err
	}
	return d, err
}

var errNotOurs = errors.New("not this user's alone")

// lockEnd is what the name of a directory's lock has at its end.
const lockEnd = ".lock"

// patience is for how long whoever makes or sweeps there is waited for.
const patience = time.Minute

// in makes a directory below base, and sweeps there. Whoever makes or sweeps
// holds the lock of base.
func in(base, kind string) (*Dir, error) {
	if err := os.Mkdir(base, 0o700); err != nil && !errors.Is(err, os.ErrExist) {
		return nil, err
	}
	if err := ours(base); err != nil {
		return nil, err
	}
	all := flock.New(filepath.Join(base, "lock"))
	ctx, cancel := context.WithTimeout(context.Background(), patience)
	defer cancel()
	if _, err := all.TryLockContext(ctx, 5*time.Millisecond); err != nil {
		return nil, fmt.Errorf("%s, which another process may hold: %w", all.Path(), err)
	}
	defer all.Close()
	sweep(base)
	path, err := os.MkdirTemp(base, kind+"-")
	if err != nil {
		return nil, err
	}
	d := &Dir{Path: path, lock: flock.New(path + lockEnd)}
	if err := d.lock.Lock(); err != nil {
		os.Remove(path)
		return nil, err
	}
	return d, nil
}

// ours refuses a directory that is not this user's alone: in TMPDIR, anybody may
// have made it.
func ours(dir string) error {
	info, err := os.Lstat(dir)
	if err != nil {
		return err
	}
	owner, ok := info.Sys().(*syscall.Stat_t)
	if !ok || !info.IsDir() || int(owner.Uid) != os.Getuid() || info.Mode().Perm()&0o077 != 0 {
		return fmt.Errorf("%s is %w", dir, errNotOurs)
	}
	return nil
}

// sweep removes the directories whose process has ended.
func sweep(base string) {
	locks, _ := filepath.Glob(filepath.Join(base, "*"+lockEnd))
	for _, name := range locks {
		lock := flock.New(name)
		if free, err := lock.TryLock(); err == nil && free {
			remove(strings.TrimSuffix(name, lockEnd), lock)
		}
	}
}

// remove removes a directory, then its lock, which is held.
func remove(path string, lock *flock.Flock) error {
	err := os.RemoveAll(path)
	if err == nil {
		err = os.Remove(lock.Path())
	}
	return errors.Join(err, lock.Close())
}

// Remove removes the directory with all that is in it. It may be called more
// than once.
func (d *Dir) Remove() error {
	d.once.Do(func() {
		if d.lock == nil {
			d.err = os.RemoveAll(d.Path)
			return
		}
		d.err = remove(d.Path, d.lock)
	})
	return d.err
}
