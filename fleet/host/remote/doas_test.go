package remote_test

import (
	"encoding/base64"
	"errors"
	"os"
	"os/exec"
	"strings"
	"testing"

	"assay/fleet/host"
	"assay/fleet/host/bed"
	"assay/fleet/host/remote"

	"golang.org/x/crypto/ssh"
)

// TestDoas: this computer's doas (Debian's opendoas) on a real host, as a user
// who is not root.
func TestDoas(t *testing.T) {
	noLeak(t)
	here, err := exec.LookPath("doas")
	if err != nil {
		t.Skip("not run: no doas; hint: install opendoas")
	}
	program, err := os.ReadFile(here)
	if err != nil {
		t.Skip("not run:", err)
	}
	h := bed.Shared(t, 1)[0]
	encoded := base64.StdEncoding.EncodeToString(program)
	for len(encoded) > 0 { // an argument has no room for all of it
		n := min(len(encoded), 60_000)
		h.Root(t, "printf %s "+encoded[:n]+" >>/root/doas.b64")
		encoded = encoded[n:]
	}
	h.Root(t, "base64 -d </root/doas.b64 >/usr/bin/doas && chmod 4755 /usr/bin/doas && cp /etc/pam.d/sudo /etc/pam.d/doas")
	defer h.Root(t, "rm -f /usr/bin/doas /etc/doas.conf /etc/pam.d/doas /root/doas.b64")
	c := remote.New(remote.Options{Signers: []ssh.Signer{bedSigner(t, h)}})
	for _, test := range []struct{ conf, want string }{
		{"permit nopass deploy", ""},
		{"permit deploy", "permit nopass for deploy"},
		{"deny deploy", "doas"},
	} {
		h.Root(t, "echo '"+test.conf+"' >/etc/doas.conf && chmod 600 /etc/doas.conf")
		conn := connect(t, c, bedTarget(h, "deploy", host.BecomeDoas))
		err := root(t, conn)
		if test.want == "" {
			if err != nil {
				t.Fatalf("%s: %v", test.conf, err)
			}
			rooted(t, conn, "/root")
		} else if !errors.Is(err, host.ErrRoot) || !strings.Contains(err.Error(), test.want) {
			t.Errorf("%s: %v", test.conf, err)
		}
	}
}
