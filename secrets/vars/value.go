package vars

import (
	"errors"
	"fmt"
	"io/fs"
	"path"
	"strings"

	"assay/secrets/secret"
	"assay/secrets/sops"
)

// Public returns the public value of a var, raw; fs.ErrNotExist when it has
// none.
func (s *Store) Public(id ID) ([]byte, error) {
	if err := id.check(); err != nil {
		return nil, err
	}
	b, err := s.read(path.Join(id.Dir(), "value"), maxValue)
	return b, wantGenerate(err, id)
}

// Secret decrypts the secret of a var in memory; fs.ErrNotExist when it has
// none, and the errors of sops.
func (s *Store) Secret(id ID, identities []sops.Identity) (secret.Value, error) {
	if err := id.check(); err != nil {
		return secret.Value{}, err
	}
	v, err := s.openSecret(id.Dir(), identities)
	return v, wantGenerate(err, id)
}

func wantGenerate(err error, id ID) error {
	if !errors.Is(err, fs.ErrNotExist) {
		return err
	}
	hint := "assay vars generate"
	if id.Scope == PerMachine {
		hint += " " + id.Owner
	}
	return fmt.Errorf("%w\nhint: %s", err, hint)
}

func (s *Store) openSecret(dir string, identities []sops.Identity) (secret.Value, error) {
	f, err := s.secretFile(dir)
	if err != nil {
		return secret.Value{}, err
	}
	v, err := f.Decrypt(identities)
	if err != nil {
		return secret.Value{}, fmt.Errorf("%s: %w", s.real(path.Join(dir, "secret")), err)
	}
	s.tell(v)
	return v, nil
}

// secretFile reads dir/secret without opening it.
func (s *Store) secretFile(dir string) (*sops.File, error) {
	name := path.Join(dir, "secret")
	text, err := s.read(name, maxValue)
	if err != nil {
		return nil, err
	}
	f, err := sops.Parse(text)
	if err != nil {
		return nil, fmt.Errorf("%s: %w", s.real(name), err)
	}
	return f, nil
}

// SetPublic writes the public value of a var.
func (s *Store) SetPublic(id ID, value []byte) error {
	if err := id.check(); err != nil {
		return err
	}
	return s.writeFile(path.Join(id.Dir(), "value"), value, 0o666)
}

// RemovePublic removes the public value of a var, where it has one.
func (s *Store) RemovePublic(id ID) error {
	if err := id.check(); err != nil {
		return err
	}
	if err := s.root.Remove(path.Join(id.Dir(), "value")); !errors.Is(err, fs.ErrNotExist) {
		return err
	}
	return nil
}

// SetSecret encrypts value to everybody in access and to whoever the var's
// links already name, under a fresh data key, and writes it. It is refused,
// and nothing is written, where the keys of one of them cannot be read. Links
// are only added. They come first: after a crash in between the old secret is
// there and its drift is seen.
func (s *Store) SetSecret(id ID, value secret.Value, access Access) error {
	if err := id.check(); err != nil {
		return err
	}
	return s.fillSecret(id.Dir(), value, access)
}

// fillSecret links the readers into dir and writes the secret there, for
// everybody whom the links name then.
func (s *Store) fillSecret(dir string, value secret.Value, access Access) error {
	to, err := s.all(access)
	if err != nil {
		return err
	}
	readers, faults := newLedger(s).granted(dir, access)
	text, err := s.seal(dir, value, readers, faults)
	if err != nil {
		return err
	}
	if err := s.grant(dir, to); err != nil {
		return err
	}
	return s.writeFile(path.Join(dir, "secret"), text, 0o600)
}

// fillNewSecret does so in a directory that is not published yet: nobody but
// access is linked there, and nothing needs to be replaced.
func (s *Store) fillNewSecret(dir string, value secret.Value, access Access) error {
	to, err := s.all(access)
	if err != nil {
		return err
	}
	readers, faults := newLedger(s).named(access)
	text, err := s.seal(dir, value, readers, faults)
	if err != nil {
		return err
	}
	if err := s.grant(dir, to); err != nil {
		return err
	}
	return s.writeNew(path.Join(dir, "secret"), text, 0o600)
}

// seal encrypts value to the readers' keys, if it is for all of them.
func (s *Store) seal(dir string, value secret.Value, readers []Reader, faults []string) ([]byte, error) {
	s.tell(value)
	if err := s.complete(dir, readers, faults); err != nil {
		return nil, err
	}
	var recipients []string
	for _, k := range keysOf(readers) {
		if k.Type != "age" {
			return nil, fmt.Errorf("%s: %w: a reader has the %s key %.80q", s.real(dir), sops.ErrForeign, k.Type, k.Public)
		}
		recipients = append(recipients, k.Public)
	}
	if len(recipients) == 0 {
		return nil, fmt.Errorf("%s: %w: %s", s.real(dir), ErrNoReader, strings.Join(append(faults, "nobody is linked"), "; "))
	}
	text, err := sops.Form{Store: sops.Binary, Plugins: s.Plugins}.Encrypt(value, recipients)
	if err != nil {
		return nil, fmt.Errorf("%s: %w", s.real(dir), err)
	}
	return text, nil
}

// File is one file that a generator made.
type File struct {
	Name   string
	Public []byte       // when Access is nil
	Secret secret.Value // when Access is not nil
	Access *Access
}

// Create writes all files of a generator that has none yet, so that they
// appear together or not at all. It fails with ErrExists, having changed
// nothing, when the generator's directory is there and not empty.
func (s *Store) Create(g Generator, files []File) error {
	if err := g.check(); err != nil {
		return err
	}
	for _, f := range files {
		if err := g.Var(f.Name).check(); err != nil {
			return err
		}
	}
	return s.publish(g.Dir(), func(temp string) error { return s.fill(temp, files) })
}
