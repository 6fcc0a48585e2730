package vars

import (
	"fmt"
	"io/fs"
	"path"
	"path/filepath"
	"slices"

	"assay/secrets/secret"
)

// Rewrite is what has to change below the fleet's directory so that a secret
// has other readers. Nothing of it is done yet.
type Rewrite struct {
	Path  string            // of the encrypted file
	Text  []byte            // its new content
	Links map[string]string // links to make, by path, to where they lead
	Gone  []string          // links to remove
}

// Regrant works out a Rewrite of the secret of id: value, under a fresh data
// key, for everybody whom its links name and for access, without the machines
// that lose it.
func (s *Store) Regrant(id ID, value secret.Value, access Access, lose []string) (Rewrite, error) {
	if err := id.check(); err != nil {
		return Rewrite{}, err
	}
	dir := id.Dir()
	r := Rewrite{Path: path.Join(dir, "secret"), Links: map[string]string{}}
	l := newLedger(s)
	var faults []string
	for kind, names := range map[string]*[]string{"users": &access.Users, "machines": &access.Machines, "groups": &access.Groups} {
		have, bad := l.links(dir, kind)
		faults = append(faults, bad...)
		wanted := slices.Clone(*names)
		for _, name := range have {
			if kind == "machines" && slices.Contains(lose, name) && !slices.Contains(wanted, name) {
				r.Gone = append(r.Gone, path.Join(dir, kind, name))
			} else if !slices.Contains(wanted, name) {
				wanted = append(wanted, name)
			}
		}
		slices.Sort(wanted)
		*names = slices.Compact(wanted)
		for _, name := range *names {
			if slices.Contains(have, name) {
				continue
			}
			if err := check(exportName, "reader", name); err != nil {
				return Rewrite{}, err
			}
			member := path.Join("sops", kind, name)
			if !s.isDir(member) {
				return Rewrite{}, fmt.Errorf("%s: %w\nhint: register it first", s.real(member), fs.ErrNotExist)
			}
			to, err := filepath.Rel(filepath.FromSlash(path.Join(dir, kind)), filepath.FromSlash(member))
			if err != nil {
				return Rewrite{}, err
			}
			r.Links[path.Join(dir, kind, name)] = filepath.ToSlash(to)
		}
	}
	readers, bad := l.named(access)
	var err error
	r.Text, err = s.seal(dir, value, readers, append(faults, bad...))
	return r, err
}
