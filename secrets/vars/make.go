package vars

import (
	"errors"
	"io/fs"
	"path"
	"strings"
)

// oldPrefix starts the name under which a generator's directory waits while
// another takes its place. Sweep moves it back where that did not happen.
const oldPrefix = tempPrefix + "old-"

// Make writes all files of a generator with the hash of its validation, so
// that they appear together: after a crash at any moment, and Sweep, there are
// all old files or all new ones. What lies in the generator's directory under
// other names stays. The caller holds Lock.
func (s *Store) Make(g Generator, files []File, hash string) error {
	if err := g.check(); err != nil {
		return err
	}
	for _, f := range files {
		if err := g.Var(f.Name).check(); err != nil {
			return err
		}
	}
	fill := func(temp string) error {
		if err := s.fill(temp, files); err != nil || hash == "" {
			return err
		}
		return s.writeNew(path.Join(temp, hashFile), []byte(hash), 0o666)
	}
	err := s.publish(g.Dir(), fill)
	if !errors.Is(err, ErrExists) {
		return err
	}
	old := path.Join(path.Dir(g.Dir()), oldPrefix+g.Name)
	err = s.publish(g.Dir(), func(temp string) error {
		if err := fill(temp); err != nil {
			return err
		}
		return s.root.Rename(g.Dir(), old)
	})
	return errors.Join(err, s.settle(old))
}

// fill writes the files of a generator into a directory that is not there for
// others yet.
func (s *Store) fill(temp string, files []File) error {
	for _, f := range files {
		dir := path.Join(temp, f.Name)
		if err := s.root.MkdirAll(dir, 0o777); err != nil {
			return err
		}
		var err error
		if f.Access != nil {
			err = s.fillNewSecret(dir, f.Secret, *f.Access)
		} else {
			err = s.writeNew(path.Join(dir, "value"), f.Public, 0o666)
		}
		if err != nil {
			return err
		}
	}
	return nil
}

// settle ends a replacement: without a new directory the old one returns,
// else what the new one does not have moves there, and the old one goes.
func (s *Store) settle(old string) error {
	name := path.Join(path.Dir(old), strings.TrimPrefix(path.Base(old), oldPrefix))
	there, err := s.exists(name)
	if err != nil {
		return err
	}
	if has, err := s.exists(old); err != nil || !has {
		return err
	}
	if !there {
		return s.root.Rename(old, name)
	}
	entries, err := s.names(old)
	if err != nil {
		return err
	}
	for _, e := range entries {
		to := path.Join(name, e.Name())
		if e.Name() == hashFile {
			continue
		}
		if has, err := s.exists(to); err != nil {
			return err
		} else if has {
			continue
		}
		if err := s.root.Rename(path.Join(old, e.Name()), to); err != nil && !errors.Is(err, fs.ErrNotExist) {
			return err
		}
	}
	return s.root.RemoveAll(old)
}
