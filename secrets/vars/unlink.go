package vars

import (
	"errors"
	"io/fs"
	"path"
)

// Unlink removes the links of machines from a secret. The secret itself is
// not touched: SetSecret writes it for those who are left. The caller holds
// Lock.
func (s *Store) Unlink(id ID, machines []string) error {
	if err := id.check(); err != nil {
		return err
	}
	for _, m := range machines {
		if err := CheckMachine(m); err != nil {
			return err
		}
		if err := s.root.Remove(path.Join(id.Dir(), "machines", m)); err != nil && !errors.Is(err, fs.ErrNotExist) {
			return err
		}
	}
	return nil
}

// Files returns the vars of one generator that are there, by path.
func (s *Store) Files(g Generator) (out []Var, err error) {
	if err := g.check(); err != nil {
		return nil, err
	}
	l := newLedger(s)
	files, err := s.dirs(g.Dir())
	for _, file := range files {
		for _, v := range l.files(g.Var(file)) {
			if v.Public || v.Secret {
				out = append(out, v)
			}
		}
	}
	return out, err
}
