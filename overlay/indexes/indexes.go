// Package indexes keeps what channels hold, a file for each tree of nixpkgs and
// system, so that versions are known without running Nix. A file that is
// damaged is told and not believed; it can be made again.
//
// A Store may be used by several goroutines and processes at once: files
// appear whole or not at all.
package indexes

import (
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"github.com/google/renameio/v2"

	"assay/overlay"
)

// Store is a directory of indexes. It is made when the first one is saved.
type Store struct{ Dir string }

// Key names what an index is of.
type Key struct {
	Tree   string // its content, as overlay.ChannelLock.Tree names it
	System string // "x86_64-linux"
}

const (
	suffix = ".index"
	kept   = 40      // files; those that were saved longest ago go first
	most   = 1 << 30 // bytes of a file
)

// path is the file of a key: nothing that a key says can lead out of the
// directory.
func (s Store) path(k Key) string {
	sum := sha256.Sum256([]byte(k.Tree + "\n" + k.System))
	return filepath.Join(s.Dir, hex.EncodeToString(sum[:20])+suffix)
}

// Version tells files of a key apart: it is another one once the index has
// been saved again, and zero where there is none.
type Version struct {
	size int64
	at   time.Time
}

// Version returns that of the file that the store has now.
func (s Store) Version(k Key) Version {
	st, err := os.Stat(s.path(k))
	if err != nil || !st.Mode().IsRegular() {
		return Version{}
	}
	return Version{st.Size(), st.ModTime()}
}

// Load reads an index. The error is fs.ErrNotExist where nobody saved one.
func (s Store) Load(k Key) (*overlay.Index, error) {
	path := s.path(k)
	file, err := os.Open(path)
	if err != nil {
		return nil, err
	}
	defer file.Close()
	st, err := file.Stat()
	switch {
	case err != nil:
		return nil, err
	case !st.Mode().IsRegular() || st.Size() > most:
		return nil, fmt.Errorf("%s: expected a file of at most %d bytes", path, int64(most))
	}
	text := make([]byte, st.Size())
	if _, err := io.ReadFull(file, text); err != nil {
		return nil, fmt.Errorf("%s: %w", path, err)
	}
	x, err := overlay.DecodeIndex(text)
	if err != nil {
		return nil, fmt.Errorf("%s: %w", path, err)
	}
	return x, nil
}

// Save writes an index and removes files that are too many.
func (s Store) Save(k Key, x *overlay.Index) error {
	if k.Tree == "" {
		return errors.New("flake.lock names no tree, neither by hash nor by revision, that the index would be of")
	}
	if err := os.MkdirAll(s.Dir, 0o700); err != nil {
		return err
	}
	if err := renameio.WriteFile(s.path(k), x.Encode(), 0o600); err != nil {
		return err
	}
	s.sweep()
	return nil
}

// sweep removes all but the newest files. That it cannot is nobody's trouble.
func (s Store) sweep() {
	entries, err := os.ReadDir(s.Dir)
	if err != nil {
		return
	}
	var files []fs.FileInfo
	for _, e := range entries {
		if st, err := e.Info(); err == nil && st.Mode().IsRegular() && strings.HasSuffix(e.Name(), suffix) {
			files = append(files, st)
		}
	}
	slices.SortFunc(files, func(a, b fs.FileInfo) int { return b.ModTime().Compare(a.ModTime()) })
	for _, st := range files[min(len(files), kept):] {
		_ = os.Remove(filepath.Join(s.Dir, st.Name()))
	}
}
