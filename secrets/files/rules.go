package files

import (
	"errors"
	"io/fs"
	"os"
	"path"
	"strings"
	"syscall"

	"assay/secrets/sops/policy"
)

// rules finds the .sops.yaml that governs a directory: the nearest upwards, as
// the sops command finds it from there. It is not for concurrent use.
type rules struct {
	root  *os.Root
	texts map[string][]byte    // instead of those of the tree, by path
	found map[string]governing // by directory below the tree
}

type governing struct {
	config *policy.Config
	below  string // its directory below the tree, with a slash at the end; "" for the tree itself
	err    error
}

func newRules(root *os.Root, texts map[string][]byte) *rules {
	return &rules{root, texts, map[string]governing{}}
}

// of returns the config of a directory below the tree, nil for none, with what
// to cut off a path to get the one that its rules match.
func (r *rules) of(dir string) (*policy.Config, string, error) {
	g, ok := r.found[dir]
	if !ok {
		g = r.find(dir)
		r.found[dir] = g
	}
	return g.config, g.below, g.err
}

func (r *rules) find(dir string) governing {
	name := path.Join(dir, policy.FileName)
	text, ok := r.texts[name]
	var err error
	if !ok {
		text, err = ReadRules(r.root, name)
	}
	switch {
	case err == nil:
		c, err := policy.Parse(name, text)
		return governing{c, strings.TrimPrefix(dir+"/", "./"), err}
	case !errors.Is(err, fs.ErrNotExist):
		return governing{err: err}
	case dir != ".":
		c, below, err := r.of(path.Dir(dir))
		return governing{c, below, err}
	}
	return governing{}
}

// maxRules bounds what is read of a .sops.yaml, in bytes. It is more than
// package policy takes, which says so.
const maxRules = 2 << 20

// ReadRules reads a .sops.yaml. It may be a link to a file of the tree: the
// sops command follows it too.
func ReadRules(root *os.Root, name string) ([]byte, error) {
	f, err := root.OpenFile(name, os.O_RDONLY|syscall.O_NONBLOCK, 0)
	if err != nil {
		return nil, err
	}
	defer f.Close()
	return readRegular(f, name, maxRules)
}

// configs returns every .sops.yaml of the tree that governs one of the
// directories, by its path.
func (r *rules) configs() map[string]*policy.Config {
	out := map[string]*policy.Config{}
	for _, g := range r.found {
		if g.config != nil {
			out[g.config.File] = g.config
		}
	}
	return out
}
