package sops

import (
	"fmt"
	"regexp"
	"strings"
	"time"
)

// File is an encrypted file, read but not opened.
type File struct {
	Store    Store
	Selector Selector // of a structured store; not authenticated, but what it changes is found

	Age      []Stanza  // in file order
	PGP      []string  // fingerprints, in file order
	Foreign  []string  // other kinds of keys it has: "kms", "key_groups", ...
	Modified time.Time // authenticated only once Decrypt succeeded
	Version  string    // of the sops format; not authenticated

	lastModified string
	mac          string
	data         string   // of the binary store
	docs         []branch // of the others, encrypted, without the metadata
	meta         string   // the metadata as JSON
}

// Stanza is the data key encrypted to one age recipient.
type Stanza struct {
	Recipient string // unauthenticated
	Enc       string // an armored age file
}

// Recipients are the age recipients that the file claims, in file order. They
// are not authenticated: compare them with who should read, never reuse them.
func (f *File) Recipients() []string {
	out := make([]string, len(f.Age))
	for i, s := range f.Age {
		out[i] = s.Recipient
	}
	return out
}

// The forms of what stands in a file: a recipient is a bech32 text (native,
// post-quantum or of a plugin) or an SSH public key.
var (
	recipientForm   = regexp.MustCompile(`^(age1[a-z0-9]+|ssh-(ed25519|rsa) [A-Za-z0-9+/=]+( [ -~]*)?)$`)
	fingerprintForm = regexp.MustCompile(`^[0-9A-Fa-f ]{8,60}$`)
	versionForm     = regexp.MustCompile(`^3\.[0-9]{1,6}\.[0-9]{1,6}(-[0-9A-Za-z.-]{1,40})?$`)
)

// looksLikeRecipient checks the form only; the key may still be wrong.
func looksLikeRecipient(s string) bool {
	return len(s) <= maxRecipient && recipientForm.MatchString(s)
}

// Parse reads a file of the binary store. Its errors wrap ErrFormat.
func Parse(text []byte) (*File, error) {
	if len(text) > maxFile {
		return nil, fmt.Errorf("%w: larger than %d MiB", ErrFormat, maxFile>>20)
	}
	r, err := newReader(text)
	if err != nil {
		return nil, err
	}
	f := &File{Store: Binary}
	var hasData, hasMeta bool
	err = r.object(func(key string) (err error) {
		switch key {
		case "data":
			hasData = true
			f.data, err = r.str()
		case "sops":
			hasMeta = true
			err = r.object(func(key string) error { return f.metadata(r, key) })
		default:
			err = r.fail("a field beside data and sops (is it encrypted at all?)")
		}
		return err
	})
	if err == nil {
		err = r.end()
	}
	if err == nil && (!hasData || !hasMeta) {
		err = r.fail("data or sops is missing (is it encrypted at all?)")
	}
	if err == nil {
		err = f.complete()
	}
	if err != nil {
		return nil, err
	}
	return f, nil
}

// metadata reads one field below "sops".
func (f *File) metadata(r *reader, key string) (err error) {
	switch key {
	case "age":
		return r.array(func() error { return f.stanza(r) })
	case "pgp":
		return r.array(func() error { return f.pgp(r) })
	case "lastmodified":
		f.lastModified, err = r.str()
	case "mac":
		f.mac, err = r.str()
	case "version":
		f.Version, err = r.str()
	case "mac_only_encrypted":
		f.Selector.MACOnlyEncrypted, err = r.boolean()
	case "kms", "gcp_kms", "azure_kv", "hc_vault", "hckms", "key_groups", "shamir_threshold":
		var filled bool
		if filled, err = r.filled(); filled {
			f.Foreign = append(f.Foreign, key)
		}
	case "unencrypted_suffix":
		// Old versions write it into binary files too, where it selects
		// nothing unless it names "data" itself.
		var suffix string
		if suffix, err = r.str(); f.Store != Binary {
			f.Selector.UnencryptedSuffix = suffix
		} else if err == nil && suffix != "" && suffix != "_unencrypted" {
			err = r.fail("unencrypted_suffix has no place in a binary file")
		}
	default:
		if f.Store == Binary || !f.Selector.Set(key, "") {
			return r.fail("unknown metadata %s", quote(key))
		}
		var pattern string
		pattern, err = r.str()
		f.Selector.Set(key, pattern)
	}
	return err
}

func (f *File) stanza(r *reader) error {
	var s Stanza
	err := r.object(func(key string) (err error) {
		switch key {
		case "recipient":
			s.Recipient, err = r.str()
		case "enc":
			s.Enc, err = r.str()
		default:
			err = r.fail("unknown field %s of an age key", quote(key))
		}
		return err
	})
	switch {
	case err != nil:
		return err
	case !looksLikeRecipient(s.Recipient):
		return r.fail("malformed age recipient")
	case s.Enc == "" || len(s.Enc) > maxStanza:
		return r.fail("enc of an age key is empty or too large")
	case len(f.Age) >= maxRecipients:
		return r.fail("more than %d recipients", maxRecipients)
	}
	f.Age = append(f.Age, s)
	return nil
}

func (f *File) pgp(r *reader) error {
	var fp string
	err := r.object(func(key string) (err error) {
		switch key {
		case "fp":
			fp, err = r.str()
		case "enc", "created_at":
			_, err = r.str()
		default:
			err = r.fail("unknown field %s of a pgp key", quote(key))
		}
		return err
	})
	switch {
	case err != nil:
		return err
	case !fingerprintForm.MatchString(fp):
		return r.fail("malformed pgp fingerprint")
	case len(f.PGP) >= maxRecipients:
		return r.fail("more than %d recipients", maxRecipients)
	}
	f.PGP = append(f.PGP, strings.ToUpper(strings.ReplaceAll(fp, " ", "")))
	return nil
}

// complete checks what must be there and how it must look.
func (f *File) complete() (err error) {
	if f.Modified, err = time.Parse(time.RFC3339, f.lastModified); err != nil || f.Modified.Format(time.RFC3339) != f.lastModified {
		return fmt.Errorf("%w: lastmodified is missing or not of the form 2006-01-02T15:04:05Z", ErrFormat)
	}
	if !versionForm.MatchString(f.Version) {
		return fmt.Errorf("%w: the format's version is missing or not 3.x", ErrFormat)
	}
	if _, err := parseSealed(f.mac); err != nil {
		return fmt.Errorf("mac: %w", err)
	}
	if f.Store == Binary && f.data != "" {
		if _, err := parseSealed(f.data); err != nil {
			return fmt.Errorf("data: %w", err)
		}
	}
	if len(f.Age)+len(f.PGP)+len(f.Foreign) == 0 {
		return fmt.Errorf("%w: it has no recipient", ErrFormat)
	}
	return nil
}

// quote shows a name out of a hostile file, shortened.
func quote(s string) string {
	if len(s) > 40 {
		s = s[:40] + "..."
	}
	return fmt.Sprintf("%q", s)
}
