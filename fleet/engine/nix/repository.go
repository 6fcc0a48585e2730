package nix

import (
	"cmp"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"net/url"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"time"

	"assay/fleet/engine/nix/runner"
)

// repository is a flake's directory as git sees it at one moment.
type repository struct {
	dir       string    // of flake.nix
	top       string    // of the work tree
	sub       string    // dir below top, with "/" at its end; "" where they are the same
	url       string    // the flake's, for nix
	content   string    // hash of all that Nix may see: tracked files as they are now, and the commit
	untracked []string  // .nix files below dir that Nix does not see
	dirty     bool      // tracked files are not as committed
	commit    string    // that is checked out, "" before the first
	own       [2]string // git's files of what is tracked, and of where the history ends
	files     []string  // what is tracked, below top; nil where that is not all, because of submodules

	mu     sync.Mutex // guards what follows, see Engine.sources
	asked  bool
	source string
}

// ErrNoGit says that the flake is in no git repository.
var ErrNoGit = errors.New("not in a git repository")

const gitOutput = 64 << 20 // bytes; half a million files

// look reads the repository's state. It starts nothing of the repository.
func (e *Engine) look(ctx context.Context) (*repository, error) {
	var version runner.Version
	var unknown error
	var asking sync.WaitGroup
	asking.Go(func() { version, unknown = e.run.Version(ctx) })
	r, err := e.tree(ctx)
	asking.Wait()
	if err = cmp.Or(unknown, err); err != nil {
		return nil, err
	}
	if r.dirty && !version.AtLeast(2, 20) && (&url.URL{Path: r.top}).EscapedPath() != r.top {
		return nil, fmt.Errorf("nix %s sees only what is committed in a directory of such a name: %s; hint: commit, or call the directory otherwise", version, r.top)
	}
	return r, nil
}

// tree is what git says of the repository, now or when it looked the same.
func (e *Engine) tree(ctx context.Context) (*repository, error) {
	l, err := e.opts.Looks.at(ctx, e.opts.Dir)
	if err != nil {
		return nil, err
	}
	defer l.leave()
	if r := l.still(ctx, e); r != nil {
		return r, nil
	}
	begun := time.Now()
	r, err := e.asked(ctx)
	if err == nil {
		l.note(r, begun)
	}
	return r, err
}

// asked is what git says of the repository now.
func (e *Engine) asked(ctx context.Context) (*repository, error) {
	r := &repository{dir: e.opts.Dir}
	if _, err := os.Stat(filepath.Join(r.dir, "flake.nix")); err != nil {
		return nil, fmt.Errorf("%s has no flake.nix; hint: give the directory of a flake", r.dir)
	}
	out, err := e.git(ctx, r.dir, "rev-parse", "--show-toplevel", "--show-prefix", "--is-shallow-repository", "--git-path", "index", "--git-path", "shallow")
	if err != nil {
		if exit, ok := errors.AsType[*runner.ExitError](err); ok && strings.Contains(strings.Join(exit.Lines, "\n"), "not a git repository") {
			return nil, fmt.Errorf("%s is %w, and Nix would copy the whole directory into its store, secrets and all; hint: git init && git add flake.nix, and what belongs to it", r.dir, ErrNoGit)
		}
		return nil, err
	}
	lines := strings.Split(string(out), "\n")
	if len(lines) < 5 {
		return nil, fmt.Errorf("git does not say where %s belongs", r.dir)
	}
	r.top, r.sub = lines[0], lines[1]
	r.url = flakeURL(r.top, r.sub, lines[2] == "true")
	for i, file := range lines[3:5] {
		if r.own[i] = file; !filepath.IsAbs(file) {
			r.own[i] = filepath.Join(r.dir, file)
		}
	}
	return r, r.hash(ctx, e)
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

// key names what an evaluation depends on: the content, the nix that
// evaluates, and how it is asked.
func (e *Engine) key(r *repository, v runner.Version, what ...string) string {
	sum := sha256.New()
	fmt.Fprintf(sum, "2\n%s\n%s\n%s\n%v\n%q\n%q", r.content, r.url, v.Text, e.opts.AcceptConfig, e.opts.Inputs, what)
	return hex.EncodeToString(sum.Sum(nil))[:40]
}
