package nix

import (
	"bytes"
	"cmp"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"time"
)

// hash fills in content, dirty, untracked, commit and files.
func (r *repository) hash(ctx context.Context, e *Engine) error {
	var all sync.WaitGroup
	var untracked, staged error
	var differs []byte
	all.Go(func() { r.untracked, untracked = e.Untracked(ctx) })
	all.Go(func() {
		differs, staged = e.git(ctx, r.top, "diff-index", "--cached", "--name-only", "-z", "HEAD", "--")
	})
	sum := sha256.New()
	found, err := e.tracked(ctx, sum, r.top)
	all.Wait()
	if err != nil {
		return err
	}
	if !bytes.Contains(found.index, []byte("\t"+r.sub+"flake.nix\x00")) {
		return fmt.Errorf("%s is not tracked by git, and Nix would not see it; hint: git add flake.nix", filepath.Join(r.dir, "flake.nix"))
	}
	r.content = hex.EncodeToString(sum.Sum(nil))
	r.dirty = staged != nil || len(differs) > 0 || found.changed
	if staged == nil { // else it is not certain whether the tree is dirty
		r.commit, r.files = found.commit, found.files()
	}
	return untracked
}

// Untracked returns the .nix files below the flake's directory, relative to
// it, that git neither tracks nor ignores: Nix does not see them.
func (e *Engine) Untracked(ctx context.Context) ([]string, error) {
	others, err := e.git(ctx, e.opts.Dir, "ls-files", "--others", "--exclude-standard", "-z", "--", "*.nix")
	if err != nil || len(others) == 0 {
		return nil, err
	}
	return strings.Split(strings.TrimSuffix(string(others), "\x00"), "\x00"), nil
}

// tracked is what git says of a work tree.
type tracked struct {
	index   []byte // as ls-files prints it
	commit  string
	changed bool // files are not as in the index
}

// files are the names in the index; nil where there are submodules.
func (t tracked) files() []string {
	names := []string{}
	for entry := range strings.SplitSeq(string(t.index), "\x00") {
		flags, name, ok := strings.Cut(entry, "\t")
		if strings.HasPrefix(flags[min(len(flags), 1):], " 160000 ") {
			return nil
		}
		if ok {
			names = append(names, name)
		}
	}
	return names
}

// tracked adds what Nix may see of a work tree and of its submodules: the
// commit, the index, and the files that differ from it, or may and git was
// told not to look (assume-unchanged, skip-worktree).
func (e *Engine) tracked(ctx context.Context, sum io.Writer, top string) (tracked, error) {
	var head, differing []byte
	var headErr, differErr error
	var all sync.WaitGroup
	all.Go(func() { head, headErr = e.git(ctx, top, "rev-parse", "--verify", "--quiet", "HEAD") })
	all.Go(func() { differing, differErr = e.git(ctx, top, "diff-files", "--name-only", "-z") })
	index, err := e.git(ctx, top, "ls-files", "--stage", "-v", "-z")
	all.Wait()
	if headErr != nil && ctx.Err() != nil {
		return tracked{}, headErr // without a commit yet, git says so by its exit code only
	}
	if err = cmp.Or(err, differErr); err != nil {
		return tracked{}, err
	}
	fmt.Fprintf(sum, "head %s\nindex %d\n", head, len(index))
	sum.Write(index)
	for name := range strings.SplitSeq(strings.TrimSuffix(string(differing), "\x00"), "\x00") {
		if name != "" {
			hashFile(sum, top, name)
		}
	}
	for entry := range strings.SplitSeq(string(index), "\x00") {
		flags, name, _ := strings.Cut(entry, "\t")
		switch {
		case flags == "":
		case strings.HasPrefix(flags[1:], " 160000 "):
			below := filepath.Join(top, filepath.FromSlash(name))
			if _, err := os.Lstat(filepath.Join(below, ".git")); err != nil {
				continue // not checked out
			}
			if _, err := e.tracked(ctx, sum, below); err != nil {
				return tracked{}, err
			}
		case flags[0] != 'H':
			hashFile(sum, top, name)
		}
	}
	return tracked{index, strings.TrimSpace(string(head)), len(differing) > 0}, nil
}

// hashFile adds a file as it is in the work tree.
func hashFile(sum io.Writer, top, path string) {
	full := filepath.Join(top, filepath.FromSlash(path))
	stat, err := os.Lstat(full)
	if err != nil {
		fmt.Fprintf(sum, "gone %q\n", path)
		return
	}
	fmt.Fprintf(sum, "changed %q %v %d\n", path, stat.Mode(), stat.Size())
	if stat.Mode()&os.ModeSymlink != 0 {
		target, _ := os.Readlink(full)
		fmt.Fprintf(sum, "%q\n", target)
		return
	}
	if !stat.Mode().IsRegular() { // a pipe would never end
		return
	}
	if f, err := os.Open(full); err == nil {
		_, _ = io.Copy(sum, f)
		f.Close()
	}
}

// rehash bounds the time for looking at a repository once more.
const rehash = 10 * time.Second

// unchanged reports whether the repository is still as it was looked at: what
// Nix has said since then is of that state only if so. It does not end with
// ctx, so that what is known by then is kept.
func (e *Engine) unchanged(ctx context.Context, r *repository) bool {
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), rehash)
	defer cancel()
	sum := sha256.New()
	_, err := e.tracked(ctx, sum, r.top)
	return err == nil && hex.EncodeToString(sum.Sum(nil)) == r.content
}
