package session

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"assay/fleet/repo"
)

// TestScratch: the copy has the submodules that are checked out, at their
// commits, and is without those that are not.
func TestScratch(t *testing.T) {
	inner, spare, dir := checkedOut(t), checkedOut(t), checkedOut(t)
	for name, from := range map[string]string{"inner dir": inner, "spare": spare} {
		gitIn(t, dir, "-c", "protocol.file.allow=always", "submodule", "--quiet", "add", from, name)
	}
	if err := os.MkdirAll(filepath.Join(dir, "fleet"), 0o755); err != nil {
		t.Fatal(err)
	}
	put(t, filepath.Join(dir, "fleet", "flake.lock"), "{}\n")
	gitIn(t, dir, "add", ".")
	gitIn(t, dir, "commit", "-q", "-m", "two")
	gitIn(t, dir, "submodule", "--quiet", "deinit", "--force", "spare")
	s := Session{Repo: &repo.Repository{Dir: filepath.Join(dir, "fleet")}}
	c, err := s.scratch(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	defer c.remove()
	if text, err := os.ReadFile(filepath.Join(c.top, "inner dir", "fleet.toml")); err != nil || string(text) != "one\n" {
		t.Errorf("the submodule has %q, %v", text, err)
	}
	if text, err := os.ReadFile(filepath.Join(c.dir, "flake.lock")); err != nil || string(text) != "{}\n" {
		t.Errorf("the fleet has %q, %v", text, err)
	}
	if list, _ := os.ReadDir(filepath.Join(c.top, "spare")); len(list) != 0 {
		t.Errorf("a submodule that is not checked out has %v", list)
	}
	if status := gitIn(t, c.top, "status", "--porcelain"); status != "" {
		t.Errorf("the copy differs from its commit: %s", status)
	}

	gitIn(t, dir, "update-index", "--cacheinfo", "160000,"+strings.Repeat("12", 20)+",inner dir")
	gitIn(t, dir, "commit", "-q", "-m", "a commit that is nowhere")
	if _, err := s.scratch(t.Context()); err == nil || !strings.Contains(err.Error(), "submodule inner dir") || !strings.Contains(err.Error(), "; hint: git submodule update") {
		t.Errorf("%v", err)
	}
}

func TestPinOf(t *testing.T) {
	lock := []byte(`{"root":"root","version":7,"nodes":{
		"root":{"inputs":{"nixpkgs":"nixpkgs_2","follows":["a","b"]}},
		"nixpkgs_2":{"locked":{"rev":"abc","narHash":"sha256-x","lastModified":60}}}}`)
	p, err := pinOf(lock, "nixpkgs")
	if err != nil || p != (Pin{"abc", "sha256-x", time.Unix(60, 0).UTC()}) {
		t.Errorf("%+v, %v", p, err)
	}
	for _, input := range []string{"follows", "nobody"} {
		if _, err := pinOf(lock, input); err == nil || !strings.Contains(err.Error(), input) {
			t.Errorf("%s: %v", input, err)
		}
	}
	if _, err := pinOf([]byte("{"), "x"); err == nil {
		t.Error("half a file is read")
	}
}
