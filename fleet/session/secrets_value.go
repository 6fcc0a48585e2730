package session

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"

	"assay/secrets"
	"assay/secrets/batch"
	"assay/secrets/files"
	"assay/secrets/sops"
	"assay/secrets/sops/policy"
)

// SecretText is a secret file that was opened, or one that is to be made. It
// holds plaintext in memory until Wipe, and is not for concurrent use.
type SecretText struct {
	SecretFile
	New bool // it is not there yet

	text   []byte // as it lies there
	opened *sops.Opened
	plain  secrets.Secret // of one that the sops command opened
}

// ErrUnwritable is a secret file that cannot be written under its rule.
var ErrUnwritable = errors.New("cannot be encrypted")

// OpenSecret opens the file at a path below the fleet's directory with one of
// the identities. One that is not there is New, if may be: then a rule has to
// say who is to read it.
func (s *Session) OpenSecret(ctx context.Context, name string, identities []sops.Identity, mayBeNew bool) (*SecretText, error) {
	f, text, err := files.Look(s.Repo.Dir, name, nil)
	if err != nil {
		return nil, err
	}
	o := &SecretText{SecretFile: s.named(*f, identities), text: text, New: text == nil}
	o.Form.Plugins = s.opts.Plugins
	s.knowIdentities(identities)
	switch {
	case o.New && !mayBeNew:
		return nil, fmt.Errorf("%s: %w; hint: assay secrets list", name, fs.ErrNotExist)
	case o.New:
		return o, o.writable()
	case f.State == files.Plain:
		return nil, fmt.Errorf("%s is not encrypted; hint: sops encrypt --in-place %s, and take it out of git's history", name, name)
	case f.State == files.Malformed:
		return nil, fmt.Errorf("%s: %s", name, f.Why)
	case !f.Store.Native():
		return o, o.openWithCommand(ctx, s.opts.Environ())
	}
	parsed, err := sops.ParseAs(f.Store, text)
	if err != nil {
		return nil, fmt.Errorf("%s: %w", name, err)
	}
	o.opened, err = parsed.Open(identities)
	if errors.Is(err, sops.ErrForeign) || errors.Is(err, sops.ErrNoIdentity) && len(f.Others) > 0 {
		return o, o.openWithCommand(ctx, s.opts.Environ())
	}
	if errors.Is(err, sops.ErrNoIdentity) {
		return nil, fmt.Errorf("%s: %s: %w", name, o.whoReads(), err)
	}
	if err != nil {
		return nil, fmt.Errorf("%s: %w", name, err)
	}
	s.know(o.opened.Secrets()...)
	o.opened.Form.Indent, o.opened.Form.Plugins = f.Form.Indent, s.opts.Plugins
	return o, nil
}

// named is a file with its readers by name.
func (s *Session) named(f files.File, identities []sops.Identity) SecretFile {
	configs := map[string]*policy.Config{}
	if c, err := policy.Read(s.real(f.Config)); f.Config != "" && err == nil {
		configs[f.Config] = c
	}
	return describe(f, s.keyNames(configs), identities)
}

func (o *SecretText) whoReads() string {
	var names []string
	for _, r := range o.Readers {
		if r.Claimed {
			names = append(names, r.Name())
		}
	}
	return "it is for " + join(names)
}

func (o *SecretText) openWithCommand(ctx context.Context, environ []string) error {
	c, err := sops.FindCommand(environ)
	if err == nil {
		o.plain, err = c.Decrypt(ctx, o.Store, o.text)
	}
	if err != nil {
		return fmt.Errorf("%s: %w", o.Path, err)
	}
	return nil
}

// writable reports why the file cannot be written under its rule.
func (o *SecretText) writable() error {
	switch {
	case o.Config == "":
		return fmt.Errorf("%s: %w: no .sops.yaml says who may read it; hint: write one beside flake.nix", o.Path, ErrUnwritable)
	case o.Rule == nil:
		return fmt.Errorf("%s: %w: no rule of %s matches it; hint: add a creation rule", o.Path, ErrUnwritable, o.Config)
	case o.Rule.Err != nil:
		return fmt.Errorf("%s: %w: %w", o.Path, ErrUnwritable, o.Rule.Err)
	}
	return nil
}

// Drift says how the file's readers differ from the rule's, "" for not at all.
func (o *SecretText) Drift() string {
	if o.State != files.Drifted {
		return ""
	}
	return driftWords(o.Readers)
}

// Doubts are the places of the file that somebody without a key could have
// changed in a way that is out of the ordinary.
func (o *SecretText) Doubts() (out []sops.Doubt) {
	if o.opened == nil {
		return nil
	}
	for _, d := range o.opened.Doubts {
		switch d.Kind {
		case sops.DoubtColon, sops.DoubtComment, sops.DoubtMoved, sops.DoubtStray:
			out = append(out, d)
		}
	}
	return out
}

// Plain is the whole text; of a file that is New it is empty.
func (o *SecretText) Plain() (secrets.Secret, error) {
	if o.opened == nil {
		return o.plain, nil
	}
	return o.opened.Plain()
}

