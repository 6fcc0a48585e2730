package vars

import (
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"path"
	"strings"
)

// hashFile holds the hash of a generator's validation.
const hashFile = ".validation-hash"

// maxHashFile bounds what is read of it, in bytes.
const maxHashFile = 4096

// Hash is the hash by which clan sees that a generator's validation changed:
// lower-case hex SHA-256 of its compact JSON with sorted keys, as
// builtins.toJSON writes it. That of nil is "", the hash that is not there.
func Hash(validation any) (string, error) {
	if validation == nil {
		return "", nil
	}
	var b bytes.Buffer
	enc := json.NewEncoder(&b)
	enc.SetEscapeHTML(false)
	if err := enc.Encode(validation); err != nil {
		return "", fmt.Errorf("the validation of a generator: %w", err)
	}
	text := bytes.TrimSuffix(b.Bytes(), []byte("\n"))
	for _, r := range []string{"\u2028", "\u2029"} { // which Go escapes all the same
		text = bytes.ReplaceAll(text, fmt.Appendf(nil, `\u%04x`, []rune(r)[0]), []byte(r))
	}
	sum := sha256.Sum256(text)
	return hex.EncodeToString(sum[:]), nil
}

// StoredHash is the hash that the generator's files were made under; "" where
// none is stored.
func (s *Store) StoredHash(g Generator) (string, error) {
	if err := g.check(); err != nil {
		return "", err
	}
	text, err := s.read(path.Join(g.Dir(), hashFile), maxHashFile)
	if errors.Is(err, fs.ErrNotExist) {
		return "", nil
	}
	return strings.TrimSpace(string(text)), err
}

// SetHash stores the hash; "" removes it.
func (s *Store) SetHash(g Generator, hash string) error {
	if err := g.check(); err != nil {
		return err
	}
	name := path.Join(g.Dir(), hashFile)
	if hash != "" {
		return s.writeFile(name, []byte(hash), 0o666)
	}
	if err := s.root.Remove(name); err != nil && !errors.Is(err, fs.ErrNotExist) {
		return err
	}
	return nil
}
