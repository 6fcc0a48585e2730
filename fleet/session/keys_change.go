package session

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"maps"
	"os"
	"path"
	"path/filepath"
	"slices"
	"strings"

	"assay/secrets/batch"
	"assay/secrets/files"
	"assay/secrets/sops"
	"assay/secrets/vars"
)

// KeysFile is one file or link that a change of keys makes, changes or removes.
type KeysFile struct {
	Path     string
	Old, New string // of a text: as it is and as it will be; of a link: where it leads
	Link     bool
}

// KeysPlan is what adding or removing a user or machine would change: the keys,
// the links and rules that name them, and all that is encrypted for others
// then.
type KeysPlan struct {
	Files  []KeysFile
	Rekey  RekeyPlan
	Notes  []string
	ByHand []string // what has to be edited by hand in a .sops.yaml, before or after

	changes []batch.Change
}

// KeysMember names a user or a machine.
type KeysMember struct {
	Kind string // "user" or "machine"
	Name string
}

func (m KeysMember) dir() string { return path.Join("sops", m.Kind+"s", m.Name) }

func (s *Session) memberKeys(m KeysMember) ([]string, error) {
	read := s.Repo.Vars.UserKeys
	if m.Kind == "machine" {
		read = s.Repo.Vars.MachineKeys
	}
	keys, err := read(m.Name)
	var out []string
	for _, k := range keys {
		out = append(out, files.Key(k.Public))
	}
	return out, err
}

// PlanAddKey plans a new user or machine with its age recipients. If like names
// another of the same kind, the new one gets all that it can read: in .sops.yaml
// with the first of the recipients.
func (s *Session) PlanAddKey(ctx context.Context, m KeysMember, recipients []string, like string) (KeysPlan, error) {
	var p KeysPlan
	err := p.register(s, m, recipients)
	if err != nil {
		return p, err
	}
	ring := keyring{also: map[string][]vars.Reader{}}
	other := KeysMember{m.Kind, like}
	var likeKeys []string
	if like != "" {
		if likeKeys, err = s.memberKeys(other); err != nil {
			return p, fmt.Errorf("the %s %s, to be like: %w", m.Kind, like, err)
		}
		if err := s.linkLike(&p, m, other, &ring, recipients); err != nil {
			return p, err
		}
	}
	replaced, err := s.rules(ctx, &p, func(tree *files.Tree, name string, old []byte) ([]byte, error) {
		c, as := tree.Configs[name], ""
		for _, k := range c.Keys {
			if slices.Contains(likeKeys, files.Key(k.Public)) {
				as = k.Public
			}
		}
		if like != "" && as == "" {
			return old, nil // it grants nothing to that one
		}
		return files.AddKey(c, old, m.Name, recipients[0], as)
	})
	if err != nil {
		return p, err
	}
	ring.names = map[string][]string{}
	for _, r := range recipients {
		ring.names[files.Key(r)] = []string{m.Name}
	}
	return p, s.rekeyAfter(ctx, &p, ring, replaced, recipients)
}

// register plans the key.json of a new member.
func (p *KeysPlan) register(s *Session, m KeysMember, recipients []string) error {
	switch _, err := s.memberKeys(m); {
	case err == nil:
		return fmt.Errorf("the %s %s has a key already, in %s/key.json; hint: assay keys remove %s %s", m.Kind, m.Name, m.dir(), m.Kind, m.Name)
	case !errors.Is(err, fs.ErrNotExist):
		return err
	}
	for _, r := range recipients {
		if err := sops.CheckRecipient(r); err != nil && !errors.Is(err, sops.ErrPlugin) {
			return err
		}
	}
	text, err := vars.KeyFile(recipients...)
	if err != nil {
		return err
	}
	return p.write(s, path.Join(m.dir(), "key.json"), text, keyFileMode)
}

// keyFileMode is that of a new key.json: clan makes it executable, and git
// records that.
const keyFileMode = 0o755

// linkLike plans the links of a new member beside those of another, and notes
// whom they let read what.
func (s *Session) linkLike(p *KeysPlan, m, other KeysMember, ring *keyring, recipients []string) error {
	links, err := s.Repo.Vars.LinksTo(other.Kind+"s", other.Name)
	if err != nil {
		return err
	}
	for _, link := range links {
		dir := path.Dir(link)
		to, err := filepath.Rel(filepath.FromSlash(dir), filepath.FromSlash(m.dir()))
		if err != nil {
			return err
		}
		if err := p.link(s, path.Join(dir, m.Name), filepath.ToSlash(to)); err != nil {
			return err
		}
	}
	claims, err := s.claims()
	if err != nil {
		return err
	}
	for _, c := range claims {
		for _, r := range c.Readers {
			if r.Kind == other.Kind && r.Name == other.Name {
				ring.also[c.Dir] = append(ring.also[c.Dir], vars.Reader{Kind: m.Kind, Name: m.Name, Keys: vars.AgeKeys(recipients...)})
			}
		}
	}
	return nil
}

// claims are all secrets of the layout.
func (s *Session) claims() ([]vars.Claim, error) {
	found, err := s.Repo.Vars.List()
	if err != nil {
		return nil, err
	}
	var dirs []string
	for _, v := range found {
		if v.Secret {
			dirs = append(dirs, v.Dir())
		}
	}
	return s.Repo.Vars.Claims(dirs)
}

