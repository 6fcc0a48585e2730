package sops

import (
	"fmt"
	"slices"
	"strconv"
	"strings"

	"assay/secrets/secret"
)

// ParseAs reads an encrypted file of a store. Its errors wrap ErrFormat, or
// ErrForeign for a store that is not native.
func ParseAs(store Store, text []byte) (*File, error) {
	if store == Binary {
		return Parse(text)
	}
	if len(text) > maxFile {
		return nil, fmt.Errorf("%w: larger than %d MiB", ErrFormat, maxFile>>20)
	}
	docs, err := load(store, text, false)
	if err != nil {
		return nil, err
	}
	f := &File{Store: store}
	for i, doc := range docs {
		if docs[i], err = f.detach(doc, i == 0); err != nil {
			return nil, err
		}
	}
	if len(docs) == 0 {
		return nil, fmt.Errorf("%w: no document", ErrFormat)
	}
	f.docs = docs
	if _, err := f.Selector.compile(); err != nil {
		return nil, fmt.Errorf("%w: %w", ErrFormat, err)
	}
	return f, f.complete()
}

// detach takes the metadata off a document. Every document of a file has the
// same.
func (f *File) detach(doc branch, first bool) (branch, error) {
	at := slices.IndexFunc(doc, func(it item) bool { return it.note == nil && it.key == metaKey })
	if at < 0 {
		return nil, fmt.Errorf("%w: a document without the field sops (is it encrypted at all?)", ErrFormat)
	}
	meta, ok := doc[at].value.(branch)
	if !ok {
		return nil, fmt.Errorf("line %d: %w: the field sops is no mapping", doc[at].line, ErrFormat)
	}
	// Metadata is the same in all stores but for its notation, so that of JSON
	// serves to read it.
	text, err := appendJSON(nil, meta)
	if err != nil {
		return nil, fmt.Errorf("line %d: %w: the field sops holds a value that does not belong there", doc[at].line, ErrFormat)
	}
	if !first {
		if string(text) != f.meta {
			return nil, fmt.Errorf("line %d: %w: documents of one file with different metadata", doc[at].line, ErrFormat)
		}
		return slices.Delete(doc, at, at+1), nil
	}
	f.meta = string(text)
	r, err := newReader(text)
	if err != nil {
		return nil, err
	}
	r.within = "sops"
	if err := r.object(func(key string) error { return f.metadata(r, key) }); err != nil {
		return nil, err
	}
	return slices.Delete(doc, at, at+1), nil
}

// Opened is a decrypted file. It holds plaintext in memory, partly as text
// that cannot be wiped: the YAML library works on nothing else. Its methods
// must not run at the same time.
type Opened struct {
	Form   Form    // of the file; set Indent if .sops.yaml says so
	Doubts []Doubt // what nothing authenticates, in file order

	docs  []branch     // of a structured store
	plain secret.Value // of the binary store
}

// Open decrypts the file with the first identity that fits. Its errors wrap
// ErrNoIdentity, ErrForeign or ErrTampered.
func (f *File) Open(identities []Identity) (*Opened, error) {
	if f.Store == Binary {
		plain, err := f.Decrypt(identities)
		if err != nil {
			return nil, err
		}
		return &Opened{Form: Form{Store: Binary}, plain: plain}, nil
	}
	key, mac, err := f.unlock(identities)
	if err != nil {
		return nil, err
	}
	defer clear(key)
	return f.openWith(key, mac)
}

// openWith opens a structured file whose MAC has the text mac.
func (f *File) openWith(key, mac []byte) (*Opened, error) {
	sel, err := f.Selector.compile()
	if err != nil {
		return nil, err
	}
	docs := make([]branch, len(f.docs))
	for i := range f.docs {
		docs[i] = copyBranch(f.docs[i])
	}
	got, doubts, err := openTree(docs, key, sel)
	if err != nil {
		return nil, err
	}
	if !sameMAC(mac, got) {
		return nil, fmt.Errorf("mac does not belong to the values: %w", ErrTampered)
	}
	return &Opened{Form: Form{Store: f.Store, Selector: f.Selector}, Doubts: doubts, docs: docs}, nil
}

