package sops

import (
	"crypto/sha256"
	"crypto/sha512"
	"fmt"
	"hash"
	"time"

	"assay/secrets/secret"
)

// metaKey is the name of the metadata in JSON and YAML.
const metaKey = "sops"

// load reads plaintext of a structured store.
func load(store Store, text []byte, plain bool) ([]branch, error) {
	switch store {
	case JSON:
		doc, err := loadJSON(text)
		return []branch{doc}, err
	case YAML:
		return loadYAML(text, plain)
	}
	return nil, fmt.Errorf("%w: a file of the store %s\nhint: use sops", ErrForeign, store)
}

func emit(form Form, docs []branch) ([]byte, error) {
	if form.Store == JSON {
		return emitJSON(docs[0], form.Indent)
	}
	return emitYAML(docs, form.Indent)
}

// newMAC starts the hash over all plaintext values. With mac_only_encrypted it
// starts with a fixed text, so that the two kinds cannot be taken for each
// other.
func newMAC(onlyEncrypted bool) hash.Hash {
	h := sha512.New()
	if onlyEncrypted {
		prefix := sha256.Sum256([]byte("sops"))
		h.Write(prefix[:])
	}
	return h
}

func macText(h hash.Hash) []byte { return fmt.Appendf(nil, "%X", h.Sum(nil)) }

// sealer encrypts the documents of one file.
type sealer struct {
	key  []byte
	sel  selection
	mac  hash.Hash
	kept kept // ciphertexts to use again; nil for none
}

// tree encrypts documents in place and returns the text of their MAC.
func (s *sealer) tree(docs []branch) ([]byte, error) {
	s.mac = newMAC(s.sel.macOnly)
	for _, doc := range docs {
		if err := walk(doc, s.leaf); err != nil {
			return nil, err
		}
	}
	return macText(s.mac), nil
}

func (s *sealer) leaf(l leaf) (any, error) {
	_, isComment := l.value.(comment)
	encrypted := s.sel.encrypts(l.path, l.comments, isComment)
	plain, kind, err := plainBytes(l.value)
	if err != nil {
		return nil, err
	}
	defer clear(plain)
	if !isComment && (encrypted || !s.sel.macOnly) {
		s.mac.Write(plain)
	}
	if !encrypted {
		return l.value, nil
	}
	text, ok := s.kept.take(l.aad(), kind, plain)
	if !ok {
		text, err = sealAs(s.key, plain, l.aad(), kind)
	}
	if err == nil && isComment && s.sel.name == "unencrypted_comment_regex" && s.sel.regex.MatchString(text) {
		err = fmt.Errorf("%w: unencrypted_comment_regex matches an encrypted comment, which would make the file unreadable", ErrSelector)
	}
	return text, err
}

// dropEmptyNotes removes comments without text from lists: sops would make
// empty values of them.
func dropEmptyNotes(v any) any {
	switch v := v.(type) {
	case branch:
		for i := range v {
			v[i].value = dropEmptyNotes(v[i].value)
		}
	case []any:
		out := v[:0]
		for _, e := range v {
			if c, ok := e.(comment); !ok || c.text != "" {
				out = append(out, dropEmptyNotes(e))
			}
		}
		return out
	}
	return v
}

// Encrypt returns a file in this form that every recipient can open, under a
// fresh data key. Plain is a document of the store. Recipients are as for the
// function Encrypt. Errors wrap ErrFormat, ErrSelector, ErrRecipient, or
// ErrForeign for a store that is not native; they quote nothing of plain.
func (f Form) Encrypt(plain secret.Value, recipients []string) ([]byte, error) {
	if f.Store == Binary {
		return encryptBinary(plain, recipients, f.Plugins)
	}
	if plain.Len() > MaxPlaintext {
		return nil, fmt.Errorf("secret is larger than %d MiB", MaxPlaintext>>20)
	}
	docs, err := load(f.Store, plain.Bytes(), true)
	if err != nil {
		return nil, err
	}
	return f.encrypt(docs, recipients)
}

// encrypt encrypts docs in place, under a fresh data key.
func (f Form) encrypt(docs []branch, recipients []string) ([]byte, error) {
	key := newKey()
	defer clear(key)
	stanzas, err := wrapKey(key, recipients, f.Plugins)
	if err != nil {
		return nil, err
	}
	return f.encryptWith(docs, key, stanzas, nil)
}

// encryptWith encrypts docs in place.
func (f Form) encryptWith(docs []branch, key []byte, stanzas []Stanza, old kept) ([]byte, error) {
	sel, err := f.Selector.compile()
	if err != nil {
		return nil, err
	}
	if len(docs) == 0 {
		return nil, fmt.Errorf("%w: empty, and sops wants at least one document", ErrFormat)
	}
	for i, doc := range docs {
		if _, ok := find(doc, metaKey); ok {
			return nil, fmt.Errorf("%w: it has the name sops at the top already (is it encrypted?)", ErrFormat)
		}
		docs[i] = dropEmptyNotes(doc).(branch)
	}
	s := &sealer{key: key, sel: sel, kept: old}
	mac, err := s.tree(docs)
	if err != nil {
		return nil, err
	}
	modified := time.Now().UTC().Format(time.RFC3339)
	sealedMAC, err := seal(key, mac, modified)
	if err != nil {
		return nil, err
	}
	meta := metadataTree(f.Selector, stanzas, modified, sealedMAC)
	for i := range docs {
		docs[i] = append(docs[i], item{key: metaKey, value: meta})
	}
	text, err := emit(f, docs)
	if err != nil {
		return nil, err
	}
	return text, f.readBack(text, key)
}

// readBack opens what is about to be written. Where a comment stands in YAML
// is not always where it is found again, and then a selector that goes by
// comments decides otherwise: the sops command writes such files, and nobody
// can read them.
func (f Form) readBack(text, key []byte) error {
	file, err := ParseAs(f.Store, text)
	if err == nil {
		var mac []byte
		if mac, err = unlockMAC(file, key); err == nil {
			_, err = file.openWith(key, mac)
		}
	}
	if err != nil {
		return fmt.Errorf("%w: the file could not be read back (%w); comments at odd places can cause it\nhint: put comments on lines of their own above what they are about", ErrFormat, err)
	}
	return nil
}

// metadataTree is the metadata as sops writes it, by name.
func metadataTree(sel Selector, stanzas []Stanza, modified, mac string) branch {
	var keys []any
	for _, s := range stanzas {
		keys = append(keys, branch{{key: "enc", value: s.Enc}, {key: "recipient", value: s.Recipient}})
	}
	name, pattern := sel.Active()
	fields := map[string]any{"age": keys, "lastmodified": modified, "mac": mac, "version": formatVersion, name: pattern}
	if sel.MACOnlyEncrypted {
		fields["mac_only_encrypted"] = true
	}
	return sorted(fields)
}

func find(b branch, name string) (any, bool) {
	for _, it := range b {
		if it.note == nil && it.key == name {
			return it.value, true
		}
	}
	return nil, false
}
