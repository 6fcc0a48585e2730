// Package canary looks for secrets where they should not be: in texts, below
// directories, in all that a git repository holds, and in what the processes of
// this computer show of themselves. It knows the forms in which a secret gets
// about: as it is, in base64 at any offset, in hexadecimal, escaped for URLs,
// JSON, YAML, Go and the shell, in UTF-16, and broken into lines or columns.
// Only tests import it.
//
// A Scanner may be used by several goroutines at once.
package canary

import (
	"bytes"
	"encoding/binary"
	"fmt"
	"maps"
	"slices"
	"sync"
)

const (
	// Least is how many bytes a secret must have to be recognised.
	Least = 12
	// piece is how many bytes of a form have to stand together to be found. Of
	// longer forms the pieces overlap by half.
	piece = 16
	// start is how many bytes a piece is looked up by.
	start = 8
)

// Scanner knows secrets, and finds them. The zero Scanner knows none.
type Scanner struct {
	mu     sync.RWMutex
	pieces map[uint64][]one     // by their first bytes
	starts [1 << 16 / 64]uint64 // which first bytes there are, folded
}

// one is a piece of a form of a secret.
type one struct {
	rest []byte // what follows the first bytes
	Find
}

// raw is the form of what was written as it is.
const raw = "raw"

// Find is a secret that was found.
type Find struct {
	Secret string // its name
	Form   string
}

func (f Find) String() string { return f.Secret + " in the form " + f.Form }

// Add makes a secret known by a name. What is secret in a text that has more in
// it, such as the private half of a key, is found as well without the rest; the
// public half is no find. A secret of which too little would be left is an
// error.
func (s *Scanner) Add(name string, text []byte) error {
	parts, err := secretParts(text)
	if err != nil {
		return fmt.Errorf("%s: %w", name, err)
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.pieces == nil {
		s.pieces = map[uint64][]one{}
	}
	for _, part := range parts {
		if len(squeeze(part)) < Least {
			return fmt.Errorf("%s: of %d bytes, and it takes %d to be recognised", name, len(squeeze(part)), Least)
		}
		s.add(Find{name, raw}, squeeze(part)) // what others share with it is called so
		all := forms(part)
		for _, form := range slices.Sorted(maps.Keys(all)) {
			s.add(Find{name, form}, squeeze(all[form]))
		}
	}
	return nil
}

func (s *Scanner) add(f Find, form []byte) {
	for at := 0; ; at += piece / 2 {
		at = min(at, max(len(form)-piece, 0))
		end := min(at+piece, len(form))
		key := binary.BigEndian.Uint64(form[at:])
		rest := form[at+start : end]
		if !slices.ContainsFunc(s.pieces[key], func(o one) bool { return bytes.Equal(o.rest, rest) }) {
			s.pieces[key] = append(s.pieces[key], one{rest, f})
			s.starts[fold(key)/64] |= 1 << (fold(key) % 64)
		}
		if end == len(form) {
			return
		}
	}
}

// fold makes sixteen bits of the first bytes of a piece.
func fold(key uint64) uint16 { return uint16((key * 0x9e3779b97f4a7c15) >> 48) }

// Find looks for all known secrets in a text. Each is told
// once, in the form that comes first.
func (s *Scanner) Find(text []byte) (found []Find) {
	s.mu.RLock()
	defer s.mu.RUnlock()
	text = squeeze(text)
	var key uint64
	for i, b := range text {
		key = key<<8 | uint64(b)
		if bit := fold(key); i < start-1 || s.starts[bit/64]&(1<<(bit%64)) == 0 {
			continue
		}
		for _, o := range s.pieces[key] {
			if bytes.HasPrefix(text[i+1:], o.rest) && !slices.ContainsFunc(found, func(f Find) bool { return f.Secret == o.Secret }) {
				found = append(found, o.Find)
			}
		}
	}
	return found
}

// dropped are the bytes that count for nothing: white space and NUL, so that
// lines may end anywhere and wide characters are as narrow ones, and those of
// which the frames of a screen consist.
var dropped = [256]bool{'\t': true, '\n': true, '\v': true, '\f': true, '\r': true, ' ': true, 0: true, 0xe2: true, 0x94: true, 0x82: true}

// squeeze is a text without what is dropped.
func squeeze(text []byte) []byte {
	out := make([]byte, 0, len(text))
	for _, b := range text {
		if !dropped[b] {
			out = append(out, b)
		}
	}
	return out
}
