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

// written reports whether the example fleet has been written out whole, as a
// directory of its own. That happens once: it is there to be edited. When assay
// has come to bring another example since, it says so and leaves everything
// alone.
func (w world) written(files []exampleFile) (bool, error) {
	was, err := os.ReadFile(filepath.Join(w.fleetDir(), originFile))
	if errors.Is(err, fs.ErrNotExist) {
		return false, nil
	}
	if err == nil && !bytes.Equal(bytes.TrimSpace(was), digest(files)) {
		w.Notice("this demo was made from another version of the example; hint: " + w.ResetCommand() + " starts over")
	}
	return err == nil, err
}

// seal records that everything has been written. It comes last: an interrupted
// start is repeated.
func (w world) seal(files []exampleFile) error {
	return w.writeFile(exampleFile{originFile, append(digest(files), '\n')})
}

// writeFile writes a file of the fleet.
func (w world) writeFile(f exampleFile) error {
	path := filepath.Join(w.fleetDir(), filepath.FromSlash(f.path))
	if err := os.MkdirAll(filepath.Dir(path), 0o700); err != nil {
		return err
	}
	return renameio.WriteFile(path, f.text, 0o600, renameio.WithTempDir(filepath.Dir(path)))
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
