package sops

import (
	"fmt"
	"slices"
	"strconv"
	"strings"

	"assay/secrets/secret"
)

// document is the one that o works on.
func (o *Opened) document() (*branch, error) {
	switch {
	case o.Form.Store == Binary:
		return nil, fmt.Errorf("a binary file has no fields")
	case o.Document < 0 || o.Document >= len(o.docs):
		return nil, fmt.Errorf("no document %d: the file has %d", o.Document, len(o.docs))
	}
	return &o.docs[o.Document], nil
}

// Documents is the number of documents of the file; 0 for a binary one.
func (o *Opened) Documents() int { return len(o.docs) }

// Secrets are the texts of the file that are encrypted in it, not its numbers
// and truths; of a binary one it is the whole.
func (o *Opened) Secrets() (out []secret.Value) {
	if o.Form.Store == Binary {
		return []secret.Value{o.plain}
	}
	sel, err := o.Form.Selector.compile()
	if err != nil {
		return nil // it was compiled when the file was opened
	}
	for _, doc := range o.docs {
		_ = walk(doc, func(l leaf) (any, error) {
			if text, ok := l.value.(string); ok && sel.encrypts(l.path, l.comments, false) {
				out = append(out, secret.New([]byte(text)))
			}
			return l.value, nil
		})
	}
	return out
}

// Get returns the text of one value; path names it, positions in lists as
// decimal numbers from 0. Of a map or list it is the plaintext in the store's
// notation.
func (o *Opened) Get(path ...string) (secret.Value, error) {
	doc, err := o.document()
	if err != nil {
		return secret.Value{}, err
	}
	v, err := at(*doc, path)
	if err != nil {
		return secret.Value{}, err
	}
	switch v := v.(type) {
	case nil:
		return secret.Value{}, nil
	case branch:
		text, err := emit(o.Form, []branch{v})
		return secret.New(text), err
	case []any:
		text, err := appendJSON(nil, v)
		return secret.New(text), err
	}
	text, _, err := plainBytes(v)
	return secret.New(text), err
}

// at follows a path down.
func at(v any, path []string) (any, error) {
	for i, name := range path {
		ok := false
		switch in := v.(type) {
		case branch:
			v, ok = find(in, name)
		case []any:
			n, found := element(in, name)
			if ok = found && n < len(in); ok {
				v = in[n]
			}
		}
		if !ok {
			return nil, fmt.Errorf("no value at %s", quote(strings.Join(path[:i+1], ".")))
		}
	}
	return v, nil
}

// element returns where in a list the element of that position stands, among
// the comments that stand there too. That of the first position behind the
// last element is the length of the list.
func element(list []any, position string) (int, bool) {
	n, err := strconv.Atoi(position)
	if err != nil || n < 0 || strconv.Itoa(n) != position {
		return 0, false
	}
	for i, e := range list {
		if _, note := e.(comment); note {
			continue
		}
		if n == 0 {
			return i, true
		}
		n--
	}
	return len(list), n == 0
}

// Set gives a text to the value at path, which is made if it is missing, with
// the maps on the way. In a list, the position behind the last one appends.
// Maps and lists are not replaced by a text.
func (o *Opened) Set(value secret.Value, path ...string) error {
	return o.set(path, func(old any) (any, error) {
		switch old.(type) {
		case branch:
			return nil, fmt.Errorf("%s is a map", quote(path[len(path)-1]))
		case []any:
			return nil, fmt.Errorf("%s is a list", quote(path[len(path)-1]))
		}
		return string(value.Bytes()), nil
	})
}

// SetJSON gives a JSON value to what stands at path, whatever that is, as sops
// set does: a text, number, truth, null, map or list. Paths are as for Set. A
// number without fraction is an int, where sops set makes a float of it. Its
// errors quote nothing of the value.
func (o *Opened) SetJSON(value secret.Value, path ...string) error {
	if value.Len() > MaxPlaintext {
		return fmt.Errorf("secret is larger than %d MiB", MaxPlaintext>>20)
	}
	r, err := newReader(value.Bytes())
	if err != nil {
		return err
	}
	v, err := r.value(len(path))
	if err == nil {
		err = r.end()
	}
	if err != nil {
		return err
	}
	return o.set(path, func(any) (any, error) { return v, nil })
}

// set puts what change makes of the value at path in its place.
func (o *Opened) set(path []string, change func(old any) (any, error)) error {
	doc, err := o.document()
	switch {
	case err != nil:
		return err
	case len(path) == 0:
		return fmt.Errorf("no field to set")
	case path[0] == metaKey:
		return fmt.Errorf("%w: the name sops is taken at the top", ErrFormat)
	case len(path) > maxNest:
		return fmt.Errorf("%w: more than %d names in one another", ErrFormat, maxNest)
	}
	changed, err := set(*doc, path, change)
	if err == nil {
		*doc = changed.(branch)
	}
	return err
}

// set returns v with the value at path changed. Nothing of v is changed if
// there is an error.
func set(v any, path []string, change func(old any) (any, error)) (any, error) {
	if len(path) == 0 {
		return change(v)
	}
	switch v := v.(type) {
	case nil:
		return set(branch{}, path, change)
	case branch:
		i := slices.IndexFunc(v, func(it item) bool { return it.note == nil && it.key == path[0] })
		if i < 0 {
			below, err := set(nil, path[1:], change)
			return append(v, item{key: path[0], value: below}), err
		}
		below, err := set(v[i].value, path[1:], change)
		if err == nil {
			v[i].value = below
		}
		return v, err
	case []any:
		i, ok := element(v, path[0])
		switch {
		case !ok:
			return nil, fmt.Errorf("no position %s in the list", quote(path[0]))
		case i == len(v):
			below, err := set(nil, path[1:], change)
			return append(v, below), err
		}
		below, err := set(v[i], path[1:], change)
		if err == nil {
			v[i] = below
		}
		return v, err
	}
	return nil, fmt.Errorf("a value stands where %s should be in a map", quote(path[0]))
}
