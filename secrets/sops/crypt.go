package sops

import (
	"bytes"
	"crypto/rand"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"slices"
	"strings"
	"time"

	"assay/secrets/secret"

	"filippo.io/age"
	"filippo.io/age/armor"
)

// formatVersion is the version of the sops command whose binary files this
// package was compared with. It is written into files, where the sops command
// reads it to recognise old formats.
const formatVersion = "3.13.3"

// dataAAD binds the value to its place in the document: the key path, joined
// by colons and closed with one.
const dataAAD = "data:"

// Encrypt returns a file that every recipient can open, under a fresh data
// key. Recipients are native age or SSH public keys; duplicates count once;
// they are written sorted. Its errors wrap ErrRecipient.
func Encrypt(plain secret.Value, recipients []string) ([]byte, error) {
	return encryptBinary(plain, recipients, Plugins{})
}

func encryptBinary(plain secret.Value, recipients []string, plugins Plugins) ([]byte, error) {
	if plain.Len() > MaxPlaintext {
		return nil, fmt.Errorf("secret is larger than %d MiB", MaxPlaintext>>20)
	}
	key := newKey()
	defer clear(key)
	stanzas, err := wrapKey(key, recipients, plugins)
	if err != nil {
		return nil, err
	}
	data, err := seal(key, plain.Bytes(), dataAAD)
	if err != nil {
		return nil, err
	}
	return finishBinary(plain, data, key, stanzas)
}

// newKey is a fresh data key.
func newKey() []byte {
	key := make([]byte, keySize)
	_, _ = rand.Read(key) // never fails: it ends the process instead
	return key
}

// finishBinary writes a file around the encrypted data, with its MAC.
func finishBinary(plain secret.Value, data string, key []byte, stanzas []Stanza) ([]byte, error) {
	modified := time.Now().UTC().Format(time.RFC3339)
	mac, err := seal(key, digest(plain.Bytes(), false), modified)
	if err != nil {
		return nil, err
	}
	return render(data, mac, modified, stanzas)
}

// render writes the document as the sops command does: fields by name, tabs,
// a newline at the end.
func render(data, mac, modified string, stanzas []Stanza) ([]byte, error) {
	type ageKey struct {
		Enc       string `json:"enc"`
		Recipient string `json:"recipient"`
	}
	type metadata struct {
		Age          []ageKey `json:"age"`
		LastModified string   `json:"lastmodified"`
		MAC          string   `json:"mac"`
		Version      string   `json:"version"`
	}
	meta := metadata{LastModified: modified, MAC: mac, Version: formatVersion}
	for _, s := range stanzas {
		meta.Age = append(meta.Age, ageKey{s.Enc, s.Recipient})
	}
	var out bytes.Buffer
	enc := json.NewEncoder(&out)
	enc.SetEscapeHTML(false)
	enc.SetIndent("", "\t")
	err := enc.Encode(struct {
		Data string   `json:"data"`
		Sops metadata `json:"sops"`
	}{data, meta})
	return out.Bytes(), err
}

func wrapKey(key []byte, recipients []string, plugins Plugins) ([]Stanza, error) {
	recipients = slices.Compact(slices.Sorted(slices.Values(recipients)))
	if len(recipients) == 0 {
		return nil, fmt.Errorf("%w: none given; nobody could read the file", ErrRecipient)
	}
	var stanzas []Stanza
	seen := map[string]bool{}
	for _, text := range recipients {
		if seen[bare(text)] { // the same SSH key with another comment
			continue
		}
		seen[bare(text)] = true
		recipient, err := parseRecipient(text, plugins)
		if err != nil {
			return nil, err
		}
		enc, err := armored(key, recipient)
		if err != nil {
			return nil, fmt.Errorf("%w %s: %w", ErrRecipient, quote(text), err)
		}
		stanzas = append(stanzas, Stanza{text, enc})
	}
	return stanzas, nil
}

func armored(key []byte, recipient age.Recipient) (string, error) {
	var text strings.Builder
	lines := armor.NewWriter(&text)
	w, err := age.Encrypt(lines, recipient)
	if err != nil {
		return "", err
	}
	_, err = w.Write(key)
	if err = errors.Join(err, w.Close(), lines.Close()); err != nil {
		return "", err
	}
	return text.String(), nil
}

// Decrypt opens the file with the first identity that fits and returns the
// whole plaintext, in the store's notation. Its errors wrap ErrNoIdentity,
// ErrForeign or ErrTampered.
func (f *File) Decrypt(identities []Identity) (secret.Value, error) {
	o, err := f.Open(identities)
	if err != nil {
		return secret.Value{}, err
	}
	o.key.Wipe()
	if f.Store == Binary {
		return o.plain, nil
	}
	defer o.Wipe()
	return o.Plain()
}

