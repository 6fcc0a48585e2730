package deploy_test

import (
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"assay/fleet/engine/nix/deploy"
	"assay/fleet/host"
	"assay/fleet/host/bed"
)

// key makes a signing key and returns its file and its public half.
func (l *local) key(t *testing.T, name string) (file, public string) {
	t.Helper()
	file = filepath.Join(l.dir, name)
	if err := os.WriteFile(file, []byte(l.nix(t, "nix", "key", "generate-secret", "--key-name", name)), 0o600); err != nil {
		t.Fatal(err)
	}
	return file, l.nix(t, "/bin/sh", "-c", "nix key convert-secret-to-public <"+file)
}

func TestUntrustedUserNeedsSignatures(t *testing.T) {
	l := newLocal(t)
	h := bed.Shared(t, 1)[0]
	conn := connect(t, h, "deploy", host.BecomeNone)
	h.Root(t, "cp /etc/nix/nix.conf /etc/nix/nix.conf.away")
	defer h.Root(t, "mv /etc/nix/nix.conf.away /etc/nix/nix.conf; systemctl restart nix-daemon.service")
	c := l.closure(t, l.build(t, small))
	first, _ := l.key(t, "first-1")
	fleet, public := l.key(t, "fleet-1")
	l.nix(t, "nix", "store", "sign", "--recursive", "--key-file", first, c.System)

	plain := l.deployer(t, deploy.Options{})
	if err := plain.Copy(t.Context(), conn, c.Objects, nil); !errors.Is(err, deploy.ErrUnsigned) || !strings.Contains(err.Error(), "user deploy") ||
		!strings.Contains(err.Error(), "3 of the 3 paths") || !strings.Contains(err.Error(), "-alpha-1.2") {
		t.Error(err)
	}
	signing := l.deployer(t, deploy.Options{KeyFile: fleet})
	if err := signing.Copy(t.Context(), conn, c.Objects, nil); !errors.Is(err, deploy.ErrUnsigned) {
		t.Errorf("a key that the host does not know: %v", err)
	}

	h.Root(t, "echo 'trusted-public-keys = "+public+"' >>/etc/nix/nix.conf; systemctl restart nix-daemon.service")
	if err := signing.Copy(t.Context(), conn, c.Objects, nil); err != nil {
		t.Fatal(err)
	}
	for _, o := range c.Objects {
		got := h.Root(t, "nix path-info --sigs "+o.Path)
		if !strings.Contains(got, "fleet-1:") || !strings.Contains(got, "first-1:") {
			t.Errorf("signatures on the host: %s", got)
		}
	}
	h.Root(t, "nix-collect-garbage 2>&1")
	if missing, err := signing.Missing(t.Context(), conn, c); err != nil || len(missing) != 0 {
		t.Errorf("%d missing after garbage was collected: %v", len(missing), err)
	}
	if got := h.Root(t, "ls /home/deploy/.local/state/assay/roots"); !strings.Contains(got, filepath.Base(c.System)) {
		t.Errorf("roots: %q", got)
	}
	// Who is trusted needs no signature; whether that is known from the
	// daemon's word or from its settings depends on its version.
	other := l.closure(t, l.build(t, strings.ReplaceAll(small, "alpha", "gamma")))
	h.Root(t, "sed -i 's/^trusted-users.*/trusted-users = root @nix-users/' /etc/nix/nix.conf; systemctl restart nix-daemon.service")
	if err := plain.Copy(t.Context(), conn, other.Objects, nil); err != nil {
		t.Errorf("as a trusted user: %v", err)
	}
}

func TestSudoIsTrusted(t *testing.T) {
	l := newLocal(t)
	h := bed.Shared(t, 1)[0]
	conn := connect(t, h, "deploy", host.BecomeSudo)
	c := l.closure(t, l.build(t, strings.ReplaceAll(small, "alpha", "delta")))
	d := l.deployer(t, deploy.Options{})
	if err := d.Copy(t.Context(), conn, c.Objects, nil); err != nil {
		t.Fatal(err)
	}
	if missing, err := d.Missing(t.Context(), conn, c); err != nil || len(missing) != 0 {
		t.Errorf("%d missing: %v", len(missing), err)
	}
}
