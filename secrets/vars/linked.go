package vars

import (
	"errors"
	"io/fs"
	"path"
	"slices"
)

// LinksTo returns every link below the fleet's vars/ and sops/ that leads to a
// user, machine or group, sorted: kind is "users", "machines" or "groups".
func (s *Store) LinksTo(kind, name string) (out []string, err error) {
	member := path.Join("sops", kind, name)
	for _, top := range []string{"vars", "sops"} {
		err := fs.WalkDir(s.files, top, func(at string, d fs.DirEntry, err error) error {
			if errors.Is(err, fs.ErrNotExist) {
				return nil
			}
			if err != nil || d.Type()&fs.ModeSymlink == 0 {
				return err
			}
			if to, err := fs.ReadLink(s.files, at); err == nil && path.Join(path.Dir(at), to) == member {
				out = append(out, at)
			}
			return nil
		})
		if err != nil {
			return nil, err
		}
	}
	slices.Sort(out)
	return out, nil
}

// KeyFile is the text of a key.json with age keys, as clan writes it.
func KeyFile(recipients ...string) ([]byte, error) {
	return formatKeys(AgeKeys(recipients...))
}
