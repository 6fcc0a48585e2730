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

	"assay/secrets/files"
	"assay/secrets/sops/policy"
	"assay/secrets/vars"
)

// keysNamed are the age keys that any .sops.yaml gives a name.
func keysNamed(tree *files.Tree, name string) (out []string) {
	for _, c := range tree.Configs {
		for _, k := range c.Keys {
			if k.Kind == policy.Age && k.Name == name {
				out = append(out, files.Key(k.Public))
			}
		}
	}
	slices.Sort(out)
	return slices.Compact(out)
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
	for _, name := range slices.Sorted(maps.Keys(tree.Configs)) {
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
		if st.Mode()&fs.ModeSymlink != 0 {
			if !s.leadsToRules(tree, name) {
				p.ByHand = append(p.ByHand, fmt.Sprintf("%s: %v: it is a link", name, files.ErrByHand))
			}
			continue // what it leads to is changed
		}
		if err := p.write(s, name, text, st.Mode().Perm()); err != nil {
			return nil, err
		}
	}
	return replaced, nil
}

// leadsToRules reports whether a link leads to another .sops.yaml of the tree.
func (s *Session) leadsToRules(tree *files.Tree, link string) bool {
	to, err := filepath.EvalSymlinks(s.real(link))
	if err != nil {
		return false
	}
	for name := range tree.Configs {
		if one, err := os.Lstat(s.real(name)); err == nil && one.Mode().IsRegular() {
			if real, err := filepath.EvalSymlinks(s.real(name)); err == nil && real == to {
				return true
			}
		}
	}
	return false
}

// traces are what there is of a user or machine below vars/ and sops/: its
// key.json, the links to it, and what holds a machine's private key.
func (s *Session) traces(m KeysMember, registered bool) (all, private []string, err error) {
	if all, err = s.Repo.Vars.LinksTo(m.Kind+"s", m.Name); err != nil {
		return nil, nil, err
	}
	if registered {
		all = append(all, path.Join(m.dir(), "key.json"))
	}
	private, err = s.privateKey(m)
	return append(all, less(private, all)...), private, err
}

// privateKey are the files and links of a machine's private age key, none of a
// user. A key that is taken away must not be found and used again.
func (s *Session) privateKey(m KeysMember) (out []string, err error) {
	if m.Kind != "machine" || !s.Repo.Vars.HasMachineKey(m.Name) {
		return nil, nil
	}
	root, err := os.OpenRoot(s.Repo.Dir)
	if err != nil {
		return nil, err
	}
	defer root.Close()
	err = fs.WalkDir(root.FS(), path.Join("sops/secrets", m.Name+"-age.key"), func(name string, d fs.DirEntry, err error) error {
		if err == nil && !d.IsDir() {
			out = append(out, name)
		}
		return err
	})
	return out, err
}
