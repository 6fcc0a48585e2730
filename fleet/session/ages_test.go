package session

import (
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"testing"
)

// TestHistoryOfUnlikelySecrets: git is asked for the history of encrypted files
// also where nothing about their names says that they are.
func TestHistoryOfUnlikelySecrets(t *testing.T) {
	if _, err := exec.LookPath("git"); err != nil {
		t.Skip("not run: git is not installed")
	}
	const sealed = `{"data":"ENC[AES256_GCM,data:AA==,iv:AA==,tag:AA==,type:str]","sops":{"age":[],"lastmodified":"2026-01-01T00:00:00Z","mac":"ENC[AES256_GCM,data:AA==,iv:AA==,tag:AA==,type:str]","version":"3.9.0"}}`
	for _, names := range [][]string{{"secrets/a.json"}, {"deep/er/a.json"}, {"hosts/web/secrets.json"}, {"deep/er/a.json", "hosts/web/secrets.json", "secrets/b.json"}} {
		dir, cache := t.TempDir(), t.TempDir()
		write := func(name, text string) {
			path := filepath.Join(dir, name)
			if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
				t.Fatal(err)
			}
			if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
				t.Fatal(err)
			}
		}
		write("secrets/README.md", "what is asked for, and none is there\n")
		for _, name := range names {
			write(name, sealed)
		}
		for _, args := range [][]string{{"init", "-q"}, {"add", "-A"}, {"commit", "-q", "-m", "x"}} {
			args = append([]string{"-C", dir, "-c", "user.name=a", "-c", "user.email=a@example.org", "-c", "commit.gpgsign=false"}, args...)
			if out, err := exec.Command("git", args...).CombinedOutput(); err != nil {
				t.Fatalf("%v: %s", err, out)
			}
		}
		for range 2 { // what is kept then, too
			a := AheadAudit(t.Context(), dir, cache, true)
			ages := a.said()
			a.Stop()
			var found []string
			for _, h := range ages.History {
				if len(h.All) == 1 && h.All[0].Said != "" {
					found = append(found, h.Path)
				}
			}
			slices.Sort(found)
			if a.err != nil || ages.NoGit != "" || !slices.Equal(found, names) {
				t.Errorf("%q, %v, %q; want %q", found, a.err, ages.NoGit, names)
			}
		}
	}
}
