package generate_test

import (
	"bytes"
	"errors"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"assay/secrets/generate"
	"assay/secrets/secret"
)

func run(t testing.TB) (private secret.Value, public []byte) {
	t.Helper()
	g, ok := generate.Builtin("openssh")
	if !ok {
		t.Fatal("no generator openssh")
	}
	out, err := g.Run()
	if err != nil {
		t.Fatal(err)
	}
	if len(out) != 2 || out[0].File != g.Files[0] || out[1].File != g.Files[1] {
		t.Fatalf("made other files than it declares")
	}
	if f := out[0].File; f.Name != "ssh.id_ed25519" || !f.Secret || !f.Deploy {
		t.Errorf("%+v", f)
	}
	if f := out[1].File; f.Name != "ssh.id_ed25519.pub" || f.Secret {
		t.Errorf("%+v", f)
	}
	return out[0].Content, out[1].Content.Bytes()
}

// TestSSHKeygenAgrees has ssh-keygen read what the generator made, and reads
// what ssh-keygen made.
func TestSSHKeygenAgrees(t *testing.T) {
	keygen, err := exec.LookPath("ssh-keygen")
	if err != nil {
		t.Skip("not run: ssh-keygen is not installed")
	}
	for range 20 {
		private, public := run(t)
		path := filepath.Join(t.TempDir(), "key")
		if err := os.WriteFile(path, private.Bytes(), 0o600); err != nil {
			t.Fatal(err)
		}
		out, err := exec.CommandContext(t.Context(), keygen, "-y", "-P", "", "-f", path).Output()
		if err != nil || !bytes.Equal(out, public) {
			t.Fatalf("ssh-keygen -y: %q, %v; want %q", out, err, public)
		}
	}
	path := filepath.Join(t.TempDir(), "theirs")
	if err := exec.CommandContext(t.Context(), keygen, "-q", "-t", "ed25519", "-N", "", "-C", "", "-f", path).Run(); err != nil {
		t.Fatal(err)
	}
	private, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	want, err := os.ReadFile(path + ".pub")
	if err != nil {
		t.Fatal(err)
	}
	got, err := generate.HostKeyPublicOf(secret.New(private))
	if err != nil || strings.TrimSpace(string(got)) != strings.TrimSpace(string(want)) {
		t.Errorf("of ssh-keygen's key: %q, %v; want %q", got, err, want)
	}
}

func TestHostKeysDiffer(t *testing.T) {
	seen := map[string]bool{}
	for range 100 {
		private, public := run(t)
		derived, err := generate.HostKeyPublicOf(private)
		if err != nil || !bytes.Equal(derived, public) {
			t.Fatal(err)
		}
		if seen[string(public)] {
			t.Fatal("the same key twice")
		}
		seen[string(public)] = true
	}
}

func TestHostKeyPublicOfShowsNothing(t *testing.T) {
	for _, text := range []string{"", "canary", "-----BEGIN OPENSSH PRIVATE KEY-----\nY2FuYXJ5\n-----END OPENSSH PRIVATE KEY-----\n"} {
		_, err := generate.HostKeyPublicOf(secret.New([]byte(text)))
		if !errors.Is(err, generate.ErrHostKey) || strings.Contains(err.Error(), "canary") {
			t.Errorf("%q: %v", text, err)
		}
	}
}

func TestBuiltins(t *testing.T) {
	for _, name := range generate.Names() {
		if g, ok := generate.Builtin(name); !ok || g.Name != name {
			t.Errorf("%s: %+v", name, g)
		}
	}
	if _, ok := generate.Builtin("no-such"); ok {
		t.Error("there is a generator no-such")
	}
}
