package session

import (
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"assay/fleet"
	"assay/fleet/repo"
)

// gitIn runs git for a test, in a directory.
func gitIn(t *testing.T, dir string, args ...string) string {
	t.Helper()
	out, err := exec.Command("git", append([]string{"-C", dir, "-c", "user.name=t", "-c", "user.email=t@example.org"}, args...)...).CombinedOutput()
	if err != nil {
		t.Fatalf("git %v: %v\n%s", args, err, out)
	}
	return strings.TrimSpace(string(out))
}

// checkedOut is a directory with one commit and one file.
func checkedOut(t *testing.T) string {
	t.Helper()
	if _, err := exec.LookPath("git"); err != nil {
		t.Skip("not run: git is not installed")
	}
	t.Setenv("GIT_CONFIG_GLOBAL", os.DevNull)
	t.Setenv("GIT_CONFIG_NOSYSTEM", "1")
	dir := t.TempDir()
	gitIn(t, dir, "init", "-q", "-b", "main")
	put(t, filepath.Join(dir, "fleet.toml"), "one\n")
	put(t, filepath.Join(dir, ".gitattributes"), "fleet.toml filter=x\n")
	gitIn(t, dir, "add", ".")
	gitIn(t, dir, "commit", "-q", "-m", "one")
	return dir
}

func put(t *testing.T, path, text string) {
	t.Helper()
	if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
}

func checkoutOf(t *testing.T, dir string) Checkout {
	t.Helper()
	s := Session{Repo: &repo.Repository{Dir: dir}}
	return s.Checkout(t.Context())
}

func TestCheckout(t *testing.T) {
	dir := checkedOut(t)
	want := Checkout{Revision: gitIn(t, dir, "rev-parse", "HEAD"), Branch: "main", Dirty: fleet.False}
	if got := checkoutOf(t, dir); got != want {
		t.Errorf("%+v, want %+v", got, want)
	}
	put(t, filepath.Join(dir, "fleet.toml"), "two\n")
	want.Dirty = fleet.True
	if got := checkoutOf(t, dir); got != want {
		t.Errorf("changed: %+v, want %+v", got, want)
	}
	if got := checkoutOf(t, t.TempDir()); got.Revision != "" || got.Why == "" {
		t.Errorf("no repository: %+v", got)
	}
}

// TestCheckoutRunsNothing asks about repositories whose settings name
// programs, in every way that git status is known to follow.
func TestCheckoutRunsNothing(t *testing.T) {
	for name, arm := range map[string]func(t *testing.T, dir, program string){
		"filter": func(t *testing.T, dir, program string) {
			gitIn(t, dir, "config", "filter.x.clean", program)
		},
		"filter of the work tree": func(t *testing.T, dir, program string) {
			gitIn(t, dir, "config", "extensions.worktreeConfig", "true")
			gitIn(t, dir, "config", "--worktree", "filter.x.clean", program)
		},
		"filter of an included file": func(t *testing.T, dir, program string) {
			gitIn(t, dir, "config", "include.path", "more")
			gitIn(t, dir, "config", "--file", filepath.Join(dir, ".git", "more"), "filter.x.process", program)
		},
		"monitor": func(t *testing.T, dir, program string) {
			gitIn(t, dir, "config", "core.fsmonitor", program)
		},
		"partial clone": func(t *testing.T, dir, program string) {
			tree := gitIn(t, dir, "rev-parse", "HEAD^{tree}")
			for key, value := range map[string]string{
				"core.repositoryformatversion": "1", "extensions.partialClone": "origin", "protocol.allow": "always",
				"remote.origin.url": dir, "remote.origin.promisor": "true", "remote.origin.uploadpack": program,
			} {
				gitIn(t, dir, "config", key, value)
			}
			if err := os.Remove(filepath.Join(dir, ".git", "objects", tree[:2], tree[2:])); err != nil {
				t.Fatal(err)
			}
		},
	} {
		t.Run(name, func(t *testing.T) {
			dir := checkedOut(t)
			trace := filepath.Join(t.TempDir(), "ran")
			arm(t, dir, "touch "+trace+"; cat")
			put(t, filepath.Join(dir, "fleet.toml"), "two\n")
			got := checkoutOf(t, dir)
			if _, err := os.Stat(trace); err == nil {
				t.Errorf("a program of the repository was run: %+v", got)
			}
			if got.Revision == "" {
				t.Errorf("%+v", got)
			}
		})
	}
}

// TestCheckoutBare asks about files that are a bare repository themselves, as
// somebody may have committed them.
func TestCheckoutBare(t *testing.T) {
	outer := checkedOut(t)
	inner := filepath.Join(outer, "inner")
	gitIn(t, outer, "clone", "-q", "--bare", outer, inner)
	if got := checkoutOf(t, inner); got.Revision != "" {
		t.Errorf("its settings were read: %+v", got)
	}
}
