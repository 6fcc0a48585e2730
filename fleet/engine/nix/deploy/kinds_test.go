package deploy_test

import (
	"strings"
	"testing"

	"assay/fleet/engine/nix/deploy"
	"assay/fleet/host"
	"assay/fleet/host/bed"
)

// Without root there are hosts too: the caller's own sshd with a store of its
// own, whose owner is trusted.
func TestCopyToOwnStore(t *testing.T) {
	l := newLocal(t)
	h := bed.Up(t, 1, bed.Tier(bed.TierC))[0]
	t.Cleanup(func() { writable(h.State) })
	conn := connect(t, h, h.User, host.BecomeNone)
	d := l.deployer(t, deploy.Options{})
	c := l.closure(t, l.build(t, furnished))
	if err := d.Copy(t.Context(), conn, c.Objects, nil); err != nil {
		t.Fatal(err)
	}
	if _, err := h.SSH(h.User, "nix-collect-garbage"); err != nil {
		t.Error(err)
	}
	if missing, err := d.Missing(t.Context(), conn, c); err != nil || len(missing) != 0 {
		t.Errorf("%d missing after garbage was collected: %v", len(missing), err)
	}
	r, err := d.Record(t.Context(), conn, c.System)
	if err != nil || len(r.Packages) != 5 || len(r.Files) != 0 || len(r.LeftOut) != 1 {
		t.Errorf("%+v, %v", r, err)
	}
}

// What the host's substituter has does not travel from here.
func TestSubstituteOnDestination(t *testing.T) {
	l := newLocal(t)
	h := bed.Shared(t, 1)[0]
	conn := connect(t, h, "root", host.BecomeNone)
	plain, substituting := l.deployer(t, deploy.Options{}), l.deployer(t, deploy.Options{Substitute: true})
	c := l.closure(t, l.build(t, large("cached")))
	if err := plain.Copy(t.Context(), conn, c.Objects, nil); err != nil {
		t.Fatal(err)
	}
	h.Root(t, "cp /etc/nix/nix.conf /etc/nix/nix.conf.away")
	defer h.Root(t, "mv /etc/nix/nix.conf.away /etc/nix/nix.conf; rm -rf /nix/cache; systemctl restart nix-daemon.service")
	h.Root(t, `set -e
		nix copy --to file:///nix/cache?compression=none `+c.System+`
		rm /nix/var/nix/gcroots/assay/*; nix-store --delete `+c.System+` 2>&1; nix-collect-garbage 2>&1
		printf 'substituters = file:///nix/cache\nrequire-sigs = false\n' >>/etc/nix/nix.conf; systemctl restart nix-daemon.service`)
	var sent []int64
	if err := substituting.Copy(t.Context(), conn, c.Objects, func(n int64) { sent = append(sent, n) }); err != nil {
		t.Fatal(err)
	}
	if n := len(sent); n < 2 || sent[n-2] > 1<<20 {
		t.Errorf("%d bytes were sent", sent[max(n-2, 0):])
	}
	if missing, err := plain.Missing(t.Context(), conn, c); err != nil || len(missing) != 0 {
		t.Errorf("%d missing: %v", len(missing), err)
	}
	if log := strings.TrimSpace(h.Root(t, "ls /nix/var/nix/gcroots/assay")); !strings.Contains(log, "nixos-system-cached") {
		t.Errorf("roots: %s", log)
	}
}