// Plain is the whole plaintext, as the sops command prints it.
func (o *Opened) Plain() (secret.Value, error) {
	if o.Form.Store == Binary {
		return o.plain, nil
	}
	text, err := emit(o.Form, o.docs)
	return secret.New(text), err
}

// Encrypt writes the file anew for exactly these recipients, under a fresh
// data key: who is not among them cannot read it with what an older version
// held. Comments and order stay.
func (o *Opened) Encrypt(recipients []string) ([]byte, error) {
	if o.Form.Store == Binary {
		return o.Form.Encrypt(o.plain, recipients)
	}
	docs := make([]branch, len(o.docs))
	for i := range o.docs {
		docs[i] = copyBranch(o.docs[i])
	}
	return o.Form.encrypt(docs, recipients)
}

// Get returns the text of one value of the first document; path names it,
// positions in lists as decimal numbers. Of a map or list it is the plaintext
// in the store's notation.
func (o *Opened) Get(path ...string) (secret.Value, error) {
	if o.Form.Store == Binary {
		return secret.Value{}, fmt.Errorf("a binary file has no fields")
	}
	v, err := at(o.docs[0], path)
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
			v, ok = element(in, name)
		}
		if !ok {
			return nil, fmt.Errorf("no value at %s", quote(strings.Join(path[:i+1], ".")))
		}
	}
	return v, nil
}

func element(list []any, name string) (any, bool) {
	n, err := strconv.Atoi(name)
	for _, e := range list {
		if _, note := e.(comment); note {
			continue
		}
		if n == 0 && err == nil {
			return e, true
		}
		n--
	}
	return nil, false
}

// Set gives a text to the value at path in the first document, which is made
// if it is missing, with the maps on the way. Lists are not changed.
func (o *Opened) Set(value secret.Value, path ...string) error {
	if o.Form.Store == Binary || len(path) == 0 {
		return fmt.Errorf("no field to set")
	}
	if path[0] == metaKey {
		return fmt.Errorf("%w: the name sops is taken at the top", ErrFormat)
	}
	doc, err := set(o.docs[0], path, string(value.Bytes()))
	if err == nil {
		o.docs[0] = doc
	}
	return err
}

func set(b branch, path []string, text string) (branch, error) {
	i := slices.IndexFunc(b, func(it item) bool { return it.note == nil && it.key == path[0] })
	if i < 0 {
		b, i = append(b, item{key: path[0], value: branch{}}), len(b)
		if len(path) == 1 {
			b[i].value = ""
		}
	}
	below, isMap := b[i].value.(branch)
	switch {
	case len(path) > 1 && isMap:
		var err error
		b[i].value, err = set(below, path[1:], text)
		return b, err
	case len(path) > 1:
		return nil, fmt.Errorf("%s is no map", quote(path[0]))
	case isMap:
		return nil, fmt.Errorf("%s is a map", quote(path[0]))
	}
	if _, isList := b[i].value.([]any); isList {
		return nil, fmt.Errorf("%s is a list", quote(path[0]))
	}
	b[i].value = text
	return b, nil
}

// Wipe overwrites what can be overwritten, and forgets the rest.
func (o *Opened) Wipe() {
	o.plain.Wipe()
	o.docs = nil
}

// Drift compares the recipients that the file claims with those that policy
// wants. Both results are sorted.
func (f *File) Drift(recipients []string) (extra, missing []string) {
	claims := f.Recipients()
	for _, r := range claims {
		if !slices.Contains(recipients, r) {
			extra = append(extra, r)
		}
	}
	for _, r := range recipients {
		if !slices.Contains(claims, r) {
			missing = append(missing, r)
		}
	}
	slices.Sort(extra)
	slices.Sort(missing)
	return slices.Compact(extra), slices.Compact(missing)
}