// PlanRemoveKey plans that a user or machine can read nothing any more.
func (s *Session) PlanRemoveKey(ctx context.Context, m KeysMember) (KeysPlan, error) {
	var p KeysPlan
	keys, err := s.memberKeys(m)
	registered := err == nil
	if !registered && !errors.Is(err, fs.ErrNotExist) {
		return p, err
	}
	traces, private, err := s.traces(m, registered)
	if err != nil {
		return p, err
	}
	for _, name := range traces {
		if err := p.remove(s, name); err != nil {
			return p, err
		}
	}
	drop := s.dropped(&p, m, keys)
	looked, named := false, len(traces) > 0
	replaced, err := s.rules(ctx, &p, func(tree *files.Tree, name string, old []byte) ([]byte, error) {
		if !looked { // .sops.yaml may know other keys by that name
			looked = true
			also := less(keysNamed(tree, m.Name), keys)
			drop = append(drop, s.dropped(&p, m, also)...)
			named = named || len(also) > 0
		}
		return files.DropKeys(tree.Configs[name], old, drop)
	})
	ring := keyring{without: map[member]bool{{m.Kind, m.Name}: true}, gone: drop, leave: private}
	if err == nil && !named {
		err = fmt.Errorf("no %s %s has a key, in sops/%ss or a .sops.yaml; hint: assay keys list", m.Kind, m.Name, m.Kind)
	}
	if err != nil {
		return p, err
	}
	return p, s.rekeyAfter(ctx, &p, ring, replaced, append(slices.Clone(keys), drop...))
}

// rekeyAfter plans what has to be encrypted anew because of some keys.
func (s *Session) rekeyAfter(ctx context.Context, p *KeysPlan, ring keyring, replaced map[string][]byte, keys []string) error {
	before, err := files.Scan(ctx, s.Repo.Dir, nil)
	if err != nil {
		return err
	}
	names := s.keyNames(before.Configs)
	maps.Copy(names, ring.names)
	ring.names = names
	after, err := files.Scan(ctx, s.Repo.Dir, replaced)
	if err != nil {
		return err
	}
	plan, err := s.planRekey(after, ring, false)
	if err != nil {
		return err
	}
	about := func(of []string) bool {
		return slices.ContainsFunc(of, func(k string) bool {
			return slices.ContainsFunc(keys, func(o string) bool { return files.Key(o) == k })
		})
	}
	for _, name := range after.Unread {
		p.Notes = append(p.Notes, name+": it may not be read, and stays as it is: nobody knows whether it is encrypted, and for whom")
	}
	for _, step := range plan.Steps {
		switch {
		case about(step.gains) || about(step.loses):
			p.Rekey.Steps = append(p.Rekey.Steps, step)
		case step.unread:
			p.Notes = append(p.Notes, step.Path+": who can read it is not known, and stays as it is: "+step.Blocked)
		}
	}
	return nil
}

func (p *KeysPlan) write(s *Session, name string, text []byte, mode fs.FileMode) error {
	old, err := os.ReadFile(s.real(name))
	if err != nil && !errors.Is(err, fs.ErrNotExist) {
		return err
	}
	c := batch.Change{Path: name, Content: text, Mode: mode}
	if err == nil {
		c.Was = batch.Hash(old)
	}
	p.changes = append(p.changes, c)
	p.Files = append(p.Files, KeysFile{Path: name, Old: string(old), New: string(text)})
	return nil
}

func (p *KeysPlan) link(s *Session, name, to string) error {
	was, err := batch.HashAt(s.Repo.Dir, name)
	if err != nil || was != "" {
		return err // one that is there stays
	}
	p.changes = append(p.changes, batch.Change{Path: name, Link: to})
	p.Files = append(p.Files, KeysFile{Path: name, New: to, Link: true})
	return nil
}

func (p *KeysPlan) remove(s *Session, name string) error {
	was, err := batch.HashAt(s.Repo.Dir, name)
	if err != nil {
		return err
	}
	f := KeysFile{Path: name}
	if strings.HasPrefix(was, "link ") {
		f.Link = true
		f.Old, err = os.Readlink(s.real(name))
	} else {
		var old []byte
		old, err = os.ReadFile(s.real(name))
		f.Old = string(old)
	}
	p.changes = append(p.changes, batch.Change{Path: name, Was: was, Remove: true})
	p.Files = append(p.Files, f)
	return err
}

// ChangeKeys does what a plan says, all of it or nothing, and returns the paths
// that it wrote.
func (s *Session) ChangeKeys(ctx context.Context, p KeysPlan, identities []sops.Identity) ([]string, error) {
	if n := p.Rekey.Blocked(); n > 0 {
		return nil, fmt.Errorf("%d of the secrets cannot be encrypted anew, so nothing is changed", n)
	}
	if len(p.ByHand) > 0 {
		return nil, fmt.Errorf("%s; nothing is changed", strings.Join(p.ByHand, "; "))
	}
	sealed, err := s.reseal(ctx, p.Rekey, identities)
	if err != nil {
		return nil, err
	}
	log, err := s.writing()
	if err != nil {
		return nil, err
	}
	changes := append(slices.Clone(p.changes), sealed...)
	return pathsOf(changes), log.Write(changes)
}
