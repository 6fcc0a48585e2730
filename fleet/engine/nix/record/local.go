package record

import (
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path"
	"path/filepath"
	"strings"

	"assay/fleet/engine"
)

// Local makes the record of a system that is in the local store. root is where
// that store is: "" for /nix/store itself, or the directory above "nix/store"
// of a store that is elsewhere.
func Local(root, system string, objects []engine.Object) (engine.Record, error) {
	t := tree{root: root, files: new(Files)}
	if err := t.add(system); err != nil {
		return engine.Record{}, fmt.Errorf("read the record of %s: %w", path.Base(system), err)
	}
	return New(system, objects, t.files, ""), nil
}

// tree reads a system's files. Its links name store paths, which are below
// root.
type tree struct {
	root  string
	files *Files
}

func (t *tree) add(system string) error {
	top, err := t.resolve(system)
	if err != nil {
		return err
	}
	for _, name := range append(topFiles[:len(topFiles):len(topFiles)], platformFile) {
		if err := t.file(path.Join(top, name), name); err != nil {
			return err
		}
	}
	dirs := []string{"etc/"}
	for _, d := range unitDirs {
		dirs = append(dirs, d.dir)
	}
	for _, dir := range dirs {
		if err := t.walk(path.Join(top, dir), strings.TrimSuffix(dir, "/")); err != nil {
			return err
		}
	}
	return nil
}

// walk adds what is in a directory, and in those within it that are no links.
func (t *tree) walk(dir, name string) error {
	real, err := t.resolve(dir)
	if errors.Is(err, fs.ErrNotExist) {
		return nil
	}
	if err != nil {
		return err
	}
	entries, err := os.ReadDir(t.root + real)
	if err != nil {
		if info, statErr := os.Stat(t.root + real); statErr == nil && !info.IsDir() {
			return nil
		}
		return err
	}
	for _, e := range entries {
		at, as := path.Join(real, e.Name()), path.Join(name, e.Name())
		if e.IsDir() {
			err = t.walk(at, as)
		} else {
			err = t.file(at, as)
		}
		if err != nil {
			return err
		}
	}
	return nil
}

// file adds a regular file, or what a link to one leads to. Others are left
// out.
func (t *tree) file(at, name string) error {
	real, err := t.resolve(at)
	if errors.Is(err, fs.ErrNotExist) {
		return nil
	}
	if err != nil {
		return err
	}
	info, err := os.Lstat(t.root + real)
	if err != nil || !info.Mode().IsRegular() || info.Size() > maxText {
		return err
	}
	f, err := os.Open(t.root + real)
	if err != nil {
		return err
	}
	defer f.Close()
	text, err := io.ReadAll(io.LimitReader(f, maxText+1))
	if err != nil {
		return err
	}
	return t.files.Add(name, text, info.Mode()&0o111 != 0)
}

// maxLinks is how many links may lead from one to the next.
const maxLinks = 40

var errLinks = errors.New("too many links")

// resolve follows the links in a path as if root were the root directory.
func (t *tree) resolve(p string) (string, error) {
	if t.root == "" {
		return filepath.EvalSymlinks(p)
	}
	done, rest := "/", strings.Split(strings.Trim(path.Clean(p), "/"), "/")
	for links := 0; len(rest) > 0; {
		next := path.Join(done, rest[0])
		rest = rest[1:]
		info, err := os.Lstat(t.root + next)
		if err != nil {
			return "", err
		}
		if info.Mode()&fs.ModeSymlink == 0 {
			done = next
			continue
		}
		if links++; links > maxLinks {
			return "", errLinks
		}
		to, err := os.Readlink(t.root + next)
		if err != nil {
			return "", err
		}
		if path.IsAbs(to) {
			done = "/"
		}
		rest = append(strings.FieldsFunc(to, func(r rune) bool { return r == '/' }), rest...)
	}
	return done, nil
}
