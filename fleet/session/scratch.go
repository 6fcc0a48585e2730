package session

import (
	"context"
	"fmt"
	"os"
	"path/filepath"
	"strings"

	"assay/fleet/rundir"
)

// scratchCopy is where a copy of the last commit lies, and in it the fleet's
// directory.
type scratchCopy struct {
	top, dir string
	remove   func() error
}

// scratch makes a copy of the last commit that shares the repository's
// objects, with the submodules that are checked out there. Nothing is fetched.
func (s *Session) scratch(ctx context.Context) (c scratchCopy, err error) {
	g := git{ctx: ctx, dir: s.Repo.Dir}
	top, err := g.ask("rev-parse", "--show-toplevel")
	if err != nil {
		return c, err
	}
	sub, err := g.ask("rev-parse", "--show-prefix")
	if err != nil {
		return c, err
	}
	made, err := rundir.Large("bump")
	if err != nil {
		return c, err
	}
	c.top, c.remove = made.Path, made.Remove
	c.dir = filepath.Join(c.top, filepath.FromSlash(sub))
	clone := git{ctx: ctx, dir: c.top, from: "file"}
	if _, err = clone.ask("clone", "--quiet", "--shared", "--no-tags", top, "."); err == nil {
		err = clone.submodules(top)
	}
	if err != nil {
		c.remove()
	}
	return c, err
}

// submodules fills in the submodules of a clone, and theirs, from where they
// are checked out in the original. One that is not checked out there stays
// empty here too.
func (g git) submodules(original string) error {
	entries, err := g.ask("ls-files", "--stage", "-z")
	if err != nil {
		return err
	}
	for entry := range strings.SplitSeq(entries, "\x00") {
		info, name, _ := strings.Cut(entry, "\t")
		words := strings.Fields(info) // mode, commit, stage
		if len(words) < 2 || words[0] != "160000" || !filepath.IsLocal(filepath.FromSlash(name)) {
			continue
		}
		from := filepath.Join(original, filepath.FromSlash(name))
		if _, err := os.Lstat(filepath.Join(from, ".git")); err != nil {
			continue
		}
		if err := g.submodule(from, name, words[1]); err != nil {
			return fmt.Errorf("the submodule %s cannot be copied at its commit %.12s: %w; hint: git submodule update --init --recursive", name, words[1], err)
		}
	}
	return nil
}

// submodule clones one from its checkout and checks the commit out.
func (g git) submodule(from, name, commit string) error {
	if _, err := g.ask("submodule", "--quiet", "init", "--", name); err != nil {
		return err
	}
	below := git{ctx: g.ctx, dir: filepath.Join(g.dir, filepath.FromSlash(name)), from: g.from}
	if _, err := below.ask("clone", "--quiet", "--shared", "--no-tags", "--no-checkout", from, "."); err != nil {
		return err
	}
	if _, err := below.ask("checkout", "--quiet", "--detach", commit); err != nil {
		return err
	}
	return below.submodules(from)
}
