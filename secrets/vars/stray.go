package vars

import (
	"io/fs"
	"path"
)

// Stray is a symbolic link among the keys that leads nowhere.
type Stray struct {
	Path string // below the fleet's directory, with slashes
	To   string
}

// Strays returns the links below sops/users, sops/machines and sops/groups
// that lead nowhere, by path. They grant nothing to anybody.
func (s *Store) Strays() ([]Stray, error) {
	var out []Stray
	for _, kind := range []string{"groups", "machines", "users"} {
		members, err := s.dirs(path.Join("sops", kind))
		if err != nil {
			return out, err
		}
		for _, m := range members {
			dir := path.Join("sops", kind, m)
			out = append(out, s.straysIn(dir)...)
			for _, of := range []string{"machines", "users"} {
				if kind == "groups" && s.isDir(path.Join(dir, of)) {
					out = append(out, s.straysIn(path.Join(dir, of))...)
				}
			}
		}
	}
	return out, nil
}

func (s *Store) straysIn(dir string) (out []Stray) {
	entries, err := s.names(dir)
	if err != nil {
		return nil
	}
	for _, e := range entries {
		name := path.Join(dir, e.Name())
		if e.Type()&fs.ModeSymlink == 0 {
			continue
		}
		if _, err := s.root.Stat(name); err != nil {
			to, _ := fs.ReadLink(s.files, name)
			out = append(out, Stray{name, to})
		}
	}
	return out
}

// HasKeys reports whether the fleet has keys in its directory: without them
// its secrets lie somewhere else.
func (s *Store) HasKeys() bool { return s.isDir("sops") }
