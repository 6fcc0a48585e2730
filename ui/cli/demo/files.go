package demo

import (
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"io/fs"
	"os"
	"path/filepath"

	"github.com/google/renameio/v2"

	"assay/modules/aspects"
	"assay/modules/packages"
)

// originFile records which example a demo's fleet was written from.
const originFile = ".assay-demo"

// writeFleet writes the example fleet out as a directory of its own, once: it
// is there to be edited. When assay has come to bring another example since,
// it says so and leaves everything alone.
func (w world) writeFleet() error {
	files, err := w.exampleFiles()
	if err != nil {
		return err
	}
	origin := filepath.Join(w.fleetDir(), originFile)
	sum := digest(files)
	was, err := os.ReadFile(origin)
	if err == nil {
		if !bytes.Equal(bytes.TrimSpace(was), sum) {
			w.Notice("this demo was made from another version of the example; hint: assay demo --reset starts over")
		}
		return nil
	}
	if !errors.Is(err, fs.ErrNotExist) {
		return err
	}
	for _, f := range files {
		path := filepath.Join(w.fleetDir(), filepath.FromSlash(f.path))
		if err := os.MkdirAll(filepath.Dir(path), 0o700); err != nil {
			return err
		}
		if err := renameio.WriteFile(path, f.text, 0o600, renameio.WithTempDir(filepath.Dir(path))); err != nil {
			return err
		}
	}
	// The record comes last: an interrupted start is repeated.
	return renameio.WriteFile(origin, append(sum, '\n'), 0o600, renameio.WithTempDir(w.fleetDir()))
}

type exampleFile struct {
	path string // below the fleet's directory, with slashes
	text []byte
}

// exampleFiles lists the example fleet's files in a fixed order.
func (w world) exampleFiles() ([]exampleFile, error) {
	text, err := registry(w.Example, w.Hosts)
	if err != nil {
		return nil, err
	}
	files := []exampleFile{{"fleet.toml", text}}
	for _, tree := range []struct {
		at string
		fs fs.FS
	}{{"modules/aspects", aspects.FS}, {"modules/packages", packages.FS}} {
		err := fs.WalkDir(tree.fs, ".", func(path string, d fs.DirEntry, err error) error {
			if err != nil || d.IsDir() {
				return err
			}
			text, err := fs.ReadFile(tree.fs, path)
			files = append(files, exampleFile{tree.at + "/" + path, text})
			return err
		})
		if err != nil {
			return nil, err
		}
	}
	return files, nil
}

// digest is the hex SHA-256 over the files' names and texts.
func digest(files []exampleFile) []byte {
	h := sha256.New()
	for _, f := range files {
		text := sha256.Sum256(f.text)
		h.Write([]byte(f.path + "\x00"))
		h.Write(text[:])
	}
	return hex.AppendEncode(nil, h.Sum(nil))
}
