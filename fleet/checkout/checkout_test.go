package checkout

import (
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"testing"
)

func TestTracked(t *testing.T) {
	dir := t.TempDir()
	if _, ok := Tracked(t.Context(), dir); ok {
		t.Error("a directory that is not under git has tracked files")
	}
	run := func(args ...string) {
		t.Helper()
		cmd := exec.Command("git", append([]string{"-C", dir}, args...)...)
		if out, err := cmd.CombinedOutput(); err != nil {
			t.Fatalf("git %q: %v\n%s", args, err, out)
		}
	}
	run("init", "-q")
	if files, ok := Tracked(t.Context(), dir); !ok || len(files) != 0 {
		t.Errorf("an empty repository: %q, %v", files, ok)
	}
	for _, name := range []string{"a b.nix", "ü.nix", "sub/c.nix", "meant.nix", "none.nix"} {
		if err := os.MkdirAll(filepath.Dir(filepath.Join(dir, name)), 0o755); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(filepath.Join(dir, name), []byte("{ }"), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	run("add", "a b.nix", "ü.nix", "sub")
	run("add", "--intent-to-add", "meant.nix")
	files, ok := Tracked(t.Context(), dir)
	if want := []string{"a b.nix", "meant.nix", "sub/c.nix", "ü.nix"}; !ok || !slices.Equal(files, want) {
		t.Errorf("got %q, %v\nwant %q", files, ok, want)
	}
	if others := Untracked(t.Context(), dir); !slices.Equal(others, []string{"none.nix"}) {
		t.Errorf("not tracked: %q", others)
	}
	if err := os.WriteFile(filepath.Join(dir, ".gitignore"), []byte("none*\n.gitignore\n"), 0o644); err != nil {
		t.Fatal(err)
	}
	if others := Untracked(t.Context(), dir); len(others) != 0 {
		t.Errorf("what is ignored is told: %q", others)
	}
	if files, ok := Tracked(t.Context(), filepath.Join(dir, "sub")); !ok || !slices.Equal(files, []string{"c.nix"}) {
		t.Errorf("below the top: %q, %v", files, ok)
	}
}
