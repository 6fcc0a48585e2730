package deploy_test

import (
	"strings"
	"testing"

	"assay/fleet/engine"
	"assay/fleet/engine/nix/deploy"
	"assay/fleet/host"
	"assay/fleet/host/bed"
)

// small is a system of three paths.
const small = `let
	alpha = mk "alpha-1.2" [] "echo alpha > $out/x";
	beta = mk "beta-2.0-rc1" [alpha] "echo beta > $out/x";
in mk "nixos-system-test-25.05" [alpha beta] "echo system > $out/x"`

func TestCopyToRoot(t *testing.T) {
	l := newLocal(t)
	h := bed.Shared(t, 1)[0]
	conn := connect(t, h, "root", host.BecomeNone)
	d := l.deployer(t, deploy.Options{})
	c := l.closure(t, l.build(t, small))

	missing, err := d.Missing(t.Context(), conn, c)
	if err != nil || len(missing) != len(c.Objects) {
		t.Fatalf("%d of %d missing: %v", len(missing), len(c.Objects), err)
	}
	var sent []int64
	if err := d.Copy(t.Context(), conn, missing, func(n int64) { sent = append(sent, n) }); err != nil {
		t.Fatal(err)
	}
	if n := len(sent); n == 0 || sent[n-1] != engine.Size(missing) {
		t.Errorf("%d bytes in the end, want %d", sent, engine.Size(missing))
	}
	if missing, err = d.Missing(t.Context(), conn, c); err != nil || len(missing) != 0 {
		t.Errorf("%d missing after the copy: %v", len(missing), err)
	}
	h.Root(t, "nix-collect-garbage 2>&1")
	if missing, err = d.Missing(t.Context(), conn, c); err != nil || len(missing) != 0 {
		t.Errorf("%d missing after garbage was collected: %v", len(missing), err)
	}
	h.Root(t, "rm /nix/var/nix/gcroots/assay/*; nix-collect-garbage 2>&1")
	if missing, err = d.Missing(t.Context(), conn, c); err != nil || len(missing) != 3 {
		t.Errorf("%d missing without the root: %v", len(missing), err)
	}
	if got := h.Root(t, "ls /nix/var/nix/gcroots/assay"); strings.TrimSpace(got) != "" {
		t.Errorf("roots are left: %s", got)
	}
}

// TestLeftBehind has paths that lie on the host and that its Nix does not know,
// as a killed copy leaves them.
func TestLeftBehind(t *testing.T) {
	l := newLocal(t)
	h := bed.Shared(t, 1)[0]
	conn := connect(t, h, "root", host.BecomeNone)
	d := l.deployer(t, deploy.Options{})
	c := l.closure(t, l.build(t, strings.ReplaceAll(small, "alpha", "left")))
	h.Root(t, "mkdir "+c.System)
	if missing, err := d.Missing(t.Context(), conn, c); err != nil || len(missing) != 3 {
		t.Errorf("%d missing beside a system that is not whole: %v", len(missing), err)
	}
	h.Root(t, "rmdir "+c.System+" && mkdir "+c.Objects[0].Path)
	missing, err := d.Missing(t.Context(), conn, c)
	if err != nil || len(missing) == 0 {
		t.Fatalf("%d missing: %v", len(missing), err)
	}
	if err := d.Copy(t.Context(), conn, missing, nil); err != nil {
		t.Fatal(err)
	}
	if missing, err = d.Missing(t.Context(), conn, c); err != nil || len(missing) != 0 {
		t.Errorf("%d missing after the copy: %v", len(missing), err)
	}
	h.Root(t, "nix-store --verify --check-contents 2>&1")
	h.Root(t, "nix-store --check-validity "+c.Objects[0].Path)
}
