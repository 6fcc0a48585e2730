package cli

import (
	"crypto/ed25519"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"golang.org/x/crypto/ssh"
)

// TestKeysImport finds the keys of a machine under its addresses, IPv6 and
// other ports included, pins what is new after a yes, and once.
func TestKeysImport(t *testing.T) {
	s := newShell(t)
	file := filepath.Join(t.TempDir(), "known_hosts")
	text, prints := "", []string{}
	for _, name := range []string{"[2001:db8:2f:1::1]:2222", "2001:db8:2f:1::1", "203.0.113.7", "elsewhere"} {
		public, _, err := ed25519.GenerateKey(nil)
		if err != nil {
			t.Fatal(err)
		}
		key, err := ssh.NewPublicKey(public)
		if err != nil {
			t.Fatal(err)
		}
		text += name + " " + string(ssh.MarshalAuthorizedKey(key))
		prints = append(prints, ssh.FingerprintSHA256(key))
	}
	if err := os.WriteFile(file, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
	found := func(args ...string) call {
		return s.here(append([]string{"keys", "import", "cinnabar", "--known-hosts", file}, args...)...)
	}
	lacks := func(c call, texts ...string) {
		t.Helper()
		for _, text := range texts {
			if strings.Contains(c.stdout+c.stderr, text) {
				t.Errorf("%q is in\n%s%s", text, c.stdout, c.stderr)
			}
		}
	}
	lacks(found().want(t, exitUsage, prints[1], prints[2], "new"), prints[0], prints[3], "pinned")
	found("--yes").want(t, exitDone, prints[1], prints[2])
	lacks(found().want(t, exitDone, prints[1], prints[2], "pinned"), "new")
	s.here("keys", "import", "galena", "--known-hosts", file).want(t, exitDone, "no host key of these machines is known elsewhere")
	s.here("keys", "import", "cinabar").want(t, exitNothing, `did you mean "cinnabar"?`)
}
