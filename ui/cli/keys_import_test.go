package cli

import (
	"crypto"
	"crypto/ecdsa"
	"crypto/ed25519"
	"crypto/elliptic"
	"crypto/rand"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"golang.org/x/crypto/ssh"
)

// TestKeysImport finds the keys of a machine under its addresses, IPv6 and
// other ports included, and pins the one of the kind that ssh prefers, after a
// yes and never in place of another one.
func TestKeysImport(t *testing.T) {
	s := newShell(t)
	file := filepath.Join(t.TempDir(), "known_hosts")
	know := func(name string, public crypto.PublicKey) (fingerprint string) {
		t.Helper()
		key, err := ssh.NewPublicKey(public)
		if err != nil {
			t.Fatal(err)
		}
		text, _ := os.ReadFile(file)
		if err := os.WriteFile(file, append(text, name+" "+string(ssh.MarshalAuthorizedKey(key))...), 0o600); err != nil {
			t.Fatal(err)
		}
		return ssh.FingerprintSHA256(key)
	}
	fresh := func() crypto.PublicKey {
		public, _, err := ed25519.GenerateKey(nil)
		if err != nil {
			t.Fatal(err)
		}
		return public
	}
	imports := func(args ...string) call {
		return s.here(append([]string{"keys", "import", "cinnabar", "--known-hosts", file}, args...)...)
	}
	// state is that of the key with a fingerprint, "" where it is not listed.
	state := func(c call, fingerprint string) string {
		for line := range strings.Lines(c.stdout) {
			if words := strings.Fields(line); len(words) > 3 && words[3] == fingerprint {
				return words[1]
			}
		}
		return ""
	}
	is := func(c call, fingerprint, want string) {
		t.Helper()
		if got := state(c, fingerprint); got != want {
			t.Errorf("%s is %q, want %q\n%s", fingerprint, got, want, c.stdout)
		}
	}
	elliptical, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	public := fresh()
	second := know("2001:db8:2f:1::1", elliptical.Public())
	first := know("2001:db8:2f:1::1", public)
	know("203.0.113.7", public) // one key under two addresses
	port, stranger := know("[2001:db8:2f:1::1]:2222", fresh()), know("elsewhere", fresh())

	c := imports().want(t, exitUsage, "hint: --yes")
	is(c, first, "new")
	is(c, second, keyOther)
	is(c, port, "")
	is(c, stranger, "")
	imports("--yes").want(t, exitDone)
	c = imports().want(t, exitDone)
	is(c, first, keyPinned)
	is(c, second, keyOther)

	changed := know("cinnabar.zt", fresh())
	c = imports("--yes").want(t, exitIdentity)
	is(c, changed, "differs")
	is(c, first, keyPinned)

	s.state = t.TempDir() // nothing is pinned
	c = imports("--yes").want(t, exitIdentity, "assay keys pin cinnabar SHA256:... says which")
	is(c, first, "differs")
	is(c, changed, "differs")

	s.here("keys", "import", "galena", "--known-hosts", file).want(t, exitDone, "no host key of these machines is known elsewhere")
	s.here("keys", "import", "cinabar").want(t, exitNothing, `did you mean "cinnabar"?`)
}