// Get is the text of one value; no path is the whole.
func (o *SecretText) Get(path []string) (secrets.Secret, error) {
	if len(path) == 0 {
		return o.Plain()
	}
	if o.opened == nil {
		return secrets.Secret{}, fmt.Errorf("%s: the sops command opened it, and fields of it are not read; hint: leave the path away", o.Path)
	}
	v, err := o.opened.Get(path...)
	if err != nil {
		return v, fmt.Errorf("%s: %w", o.Path, err)
	}
	return v, nil
}

// Wipe forgets the plaintext.
func (o *SecretText) Wipe() {
	o.plain.Wipe()
	if o.opened != nil {
		o.opened.Wipe()
	}
}

// SaveSecret writes a whole new text for the readers of the rule.
func (s *Session) SaveSecret(ctx context.Context, o *SecretText, plain secrets.Secret) error {
	if o.Store == sops.Binary { // of others the values are secret, not each line
		s.know(plain)
	}
	text, err := s.sealText(ctx, o, plain)
	if err != nil {
		return err
	}
	return s.replaceSecret(o, text)
}

// SetSecret writes one value of a file for the readers of the rule.
func (s *Session) SetSecret(ctx context.Context, o *SecretText, path []string, value secrets.Secret) error {
	if len(path) == 0 {
		return s.SaveSecret(ctx, o, value)
	}
	s.know(value)
	if err := o.writable(); err != nil {
		return err
	}
	if o.opened == nil && o.New {
		opened, err := sops.Empty(o.Form)
		if err != nil {
			return fmt.Errorf("%s: %w", o.Path, err)
		}
		o.opened = opened
	}
	if o.opened == nil {
		return fmt.Errorf("%s: %w: fields of it take the sops command; hint: sops set --value-stdin %s", o.Path, sops.ErrForeign, o.Path)
	}
	if err := o.opened.Set(value, path...); err != nil {
		return fmt.Errorf("%s: %w", o.Path, err)
	}
	text, err := s.sealOpened(ctx, o)
	if err != nil {
		return err
	}
	return s.replaceSecret(o, text)
}

// sealText encrypts a text under the file's rule, in the form that the file
// has.
func (s *Session) sealText(ctx context.Context, o *SecretText, plain secrets.Secret) ([]byte, error) {
	if err := o.writable(); err != nil {
		return nil, err
	}
	if !o.Store.Native() || o.Rule.Native() != nil {
		c, err := sops.FindCommand(s.opts.Environ())
		if err != nil {
			return nil, fmt.Errorf("%s: %w", o.Path, err)
		}
		return c.Encrypt(ctx, o.Store, s.real(o.Config), s.real(o.Path), plain)
	}
	if o.opened != nil {
		if err := o.opened.Replace(plain); err != nil {
			return nil, fmt.Errorf("%s: %w", o.Path, err)
		}
		return s.sealOpened(ctx, o)
	}
	text, err := o.Form.Encrypt(plain, o.Rule.AgeKeys())
	if err != nil {
		return nil, fmt.Errorf("%s: %w", o.Path, err)
	}
	return text, nil
}

// sealOpened encrypts an opened file with what was changed in it. The data key
// stays where the readers do and the file is the one that was committed: then
// little of it changes, as with sops. Anybody could have put a file of his own
// there, with a data key that he knows, so any other gets a fresh one.
func (s *Session) sealOpened(ctx context.Context, o *SecretText) ([]byte, error) {
	if err := o.Rule.Native(); err != nil {
		return nil, err
	}
	if !o.New && o.State != files.Drifted && s.committed(ctx, o) {
		if text, err := o.opened.Update(o.Rule.AgeKeys()); !errors.Is(err, sops.ErrRecipient) {
			return text, err
		}
	}
	text, err := o.opened.Encrypt(o.Rule.AgeKeys())
	if err != nil {
		return nil, fmt.Errorf("%s: %w", o.Path, err)
	}
	return text, nil
}

// committed reports whether the file is as git's last commit has it.
func (s *Session) committed(ctx context.Context, o *SecretText) bool {
	text, err := git{ctx: ctx, dir: s.Repo.Dir}.ask("cat-file", "blob", "HEAD:./"+o.Path)
	return err == nil && len(text) > 0 && strings.TrimRight(text, "\n") == strings.TrimRight(string(o.text), "\n")
}

func (s *Session) real(name string) string {
	return filepath.Join(s.Repo.Dir, filepath.FromSlash(name))
}

// replaceSecret writes the encrypted text of one file, if nobody has changed
// the file since it was opened.
func (s *Session) replaceSecret(o *SecretText, text []byte) error {
	log, err := s.writing()
	if err != nil {
		return err
	}
	c, err := s.changeOf(o.Path, o.text, text)
	if err != nil {
		return err
	}
	return log.Write([]batch.Change{c})
}

// changeOf is the change of a file that held old, nil for none, to text. It
// keeps the mode; new files are the owner's to read, as git makes them others'.
func (s *Session) changeOf(name string, old, text []byte) (batch.Change, error) {
	c := batch.Change{Path: name, Content: text, Mode: 0o600}
	if old == nil {
		return c, nil
	}
	st, err := os.Lstat(s.real(name))
	if err != nil {
		return c, err
	}
	c.Was, c.Mode = batch.Hash(old), st.Mode().Perm()
	return c, nil
}
