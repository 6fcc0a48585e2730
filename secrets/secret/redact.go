package secret

import (
	"bytes"
	"maps"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
)

// Least is how many bytes a secret must have for a Redactor to know it: fewer
// stand in too many lines that have nothing to do with it.
const Least = 8

// most is how many bytes of a secret a Redactor knows.
const most = 16 << 10

// leastLine is how many bytes a line of a secret of several lines must have.
const leastLine = 12

// Redactor takes secrets out of lines of text: those that it was made to know,
// in the forms in which they get about, and private keys that can be told from
// how they look (see Clean). The zero Redactor knows none; a nil one cleans
// nothing but those keys. Its methods may be called by several goroutines at
// once. It holds what it knows in clear, for as long as it is held itself, and
// no formatting verb prints that.
type Redactor struct {
	mu sync.Mutex
	// Both are pointers that package fmt does not follow.
	forms  atomic.Pointer[map[string]kind] // under mu
	search atomic.Pointer[search]          // for all forms; nil until the next Clean
}

// Know makes a secret known: without the white space around it, and, of one in
// several lines, each line of at least 12 bytes that is neither a frame of PEM
// nor a comment. One of less than 8 bytes, Least, is not known: Clean leaves it
// in. So it does what a secret has behind 16 KiB. The value may be wiped
// afterwards.
func (r *Redactor) Know(v Value) {
	text := v.Bytes()
	text = bytes.TrimSpace(text[:min(len(text), most)])
	if r == nil || len(text) < Least {
		return
	}
	r.mu.Lock()
	defer r.mu.Unlock()
	known := map[string]kind{}
	if old := r.forms.Load(); old != nil {
		known = *old
	}
	before := len(known)
	addForms(known, string(text))
	if bytes.ContainsRune(text, '\n') {
		for line := range bytes.Lines(text) {
			if line = bytes.TrimSpace(line); len(line) >= leastLine && line[0] != '#' && !bytes.HasPrefix(line, []byte("-----")) {
				addForms(known, string(line))
			}
		}
	}
	if len(known) != before {
		r.forms.Store(&known)
		r.search.Store(nil)
	}
}

// Clean returns a line with Redacted in the place of each form of what is known
// (as it is; escaped for JSON, Go and URLs; in hexadecimal; in base64, wherever
// it begins there and with all that surrounds it) and of each private key that
// shows itself: an age identity, also that of a plugin, the body of a PEM
// private key that is on one line with its first frame, and lines that are the
// body of one of Ed25519, X25519 or P-256. Other bodies of PEM keys look like
// any base64 where they stand on lines of their own, and are found only where
// they are known. So are secrets that are broken into several lines by another
// than the programs base64 and openssl: of them only whole lines are found.
// A line without any takes a quarter of a microsecond.
func (r *Redactor) Clean(line string) string {
	s := patterns
	if r != nil {
		if s = r.search.Load(); s == nil {
			s = r.build()
		}
	}
	found := s.find(line)
	if len(found) == 0 {
		return line
	}
	return without(line, found)
}

// build makes the search of all that is known by now.
func (r *Redactor) build() *search {
	r.mu.Lock()
	defer r.mu.Unlock()
	if s := r.search.Load(); s != nil {
		return s
	}
	s := patterns
	if known := r.forms.Load(); known != nil {
		all := maps.Clone(looks)
		maps.Copy(all, *known)
		s = newSearch(all)
	}
	r.search.Store(s)
	return s
}

// without replaces parts of a line, which may overlap.
func without(line string, parts []part) string {
	slices.SortFunc(parts, func(a, b part) int { return a.from - b.from })
	var out strings.Builder
	at := 0
	for i, p := range parts {
		if i == 0 || p.from > at {
			out.WriteString(line[at:p.from])
			out.WriteString(Redacted)
		}
		at = max(at, p.to)
	}
	out.WriteString(line[at:])
	return out.String()
}
