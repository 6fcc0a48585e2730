package nix

import (
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"net/url"
	"os"
	"path/filepath"
	"strings"

	"assay/fleet/engine/nix/runner"
)

// repository is a flake's directory as git sees it at one moment.
type repository struct {
	dir       string   // of flake.nix
	top       string   // of the work tree
	sub       string   // dir below top, with "/" at its end; "" where they are the same
	url       string   // the flake's, for nix
	content   string   // hash of all that Nix may see: tracked files as they are now, and the commit
	untracked []string // .nix files below dir that Nix does not see
	dirty     bool     // tracked files are not as committed
}

// ErrNoGit says that the flake is in no git repository.
var ErrNoGit = errors.New("not in a git repository")

const gitOutput = 64 << 20 // bytes; half a million files

// look reads the repository's state. It starts nothing of the repository.
func (e *Engine) look(ctx context.Context) (*repository, error) {
	version, err := e.run.Version(ctx)
	if err != nil {
		return nil, err
	}
	r := &repository{dir: e.opts.Dir}
	if _, err := os.Stat(filepath.Join(r.dir, "flake.nix")); err != nil {
		return nil, fmt.Errorf("%s has no flake.nix; hint: give the directory of a flake", r.dir)
	}
	out, err := e.git(ctx, r.dir, "rev-parse", "--show-toplevel", "--show-prefix", "--is-shallow-repository")
	if err != nil {
		if exit, ok := errors.AsType[*runner.ExitError](err); ok && strings.Contains(strings.Join(exit.Lines, "\n"), "not a git repository") {
			return nil, fmt.Errorf("%s is %w, and Nix would copy the whole directory into its store, secrets and all; hint: git init && git add flake.nix, and what belongs to it", r.dir, ErrNoGit)
		}
		return nil, err
	}
	lines := strings.Split(string(out), "\n")
	if len(lines) < 3 {
		return nil, fmt.Errorf("git does not say where %s belongs", r.dir)
	}
	r.top, r.sub = lines[0], lines[1]
	r.url = flakeURL(r.top, r.sub, lines[2] == "true")
	if err := r.hash(ctx, e); err != nil {
		return nil, err
	}
	if r.dirty && !version.AtLeast(2, 20) && (&url.URL{Path: r.top}).EscapedPath() != r.top {
		return nil, fmt.Errorf("nix %s sees only what is committed in a directory of such a name: %s; hint: commit, or call the directory otherwise", version, r.top)
	}
	return r, nil
}

// flakeURL is how nix calls the flake: always by git, so that only tracked
// files reach the store.
func flakeURL(top, sub string, shallow bool) string {
	u := url.URL{Scheme: "git+file", Path: top}
	q := url.Values{}
	if sub != "" {
		q.Set("dir", strings.TrimSuffix(sub, "/"))
	}
	if shallow {
		q.Set("shallow", "1")
	}
	u.RawQuery = strings.ReplaceAll(q.Encode(), "+", "%20")
	return u.String()
}

func (e *Engine) git(ctx context.Context, dir string, args ...string) ([]byte, error) {
	return e.run.Output(ctx, runner.Command{
		Program: "git",
		Args:    append([]string{"-c", "core.fsmonitor=false", "-C", dir}, args...),
		Env:     []string{"LC_ALL=C", "GIT_OPTIONAL_LOCKS=0"},
	}, gitOutput)
}

// hash fills in content and untracked.
func (r *repository) hash(ctx context.Context, e *Engine) error {
	sum := sha256.New()
	head, err := e.git(ctx, r.dir, "rev-parse", "--verify", "--quiet", "HEAD")
	if err != nil && ctx.Err() != nil {
		return err // without a commit yet, git says so by its exit code only
	}
	index, err := e.git(ctx, r.top, "ls-files", "--stage", "-z")
	if err != nil {
		return err
	}
	if !bytes.Contains(index, []byte("\t"+r.sub+"flake.nix\x00")) {
		return fmt.Errorf("%s is not tracked by git, and Nix would not see it; hint: git add flake.nix", filepath.Join(r.dir, "flake.nix"))
	}
	fmt.Fprintf(sum, "head %s\nindex %d\n", head, len(index))
	sum.Write(index)
	changed, err := e.git(ctx, r.top, "diff-files", "--name-only", "-z")
	if err != nil {
		return err
	}
	for path := range strings.SplitSeq(strings.TrimSuffix(string(changed), "\x00"), "\x00") {
		if path != "" {
			hashFile(sum, r.top, path)
		}
	}
	r.content = hex.EncodeToString(sum.Sum(nil))
	others, err := e.git(ctx, r.dir, "ls-files", "--others", "--exclude-standard", "-z", "--", "*.nix")
	if err != nil {
		return err
	}
	staged, err := e.git(ctx, r.top, "diff-index", "--cached", "--name-only", "-z", "HEAD", "--")
	r.dirty = err != nil || len(staged) > 0 || len(changed) > 0
	if s := strings.TrimSuffix(string(others), "\x00"); s != "" {
		r.untracked = strings.Split(s, "\x00")
	}
	return nil
}

// hashFile adds a changed file as it is in the work tree.
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
	} else if f, err := os.Open(full); err == nil {
		_, _ = io.Copy(sum, f)
		f.Close()
	}
}

// key names what an evaluation depends on: the content, the nix that
// evaluates, and how it is asked.
func (e *Engine) key(r *repository, v runner.Version, what ...string) string {
	sum := sha256.New()
	fmt.Fprintf(sum, "2\n%s\n%s\n%s\n%v\n%q\n%q", r.content, r.url, v.Text, e.opts.AcceptConfig, e.opts.Inputs, what)
	return hex.EncodeToString(sum.Sum(nil))[:40]
}
