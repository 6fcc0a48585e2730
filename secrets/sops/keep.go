package sops

import (
	"crypto/sha256"
	"encoding/binary"
	"fmt"

	"assay/secrets/secret"
)

// kept are the ciphertexts of an older version of a file, by what they say
// and where: a value that did not change is written as it was, so that a diff
// shows only what did. Each is used once: two equal values do not show that
// they are equal.
type kept map[[sha256.Size]byte][]string

func place(aad, kind string, plain []byte) [sha256.Size]byte {
	h := sha256.New()
	for _, part := range []string{aad, kind} {
		h.Write(binary.BigEndian.AppendUint64(nil, uint64(len(part))))
		h.Write([]byte(part))
	}
	h.Write(plain)
	return [sha256.Size]byte(h.Sum(nil))
}

// take returns the ciphertext of a value, and not again.
func (k kept) take(aad, kind string, plain []byte) (string, bool) {
	if len(k) == 0 {
		return "", false
	}
	at := place(aad, kind, plain)
	texts := k[at]
	if len(texts) == 0 {
		return "", false
	}
	k[at] = texts[1:]
	return texts[0], true
}

// keep collects the ciphertexts of a structured file.
func (f *File) keep(key []byte) (kept, error) {
	out := kept{}
	for _, doc := range copyBranches(f.docs) {
		err := walk(doc, func(l leaf) (any, error) {
			text, isText := l.value.(string)
			if c, ok := l.value.(comment); ok {
				text, isText = c.text, true
			}
			if !isText {
				return l.value, nil
			}
			if s, err := parseTyped(text); err == nil {
				if plain, err := s.open(key, l.aad()); err == nil {
					at := place(l.aad(), s.kind, plain)
					out[at] = append(out[at], text)
					clear(plain)
				}
			}
			return l.value, nil
		})
		if err != nil {
			return nil, err
		}
	}
	return out, nil
}

// Replace puts another document, such as an edited one, in place of the whole
// plaintext. Its errors wrap ErrFormat and quote nothing of it.
func (o *Opened) Replace(plain secret.Value) error {
	if plain.Len() > MaxPlaintext {
		return fmt.Errorf("secret is larger than %d MiB", MaxPlaintext>>20)
	}
	if o.Form.Store == Binary {
		o.plain = plain
		return nil
	}
	docs, err := load(o.Form.Store, plain.Bytes(), true)
	if err == nil {
		o.docs = docs
	}
	return err
}

// Update writes the file so that little of it changes, as sops edit and sops
// set do: the data key and what it is wrapped in stay, and so does every value
// that is the same at the same place. Recipients are who may read by policy.
// If the file is for others it is refused with ErrRecipient, as is a file that
// is new: those take Encrypt.
//
// Whoever ever held the data key can read what is written with it. So Update
// is only for a file that is known to be in order, such as one that Compare
// shows to be what the repository has; when a reader was removed, and when in
// doubt, use Encrypt.
func (o *Opened) Update(recipients []string) ([]byte, error) {
	if o.from == nil {
		return nil, fmt.Errorf("%w: a new file has no data key to keep", ErrRecipient)
	}
	if len(o.from.PGP)+len(o.from.Foreign) > 0 {
		return nil, fmt.Errorf("%w: it has keys of other kinds than age", ErrForeign)
	}
	if extra, missing := o.from.Drift(recipients); len(extra)+len(missing) > 0 {
		return nil, fmt.Errorf("%w: the file is for others than policy says (%d too many, %d missing)\nhint: encrypt it anew", ErrRecipient, len(extra), len(missing))
	}
	key := o.key.Bytes()
	if o.Form.Store == Binary {
		return o.updateBinary(key)
	}
	old, err := o.from.keep(key)
	if err != nil {
		return nil, err
	}
	return o.Form.encryptWith(copyBranches(o.docs), key, o.from.Age, old)
}

func (o *Opened) updateBinary(key []byte) ([]byte, error) {
	data, err := seal(key, o.plain.Bytes(), dataAAD)
	if err != nil {
		return nil, err
	}
	if s, err := parseSealed(o.from.data); err == nil {
		if plain, err := s.open(key, dataAAD); err == nil {
			before := secret.New(plain)
			if before.Equal(o.plain) {
				data = o.from.data
			}
			before.Wipe()
		}
	}
	return finishBinary(o.plain, data, key, o.from.Age)
}
