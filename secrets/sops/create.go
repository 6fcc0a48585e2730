package sops

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"time"

	"assay/secrets/secret"
)

// CreateIdentity makes a new age identity and writes it to path, which must
// not exist yet: an identity that is overwritten takes its secrets with it.
// The file has mode 0600, the form that age-keygen writes, and appears whole
// or not at all. Missing directories are made with mode 0700.
func CreateIdentity(path string) (Identity, error) {
	id, key, err := NewIdentity(path)
	if err != nil {
		return Identity{}, err
	}
	defer key.Wipe()
	text := fmt.Appendf(nil, "# created: %s\n# public key: %s\n", time.Now().UTC().Format(time.RFC3339), id.Recipient)
	text = append(append(text, key.Bytes()...), '\n')
	held := secret.New(text)
	defer held.Wipe()

	dir := filepath.Dir(path)
	if err := os.MkdirAll(dir, 0o700); err != nil {
		return Identity{}, err
	}
	if err := writeNew(dir, path, held); err != nil {
		return Identity{}, err
	}
	return id, nil
}

// writeNew publishes a complete file by linking it to its name, which, unlike
// a rename, never replaces one.
func writeNew(dir, path string, text secret.Value) (err error) {
	f, err := os.CreateTemp(dir, ".identity-*") // mode 0600
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, os.Remove(f.Name())) }()
	_, err = f.Write(text.Bytes())
	if err = errors.Join(err, f.Sync(), f.Close()); err != nil {
		return err
	}
	if err := os.Link(f.Name(), path); err != nil {
		if errors.Is(err, fs.ErrExist) {
			return fmt.Errorf("%s: %w\nhint: use the identity that is there, or name another file", path, fs.ErrExist)
		}
		return err
	}
	d, err := os.Open(dir)
	if err != nil {
		return err
	}
	return errors.Join(d.Sync(), d.Close())
}
