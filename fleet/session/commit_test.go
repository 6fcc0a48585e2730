package session

import (
	"os"
	"path/filepath"
	"testing"

	"assay/fleet/repo"
)

// TestCommitVars commits what was written and removed and nothing else, with
// names that git would take for patterns.
func TestCommitVars(t *testing.T) {
	dir := checkedOut(t)
	gitIn(t, dir, "config", "user.name", "t")
	gitIn(t, dir, "config", "user.email", "t@example.org")
	put(t, filepath.Join(dir, "gone"), "x")
	put(t, filepath.Join(dir, "other"), "x")
	gitIn(t, dir, "add", ".")
	gitIn(t, dir, "commit", "-q", "-m", "two")
	if err := os.Remove(filepath.Join(dir, "gone")); err != nil {
		t.Fatal(err)
	}
	put(t, filepath.Join(dir, "other"), "not to be committed")
	put(t, filepath.Join(dir, "*"), "new")
	s := Session{Repo: &repo.Repository{Dir: dir}}
	if err := s.CommitVars(t.Context(), []string{"*", "gone", "never/was"}, "three"); err != nil {
		t.Fatal(err)
	}
	if got := gitIn(t, dir, "show", "--format=%s", "--name-status"); got != "three\n\nA\t*\nD\tgone" {
		t.Errorf("%q", got)
	}
	if err := s.CommitVars(t.Context(), []string{"never/was"}, "four"); err != nil {
		t.Errorf("nothing to commit: %v", err)
	}
}
