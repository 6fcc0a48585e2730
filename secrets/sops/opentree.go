package sops

import (
	"crypto/subtle"
	"fmt"
	"hash"
	"strings"
)

// opener decrypts the documents of one file.
type opener struct {
	key    []byte
	sel    selection
	mac    hash.Hash
	doubts []Doubt
	docs   []branch
	places []string // additional data of maps and lists, once it is needed
	tries  int      // how often one that is not the comment's own was tried
}

// maxTries bounds the search for the places of comments, which anybody can
// put into a file.
const maxTries = 20_000

// openTree decrypts documents in place and returns the text of their MAC and
// what in them nothing authenticates.
func openTree(docs []branch, key []byte, sel selection) ([]byte, []Doubt, error) {
	o := &opener{key: key, sel: sel, mac: newMAC(sel.macOnly), docs: docs}
	for _, doc := range docs {
		o.doubts = append(o.doubts, empties(doc, nil)...)
		err := walk(doc, func(l leaf) (any, error) {
			v, err := o.leaf(l)
			if err != nil {
				err = fmt.Errorf("line %d, %s: %w", l.line, l.where(), err)
			}
			return v, err
		})
		if err != nil {
			return nil, nil, err
		}
	}
	return macText(o.mac), o.doubts, nil
}

func (o *opener) doubt(l leaf, kind DoubtKind) {
	o.doubts = append(o.doubts, Doubt{kind, strings.Join(l.path, "."), l.line})
}

func (o *opener) leaf(l leaf) (v any, err error) {
	c, isComment := l.value.(comment)
	encrypted := o.sel.encrypts(l.path, l.comments, isComment)
	v = l.value
	switch {
	case encrypted && isComment:
		v = o.comment(l, c)
	case encrypted:
		if v, err = openValue(l, o.key); err != nil {
			return nil, err
		}
		o.bound(l, v)
	case isComment:
	case o.sel.macOnly:
		o.doubt(l, DoubtFree)
	default:
		o.doubt(l, DoubtClear)
	}
	if _, isComment := v.(comment); isComment || !encrypted && o.sel.macOnly {
		return v, nil
	}
	plain, _, err := plainBytes(v)
	if err == nil {
		o.mac.Write(plain)
		clear(plain)
	}
	return v, err
}

// comment opens an encrypted comment. Comments are not part of the MAC, and
// where one stands in YAML is not always where it is found again: so one that
// does not open at its place may belong to a neighbour. What is no encrypted
// comment stays as it is, as with the sops command.
func (o *opener) comment(l leaf, c comment) comment {
	s, err := parseTyped(c.text)
	if err != nil || s.kind != "comment" {
		if c.text != "" {
			o.doubt(l, DoubtComment)
		}
		return c
	}
	if plain, err := s.open(o.key, l.aad()); err == nil {
		return comment{text: string(plain), inline: c.inline, opened: true}
	}
	if o.places == nil {
		for _, doc := range o.docs {
			o.places = places(o.places, doc, nil)
		}
	}
	for _, aad := range o.places {
		if o.tries++; o.tries > maxTries {
			break
		}
		if plain, err := s.open(o.key, aad); err == nil {
			o.doubt(l, DoubtMoved)
			return comment{text: string(plain), inline: c.inline, opened: true}
		}
	}
	o.doubt(l, DoubtStray)
	return c
}

// places appends the additional data of every map and list in v, up to
// maxTries in all. A map in a list has that of the list.
func places(to []string, v any, path []string) []string {
	if len(to) >= maxTries {
		return to
	}
	switch v := v.(type) {
	case branch:
		return placesBelow(append(to, leaf{path: path}.aad()), v, path)
	case []any:
		to = append(to, leaf{path: path}.aad())
		for _, e := range v {
			if m, isMap := e.(branch); isMap {
				to = placesBelow(to, m, path)
			} else {
				to = places(to, e, path)
			}
		}
	}
	return to
}

func placesBelow(to []string, b branch, path []string) []string {
	for _, it := range b {
		if it.note == nil {
			to = places(to, it.value, append(path[:len(path):len(path)], it.key))
		}
	}
	return to
}

// openValue decrypts one value. In a list it may turn out to be a comment,
// because that is how sops keeps encrypted comments there.
func openValue(l leaf, key []byte) (any, error) {
	text, ok := l.value.(string)
	switch {
	case !ok:
		return nil, fmt.Errorf("%w: a value that is not encrypted where encrypted ones belong", ErrFormat)
	case text == "":
		return text, nil
	}
	s, err := parseTyped(text)
	if err != nil {
		return nil, err
	}
	if s.kind == "comment" && !l.inList {
		return nil, fmt.Errorf("%w: an encrypted comment where a value belongs", ErrFormat)
	}
	plain, err := s.open(key, l.aad())
	if err != nil {
		return nil, err
	}
	defer clear(plain)
	return typed(plain, s.kind)
}

// sameMAC compares the authenticated MAC with that of what was read.
func sameMAC(a, b []byte) bool { return subtle.ConstantTimeCompare(a, b) == 1 }
