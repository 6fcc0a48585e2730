package cli

import (
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
)

// TestCheckNative: what keeps Nix from reading a native fleet is a warning,
// and gone once it is mended.
func TestCheckNative(t *testing.T) {
	if _, err := exec.LookPath("git"); err != nil {
		t.Skip("not run: no git")
	}
	s := newShell(t)
	s.dir = apart(t)
	if err := os.WriteFile(filepath.Join(s.dir, "flake.nix"), []byte("{ }\n"), 0o644); err != nil {
		t.Fatal(err)
	}
	s.here("check").want(t, exitDone, "assay.nix: there is none", "flake.lock: there is none", "in no git repository")
	s.here("init", "--yes").want(t, exitDone, "assay.nix is written", "next: assay check")
	if out, err := exec.Command("git", "-C", s.dir, "init", "-q").CombinedOutput(); err != nil {
		t.Fatalf("%v: %s", err, out)
	}
	s.here("check").want(t, exitDone, "warning assay.nix: git does not track it")
	if out, err := exec.Command("git", "-C", s.dir, "add", ".").CombinedOutput(); err != nil {
		t.Fatalf("%v: %s", err, out)
	}
	c := s.here("check").want(t, exitDone, "flake.lock: there is none")
	if strings.Contains(c.stdout, "git does not track") || strings.Contains(c.stdout, "assay.nix") {
		t.Errorf("%s", c.stdout)
	}
}

// TestNearMachine: a slip in the name of a machine is told as one.
func TestNearMachine(t *testing.T) {
	s := newShell(t)
	for _, command := range []string{"ssh", "log", "compose", "keys pin"} {
		s.here(append(strings.Fields(command), "cinnabr")...).want(t, exitNothing, `did you mean "cinnabar"?`)
		s.here(append(strings.Fields(command), "a", "b", "c")...).want(t, exitUsage, "assay "+command)
	}
	s.here("keys").want(t, exitDone, "no key is pinned")
}
