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
	switch _, err := s.memberKeys(m); {
	case err == nil:
		return p, fmt.Errorf("the %s %s has a key already, in %s/key.json; hint: assay keys remove %s %s", m.Kind, m.Name, m.dir(), m.Kind, m.Name)
	case !errors.Is(err, fs.ErrNotExist):
		return p, err
	}
	for _, r := range recipients {
		if err := sops.CheckRecipient(r); err != nil {
			return p, err
		}
	}
	text, err := vars.KeyFile(recipients...)
	if err != nil {
		return p, err
	}
	if err := p.write(s, path.Join(m.dir(), "key.json"), text, keyFileMode); err != nil {
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
	if err != nil && !errors.Is(err, fs.ErrNotExist) {
		return p, err
	}
	links, err := s.Repo.Vars.LinksTo(m.Kind+"s", m.Name)
	if err != nil {
		return p, err
	}
	if keys != nil {
		links = append(links, path.Join(m.dir(), "key.json"))
	}
	for _, link := range links {
		if err := p.remove(s, link); err != nil {
			return p, err
		}
	}
	drop := s.dropped(&p, m, keys)
	ring := keyring{without: map[member]bool{{m.Kind, m.Name}: true}}
	named := false
	replaced, err := s.rules(ctx, &p, func(tree *files.Tree, name string, old []byte) ([]byte, error) {
		c, gone := tree.Configs[name], slices.Clone(drop)
		for _, k := range c.Keys {
			if keys == nil && k.Name == m.Name {
				gone = append(gone, files.Key(k.Public))
				drop = append(drop, files.Key(k.Public))
			}
		}
		text, err := files.DropKeys(c, old, gone)
		named = named || string(text) != string(old) || err != nil
		return text, err
	})
	if err == nil && keys == nil && !named {
		err = fmt.Errorf("no %s %s has a key, in sops/%ss or a .sops.yaml; hint: assay keys list", m.Kind, m.Name, m.Kind)
	}
	if err != nil {
		return p, err
	}
	return p, s.rekeyAfter(ctx, &p, ring, replaced, append(slices.Clone(keys), drop...))
}

// dropped are the keys that nobody else has.
func (s *Session) dropped(p *KeysPlan, m KeysMember, keys []string) (out []string) {
	members, _ := s.Repo.Vars.Members() // what cannot be read has no key
	for _, key := range keys {
		shared := ""
		for _, o := range members {
			if o.Kind != "group" && (o.Kind != m.Kind || o.Name != m.Name) && slices.ContainsFunc(o.Keys, func(k vars.Key) bool { return files.Key(k.Public) == key }) {
				shared = o.Kind + " " + o.Name
			}
		}
		if shared == "" {
			out = append(out, key)
			continue
		}
		p.Notes = append(p.Notes, fmt.Sprintf("%s is also the key of the %s: what that one reads, whoever holds it still reads, and the rules of .sops.yaml keep it", key, shared))
	}
	return out
}

// rules plans the change of every .sops.yaml, and returns their new texts.
func (s *Session) rules(ctx context.Context, p *KeysPlan, change func(*files.Tree, string, []byte) ([]byte, error)) (map[string][]byte, error) {
	tree, err := files.Scan(ctx, s.Repo.Dir, nil)
	if err != nil {
		return nil, err
	}
	replaced := map[string][]byte{}
	for name := range tree.Configs {
		old, err := os.ReadFile(s.real(name))
		if err != nil {
			return nil, err
		}
		text, err := change(tree, name, old)
		switch {
		case errors.Is(err, files.ErrByHand):
			p.ByHand = append(p.ByHand, err.Error())
			continue
		case err != nil:
			return nil, err
		case string(text) == string(old):
			continue
		}
		st, err := os.Lstat(s.real(name))
		if err != nil {
			return nil, err
		}
		replaced[name] = text
		if err := p.write(s, name, text, st.Mode().Perm()); err != nil {
			return nil, err
		}
	}
	return replaced, nil
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
	for _, step := range plan.Steps {
		if about(step.gains) || about(step.loses) {
			p.Rekey.Steps = append(p.Rekey.Steps, step)
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
