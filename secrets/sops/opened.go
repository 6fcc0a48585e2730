package sops

import (
	"fmt"
	"slices"

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

	// Document is the one that Get, Set and SetJSON work on, from 0. Only YAML
	// files may have more than one.
	Document int

	docs  []branch     // of a structured store
	plain secret.Value // of the binary store

	from *File        // what it was read from; nil for one that is new
	key  secret.Value // the data key of from
}

// Open decrypts the file with the first identity that fits. Its errors wrap
// ErrNoIdentity, ErrForeign or ErrTampered.
func (f *File) Open(identities []Identity) (*Opened, error) {
	key, mac, err := f.unlock(identities)
	if err != nil {
		return nil, err
	}
	o, err := f.openWith(key, mac)
	if err != nil {
		clear(key)
		return nil, err
	}
	o.from, o.key = f, secret.New(key)
	return o, nil
}

// openWith opens a file whose MAC has the text mac.
func (f *File) openWith(key, mac []byte) (*Opened, error) {
	if f.Store == Binary {
		plain, err := f.openData(key, mac)
		return &Opened{Form: Form{Store: Binary}, plain: plain}, err
	}
	sel, err := f.Selector.compile()
	if err != nil {
		return nil, err
	}
	docs := copyBranches(f.docs)
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
	return o.Form.encrypt(copyBranches(o.docs), recipients)
}

// Wipe overwrites what can be overwritten, and forgets the rest.
func (o *Opened) Wipe() {
	o.plain.Wipe()
	o.key.Wipe()
	o.docs = nil
}

// Drift compares the recipients that the file claims with those that policy
// wants. The comment of an SSH key makes no other key. Both results are sorted.
func (f *File) Drift(recipients []string) (extra, missing []string) {
	claimed, wanted := map[string]bool{}, map[string]bool{}
	for _, r := range recipients {
		wanted[bare(r)] = true
	}
	for _, r := range f.Recipients() {
		claimed[bare(r)] = true
		if !wanted[bare(r)] {
			extra = append(extra, r)
		}
	}
	for _, r := range recipients {
		if !claimed[bare(r)] {
			missing = append(missing, r)
		}
	}
	slices.Sort(extra)
	slices.Sort(missing)
	return slices.Compact(extra), slices.Compact(missing)
}