// openData decrypts the data of a binary file whose MAC has the text mac.
func (f *File) openData(key, mac []byte) (secret.Value, error) {
	var plain []byte
	if f.data != "" {
		value, err := parseSealed(f.data)
		if err != nil {
			return secret.Value{}, err
		}
		if plain, err = value.open(key, dataAAD); err != nil {
			return secret.Value{}, fmt.Errorf("data: %w", err)
		}
	}
	if !sameMAC(mac, digest(plain, f.Selector.MACOnlyEncrypted)) {
		clear(plain)
		return secret.Value{}, fmt.Errorf("mac does not belong to data: %w", ErrTampered)
	}
	return secret.New(plain), nil
}

// unlock returns the data key and the text of the authenticated MAC.
func (f *File) unlock(identities []Identity) (key, mac []byte, err error) {
	if slices.Contains(f.Foreign, "key_groups") || slices.Contains(f.Foreign, "shamir_threshold") {
		return nil, nil, fmt.Errorf("%w: it has key groups (shamir)\nhint: sops decrypt FILE", ErrForeign)
	}
	if key, err = f.dataKey(identities); err != nil {
		return nil, nil, err
	}
	if mac, err = unlockMAC(f, key); err != nil {
		clear(key)
		return nil, nil, err
	}
	return key, mac, nil
}

// unlockMAC returns the text of the MAC, which is bound to the time of the
// last change.
func unlockMAC(f *File, key []byte) ([]byte, error) {
	s, err := parseSealed(f.mac)
	if err != nil {
		return nil, err
	}
	mac, err := s.open(key, f.lastModified)
	if err != nil {
		return nil, fmt.Errorf("mac or lastmodified: %w", err)
	}
	return mac, nil
}

// dataKey opens the stanzas, those first whose recipient is that of an
// identity at hand, then the others: the recipient beside a stanza may lie.
// Plugins are asked last.
func (f *File) dataKey(identities []Identity) ([]byte, error) {
	var usable, plugins []age.Identity
	mine := map[string]bool{}
	for _, id := range identities {
		mine[bare(id.Recipient)] = true
		switch {
		case id.open == nil:
		case id.plugin != nil:
			plugins = append(plugins, id.open())
		default:
			usable = append(usable, id.open())
		}
	}
	ordered := slices.Clone(f.Age)
	slices.SortStableFunc(ordered, func(a, b Stanza) int {
		return rank(mine[bare(a.Recipient)]) - rank(mine[bare(b.Recipient)])
	})
	if len(usable) > 0 {
		for _, s := range ordered {
			if key := unwrap(s.Enc, usable); key != nil {
				return key, nil
			}
		}
	}
	if key, err := askPlugins(ordered, plugins); key != nil || err != nil {
		return key, err
	}
	return nil, f.explain(len(usable)+len(plugins), identities)
}

func rank(first bool) int {
	if first {
		return 0
	}
	return 1
}

// explain says why no data key came out.
func (f *File) explain(usable int, identities []Identity) error {
	if len(f.Age) == 0 {
		return fmt.Errorf("%w: it has only keys of other kinds (%s)\nhint: sops decrypt FILE", ErrForeign, strings.Join(f.kinds(), ", "))
	}
	var needs []string
	for _, id := range identities {
		switch {
		case id.open != nil:
		case id.refused != nil && (id.Recipient == "" || slices.Contains(f.Recipients(), id.Recipient)):
			return fmt.Errorf("%w: %w", ErrNoIdentity, id.refused)
		default:
			needs = append(needs, id.Needs)
		}
	}
	hint := "hint: set SOPS_AGE_KEY_FILE to the identity of one of its recipients"
	if len(needs) > 0 {
		slices.Sort(needs)
		hint = "hint: an identity at hand needs " + strings.Join(slices.Compact(needs), ", ")
	}
	return fmt.Errorf("%w: %d usable, %d recipients\n%s", ErrNoIdentity, usable, len(f.Age), hint)
}

func (f *File) kinds() []string {
	if len(f.PGP) == 0 {
		return f.Foreign
	}
	return append([]string{"pgp"}, f.Foreign...)
}

// unwrap returns the data key of a stanza, or nil.
func unwrap(enc string, identities []age.Identity) []byte {
	key, err := openArmored(enc, identities, keySize)
	if err != nil || len(key) != keySize {
		clear(key)
		return nil
	}
	return key
}

// openArmored decrypts an armored age file of at most limit bytes. A longer
// one gives a byte more. Nothing is returned unless all of it authenticates.
func openArmored(enc string, identities []age.Identity, limit int64) ([]byte, error) {
	r, err := age.Decrypt(armor.NewReader(strings.NewReader(enc)), identities...)
	if err != nil {
		return nil, err
	}
	out, err := io.ReadAll(io.LimitReader(r, limit+1))
	if err != nil {
		clear(out)
		return nil, err
	}
	return out, nil
}

// digest is the text that the MAC of a binary file holds: the hash of its
// plaintext, in upper-case hex.
func digest(plain []byte, macOnly bool) []byte {
	h := newMAC(macOnly)
	h.Write(plain)
	return macText(h)
}
