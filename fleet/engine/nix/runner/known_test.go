package runner

import (
	"os"
	"os/exec"
	"path/filepath"
	"testing"
	"time"
)

// A program that says its version is asked again only when it is another one.
func TestVersionIsRemembered(t *testing.T) {
	bin, cache := t.TempDir(), t.TempDir()
	ask := func(said string) {
		t.Helper()
		v, err := New(Options{Bin: bin, Cache: cache, Env: []string{"SAYS=" + said}}).Version(t.Context())
		if want := os.Getenv("WANT"); err != nil || v.Text != want {
			t.Errorf("got %q, %v; want %q", v.Text, err, want)
		}
	}
	expect := func(said, want string) { t.Helper(); t.Setenv("WANT", want); ask(said) }
	// A program that is no script and says what the environment wants: this one.
	nix := filepath.Join(bin, "nix")
	self, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	if out, err := exec.CommandContext(t.Context(), "cp", self, nix).CombinedOutput(); err != nil {
		t.Fatalf("%v: %s", err, out)
	}
	expect("nix (Nix) 2.26.3", "nix (Nix) 2.26.3")
	expect("nix (Nix) 2.8.0", "nix (Nix) 2.26.3")
	if err := os.Chtimes(nix, time.Time{}, time.Unix(1, 0)); err != nil {
		t.Fatal(err)
	}
	expect("nix (Nix) 2.8.0", "nix (Nix) 2.8.0")
	if err := os.WriteFile(filepath.Join(cache, "version.json"), []byte("{"), 0o600); err != nil {
		t.Fatal(err)
	}
	expect("nix (Nix) 2.9.0", "nix (Nix) 2.9.0")

	if err := os.Remove(nix); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(nix, []byte("#!/bin/sh\necho \"$SAYS\"\n"), 0o700); err != nil {
		t.Fatal(err)
	}
	expect("nix (Nix) 2.10.0", "nix (Nix) 2.10.0")
	expect("nix (Nix) 2.11.0", "nix (Nix) 2.11.0")
}

func TestMain(m *testing.M) {
	if said := os.Getenv("SAYS"); said != "" && filepath.Base(os.Args[0]) == "nix" {
		os.Stdout.WriteString(said + "\n")
		os.Exit(0)
	}
	os.Exit(m.Run())
}
