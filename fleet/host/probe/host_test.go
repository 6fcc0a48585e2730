package probe

import (
	"context"
	"os/exec"
	"slices"
	"strings"
	"testing"

	"assay/fleet"
	"assay/fleet/host"
	"assay/fleet/host/bed"
)

// sshConn runs commands on a host with the ssh command.
type sshConn struct {
	bed.Host
	user string
}

func (c sshConn) Close() error { return nil }

func (c sshConn) Run(ctx context.Context, cmd host.Command) error {
	run := exec.CommandContext(ctx, "ssh", "-F", c.SSHConfig, "-l", c.user, c.Name, "exec /bin/sh -s")
	run.Stdin, run.Stdout = strings.NewReader(cmd.Script), cmd.Stdout
	return run.Run()
}

// TestRealHost asks a host that runs systemd, as an ordinary user and as root.
func TestRealHost(t *testing.T) {
	h := bed.Up(t, 1)[0]
	read := func(user string) fleet.Facts {
		t.Helper()
		got, err := Read(t.Context(), sshConn{h, user}, h.Name)
		must(t, err)
		checkHealth(t, got)
		return got
	}
	before := read("deploy")
	if before.Root != fleet.False || before.Units == nil || before.Units.State == "" || !strings.HasPrefix(before.Nix, "Nix 2.") ||
		before.Daemon != fleet.True || before.Store.Total <= 0 || before.Store.Free <= 0 || len(before.Load) != 3 {
		t.Errorf("%+v, units %+v", before, before.Units)
	}
	if id, err := h.BootID(); err != nil || before.BootID != id {
		t.Errorf("boot %q, want %q, %v", before.BootID, id, err)
	}
	h.Root(t, "systemctl reset-failed; ! systemd-run --quiet --wait --unit=assay-broken.service false")
	h.Root(t, "mkdir -p /run/assay; printf 'id x-1\\nstate armed\\nto "+hashA+"\\nat 1763900000\\n' >/run/assay/current")
	after := read("root")
	if after.Root != fleet.True || after.Units == nil || after.Units.State != "degraded" || after.Units.Failed != len(after.Units.Names) ||
		!slices.Contains(after.Units.Names, "assay-broken.service") {
		t.Errorf("%+v, units %+v", after, after.Units)
	}
	if g := after.Guard; g == nil || g.State != "armed" || g.To != hashA || before.Guard != nil {
		t.Errorf("guard %+v, before %+v", g, before.Guard)
	}
}
