package secret

import (
	"encoding/binary"
	"math/bits"
	"strings"
)

// kind is how far the secret goes where a form of it was found.
type kind uint8

const (
	whole  kind = iota // no further than the form
	word               // base64: as far as the same word does, to both sides
	ageKey             // as far as an age identity does
	pemKey             // as far as the body of the key does
)

// looks are the beginnings of what is a private key whoever it belongs to.
var looks = map[string]kind{
	"AGE-SECRET-KEY-":       ageKey,
	"AGE-PLUGIN-":           ageKey,
	pemBegin:                pemKey,
	"MC4CAQAwBQYDK2VwBCIEI": word, // PKCS #8, Ed25519
	"MC4CAQAwBQYDK2VuBCIEI": word, // PKCS #8, X25519
	"MHcCAQEEI":             word, // SEC 1, P-256
}

const (
	pemBegin   = "-----BEGIN "
	pemEnd     = "-----END "
	pemPrivate = "PRIVATE KEY-----"
)

// patterns finds what looks like a private key, and nothing else.
var patterns = newSearch(looks)

// search finds forms in a line. It looks at blocks of bytes only, and skips as
// many as no form can begin in (Wu and Manber, "A fast algorithm for
// multi-pattern searching", 1994). It is not changed.
type search struct {
	skip  []uint8 // by the hash of a block
	down  int     // what a hash is shifted by to have the length of skip
	forms map[uint64][]form
}

// form is what is looked for. By its first Least bytes it is found.
type form struct {
	text string
	kind kind
}

// part is a place in a line.
type part struct{ from, to int }

const block = 3

// newSearch makes the search for forms, each of at least Least bytes.
func newSearch(forms map[string]kind) *search {
	size := min(max(bits.Len(uint(len(forms)))+6, 10), 18)
	s := &search{skip: make([]uint8, 1<<size), down: 32 - size, forms: make(map[uint64][]form, len(forms))}
	for i := range s.skip {
		s.skip[i] = Least - block + 1
	}
	for text, kind := range forms {
		key := keyOf(text)
		s.forms[key] = append(s.forms[key], form{text, kind})
		for at := range Least - block + 1 {
			to := &s.skip[s.hash(text, at)]
			*to = min(*to, uint8(Least-block-at))
		}
	}
	return s
}

func keyOf(text string) uint64 { return binary.BigEndian.Uint64([]byte(text[:Least])) }

func (s *search) hash(text string, at int) uint32 {
	return (uint32(text[at]) | uint32(text[at+1])<<8 | uint32(text[at+2])<<16) * 0x9e3779b1 >> s.down
}

// find returns where forms stand. The places are in no order.
func (s *search) find(line string) (found []part) {
	end := 0 // of what is found: no line is so bad that it is gone over again and again
	for at := Least - block; at+block <= len(line); {
		if skip := s.skip[s.hash(line, at)]; skip > 0 {
			at += int(skip)
			continue
		}
		from := at - (Least - block)
		for _, f := range s.forms[keyOf(line[from:])] {
			if from+len(f.text) <= end || !strings.HasPrefix(line[from:], f.text) {
				continue
			}
			if p := f.kind.reach(line, from, from+len(f.text)); p.to > p.from {
				found, end = append(found, p), max(end, p.to)
			}
		}
		at++
	}
	return found
}

// reach is how far a secret goes of which a form stands between from and to;
// nowhere, where there is no secret after all.
func (k kind) reach(line string, from, to int) part {
	switch k {
	case word:
		from = wordBegin(line, from)
		for to < len(line) && (inBase64(line[to]) || line[to] == '=') {
			to++
		}
	case ageKey:
		begin := to
		for to < len(line) && (isAlphanumeric(line[to]) || line[to] == '-') {
			to++
		}
		if to == begin {
			return part{}
		}
	case pemKey:
		name, rest, ok := strings.Cut(line[to:], "-----")
		if !ok || !strings.HasSuffix(name+"-----", pemPrivate) {
			return part{}
		}
		return bodyIn(rest, len(line)-len(rest))
	}
	return part{from, to}
}

// wordBegin is where the word of base64 begins that goes on at a place. What
// belongs to an escape before it, as in "\n", does not belong to it.
func wordBegin(line string, at int) int {
	from := at
	for from > 0 && inBase64(line[from-1]) {
		from--
	}
	escapes := from - len(strings.TrimRight(line[:from], `\`))
	switch {
	case escapes%2 == 0 || from == at:
		return from
	case line[from] == 'u':
		return min(from+len("u0000"), at)
	}
	return from + 1
}

// bodyIn is where the body of a PEM block stands in what follows its frame,
// which begins at a place in the line. Breaks of lines may be escaped.
func bodyIn(rest string, at int) part {
	from := len(rest) - len(strings.TrimLeft(rest, "\\nr \t\r\n"))
	to := from
	for to < len(rest) && inBase64(rest[to]) {
		to++
	}
	if to-from < 2*Least { // it is only spoken of
		return part{}
	}
	body, _, _ := strings.Cut(rest[from:], pemEnd)
	return part{at + from, at + from + len(strings.TrimRight(body, " \t\r\n"))}
}

func isAlphanumeric(b byte) bool {
	return b >= '0' && b <= '9' || b|0x20 >= 'a' && b|0x20 <= 'z'
}

// inBase64 reports whether the byte is in one of the two alphabets of base64.
func inBase64(b byte) bool {
	return isAlphanumeric(b) || b == '+' || b == '/' || b == '-' || b == '_'
}
