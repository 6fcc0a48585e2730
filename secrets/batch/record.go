package batch

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path"
	"path/filepath"
	"syscall"
	"time"

	"github.com/gofrs/flock"
	"github.com/google/renameio/v2"
)

const (
	recordVersion = 1
	maxRecord     = 64 << 20 // bytes
	maxHashed     = 64 << 20 // bytes of a file of the tree
)

// The states of a record.
const (
	preparing = "preparing"
	committed = "committed"
)

// record is the write-ahead record of one set.
type record struct {
	Version int      `json:"version"`
	Tree    string   `json:"tree"`
	State   string   `json:"state"`
	Made    []string `json:"made"` // directories that were not there, parents first
	Steps   []step   `json:"steps"`
}

// step is one path of a record.
type step struct {
	Path   string `json:"path"`
	Temp   string `json:"temp,omitempty"`
	Was    string `json:"was"`
	New    string `json:"new"`
	Remove bool   `json:"remove,omitempty"`
}

// Hash is what Change.Was wants of a file's content.
func Hash(content []byte) string {
	sum := sha256.Sum256(content)
	return hex.EncodeToString(sum[:])
}

func linkHash(to string) string { return "link " + Hash([]byte(to)) }

// HashAt is Hash of what is at a path of the tree in the directory dir: of a
// file's content, of where a symbolic link leads, "" for nothing.
func HashAt(dir, name string) (string, error) {
	tree, err := os.OpenRoot(dir)
	if err != nil {
		return "", err
	}
	defer tree.Close()
	return hashAt(tree, name)
}

func hashAt(tree *os.Root, name string) (string, error) {
	st, err := tree.Lstat(name)
	switch {
	case errors.Is(err, fs.ErrNotExist):
		return "", nil
	case err != nil:
		return "", err
	case st.Mode()&fs.ModeSymlink != 0:
		to, err := tree.Readlink(name)
		return linkHash(to), err
	case !st.Mode().IsRegular():
		return "", fmt.Errorf("%s: %w: no regular file", name, ErrPath)
	}
	f, err := tree.OpenFile(name, os.O_RDONLY|syscall.O_NONBLOCK|syscall.O_NOFOLLOW, 0)
	if err != nil {
		return "", err
	}
	defer f.Close()
	h := sha256.New()
	n, err := io.Copy(h, io.LimitReader(f, maxHashed+1))
	if err == nil && n > maxHashed {
		err = fmt.Errorf("%s: %w: larger than %d MiB", name, ErrPath, maxHashed>>20)
	}
	return hex.EncodeToString(h.Sum(nil)), err
}

// open opens the tree and locks it, as soon as nobody else writes there.
func (l *Log) open() (*os.Root, func() error, error) {
	lock := flock.New(l.tree, flock.SetFlag(os.O_RDONLY))
	ctx, cancel := context.WithTimeout(context.Background(), l.patience)
	defer cancel()
	if _, err := lock.TryLockContext(ctx, 20*time.Millisecond); errors.Is(err, context.DeadlineExceeded) {
		return nil, nil, fmt.Errorf("%s: %w; hint: see whether another assay or clan waits for something there", l.tree, ErrBusy)
	} else if err != nil {
		return nil, nil, fmt.Errorf("lock %s: %w", l.tree, err)
	}
	tree, err := os.OpenRoot(l.tree)
	if err != nil {
		return nil, nil, errors.Join(err, lock.Unlock())
	}
	return tree, func() error { return errors.Join(tree.Close(), lock.Unlock()) }, nil
}

// save replaces the record, and flushes it with its directory.
func (l *Log) save(r *record) error {
	dir := filepath.Dir(l.record)
	if err := os.MkdirAll(dir, 0o700); err != nil {
		return err
	}
	text, err := json.Marshal(r)
	if err != nil {
		return err
	}
	if err := renameio.WriteFile(l.record, text, 0o600); err != nil {
		return err
	}
	return syncDir(dir)
}

func syncDir(dir string) error {
	d, err := os.Open(dir)
	if err != nil {
		return err
	}
	return errors.Join(d.Sync(), d.Close())
}

// load reads the record; nil is none.
func (l *Log) load() (*record, error) {
	f, err := os.Open(l.record)
	if errors.Is(err, fs.ErrNotExist) {
		return nil, nil
	}
	if err != nil {
		return nil, err
	}
	defer f.Close()
	text, err := io.ReadAll(io.LimitReader(f, maxRecord))
	if err != nil {
		return nil, err
	}
	r := new(record)
	if err := json.Unmarshal(text, r); err != nil {
		return nil, fmt.Errorf("%s: not a record of what was being written: %w", l.record, err)
	}
	if r.Version != recordVersion || r.State != preparing && r.State != committed {
		return nil, fmt.Errorf("%s: written by another version of assay; hint: finish with that one", l.record)
	}
	for _, s := range r.Steps {
		if !fs.ValidPath(s.Path) || s.Temp != "" && (!fs.ValidPath(s.Temp) || path.Dir(s.Temp) != path.Dir(s.Path)) {
			return nil, fmt.Errorf("%s: %q: %w", l.record, s.Path, ErrPath)
		}
	}
	return r, nil
}

// drop removes the record: the set is wholly old or wholly new.
func (l *Log) drop() error {
	if err := os.Remove(l.record); err != nil {
		return err
	}
	return syncDir(filepath.Dir(l.record))
}
