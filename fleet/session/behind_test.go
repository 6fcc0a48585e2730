package session

import (
	"path/filepath"
	"slices"
	"testing"

	"assay/fleet"
	"assay/fleet/repo"
)

func TestTouched(t *testing.T) {
	dir := checkedOut(t)
	first := gitIn(t, dir, "rev-parse", "HEAD")
	put(t, filepath.Join(dir, "a b\n.nix"), "one\n")
	put(t, filepath.Join(dir, "fleet.toml"), "two\n")
	gitIn(t, dir, "add", ".")
	gitIn(t, dir, "commit", "-q", "-m", "two")
	gitIn(t, dir, "commit", "-q", "--allow-empty", "-m", "three")
	g := git{ctx: t.Context(), dir: dir}
	commits, ok := g.touched(first)
	if !ok || len(commits) != 1 || !slices.Contains(commits[0], "fleet.toml") {
		t.Errorf("%q, %v", commits, ok)
	}
	if commits, ok := g.touched(gitIn(t, dir, "rev-parse", "HEAD")); !ok || len(commits) != 0 {
		t.Errorf("the last commit: %q, %v", commits, ok)
	}
	if _, ok := g.touched("0123456789abcdef0123456789abcdef01234567"); ok {
		t.Error("a commit that is not there has commits since")
	}
	h := (&Session{Repo: &repo.Repository{Dir: dir, Fleet: &fleet.Fleet{}}}).history(t.Context())
	if b := h.behind("cinnabar", first+"-dirty"); b == nil || b.Revision != first || b.Commits != 1 {
		t.Errorf("%+v", b)
	}
	for _, revision := range []string{"", "none", "../x"} {
		if b := h.behind("cinnabar", revision); b != nil {
			t.Errorf("%q: %+v", revision, b)
		}
	}
}
