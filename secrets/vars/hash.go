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
	text = separators(text)
	sum := sha256.Sum256(text)
	return hex.EncodeToString(sum[:]), nil
}

// separators are what Go escapes in a JSON text and Nix does not: the line and
// the paragraph separator.
func separators(text []byte) []byte {
	var out []byte
	for i := 0; i < len(text); i++ {
		switch rest := text[i:]; {
		case bytes.HasPrefix(rest, []byte(`\u2028`)), bytes.HasPrefix(rest, []byte(`\u2029`)):
			out = append(out, "\u2028"[:2]...)
			out = append(out, "\xa8\xa9"[rest[5]-'8'])
			i += len(`\u2028`) - 1
		case rest[0] == '\\': // with what it escapes
			out = append(out, rest[:2]...)
			i++
		default:
			out = append(out, rest[0])
		}
	}
	return out
}

// ErrHash is returned for a stored hash that is none, as after a merge conflict.
var ErrHash = errors.New("not the hash of a validation")

// StoredHash is the hash that the generator's files were made under; "" where
// none is stored, and ErrHash for what is no hash.
func (s *Store) StoredHash(g Generator) (string, error) {
	if err := g.check(); err != nil {
		return "", err
	}
	text, err := s.read(path.Join(g.Dir(), hashFile), maxHashFile)
	if errors.Is(err, fs.ErrNotExist) {
		return "", nil
	}
	hash := strings.TrimSpace(string(text))
	if sum, e := hex.DecodeString(hash); err == nil && hash != "" && (e != nil || len(sum) != sha256.Size) {
		err = fmt.Errorf("%s: %w", s.real(path.Join(g.Dir(), hashFile)), ErrHash)
	}
	if err != nil {
		return "", err
	}
	return hash, nil
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
