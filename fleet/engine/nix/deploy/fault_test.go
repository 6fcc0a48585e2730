package deploy_test

import (
	"context"
	"errors"
	"path/filepath"
	"strings"
	"testing"

	"assay/fleet/engine"
	"assay/fleet/engine/nix/deploy"
	"assay/fleet/host"
	"assay/fleet/host/bed"
)

// large is a system with a few paths of 4 MiB each, which differ by name.
func large(name string) string {
	return `let
	part = i: mk "` + name + `-${toString i}" [] "dd if=/dev/zero of=$out/x bs=1048576 count=4 2>/dev/null; echo > $out/y";
in mk "nixos-system-` + name + `-1" (map part [ 1 2 3 4 ]) "true"`
}

func TestLostConnection(t *testing.T) {
	l := newLocal(t)
	h := bed.Shared(t, 1)[0]
	conn := connect(t, h, "root", host.BecomeNone)
	d := l.deployer(t, deploy.Options{})
	c := l.closure(t, l.build(t, large("lost")))
	err := d.Copy(t.Context(), conn, c.Objects, func(sent int64) {
		if sent > engine.Size(c.Objects)/2 {
			conn.Close()
		}
	})
	if _, lost := errors.AsType[*host.LostError](err); !lost || !strings.Contains(err.Error(), "run it again") {
		t.Errorf("%v", err)
	}
	again(t, h, d, c)
}

func TestCancelled(t *testing.T) {
	l := newLocal(t)
	h := bed.Shared(t, 1)[0]
	passing := t.TempDir()
	t.Setenv("XDG_RUNTIME_DIR", passing)
	conn := connect(t, h, "root", host.BecomeNone)
	d := l.deployer(t, deploy.Options{})
	c := l.closure(t, l.build(t, large("cancelled")))
	ctx, cancel := context.WithCancel(t.Context())
	defer cancel()
	err := d.Copy(ctx, conn, c.Objects, func(sent int64) {
		if sent > engine.Size(c.Objects)/2 {
			cancel()
		}
	})
	if !errors.Is(err, context.Canceled) {
		t.Errorf("%v", err)
	}
	if left, _ := filepath.Glob(filepath.Join(passing, "assay", "ssh-*")); len(left) > 0 {
		t.Errorf("it leaves %s", left)
	}
	again(t, h, d, c)
}

func TestKilledDaemon(t *testing.T) {
	l := newLocal(t)
	h := bed.Shared(t, 1)[0]
	conn := connect(t, h, "root", host.BecomeNone)
	d := l.deployer(t, deploy.Options{})
	c := l.closure(t, l.build(t, large("killed")))
	killed := false
	err := d.Copy(t.Context(), conn, c.Objects, func(sent int64) {
		if !killed && sent > engine.Size(c.Objects)/2 {
			killed = true
			h.Root(t, "pkill -KILL -f '^nix-daemon --stdio'")
		}
	})
	if exit, ok := errors.AsType[*host.ExitError](err); !ok || exit.Signal != "KILL" || strings.Contains(err.Error(), "roots /") {
		t.Errorf("%v", err)
	}
	again(t, h, d, c)
}

// again makes sure that nothing is there by half, and copies the rest.
func again(t *testing.T, h bed.Host, d *deploy.Deployer, c engine.Closure) {
	t.Helper()
	conn := connect(t, h, "root", host.BecomeNone)
	missing, err := d.Missing(t.Context(), conn, c)
	if err != nil || len(missing) == 0 {
		t.Fatalf("%d missing: %v", len(missing), err)
	}
	h.Root(t, "nix-store --verify --check-contents 2>&1")
	if err := d.Copy(t.Context(), conn, missing, nil); err != nil {
		t.Fatal(err)
	}
	if missing, err = d.Missing(t.Context(), conn, c); err != nil || len(missing) != 0 {
		t.Errorf("%d missing: %v", len(missing), err)
	}
}

func TestFullStore(t *testing.T) {
	l := newLocal(t)
	h := bed.Shared(t, 1)[0]
	conn := connect(t, h, "root", host.BecomeNone)
	d := l.deployer(t, deploy.Options{})
	c := l.closure(t, l.build(t, large("full")))
	h.Fill(t, "6000000")
	defer h.Fill(t, "off")
	err := d.Copy(t.Context(), conn, c.Objects, nil)
	if !errors.Is(err, deploy.ErrFull) || !strings.Contains(err.Error(), "No space left on device") {
		t.Errorf("%v", err)
	}
	h.Fill(t, "off")
	again(t, h, d, c)
}

func TestNoNix(t *testing.T) {
	l := newLocal(t)
	h := bed.Shared(t, 1)[0]
	conn := connect(t, h, "root", host.BecomeNone)
	d := l.deployer(t, deploy.Options{})
	c := l.closure(t, l.build(t, small))
	h.Root(t, "mv /usr/bin/nix-store /usr/bin/nix-store.away")
	defer h.Root(t, "mv /usr/bin/nix-store.away /usr/bin/nix-store")
	_, err := d.Missing(t.Context(), conn, c)
	if err == nil || !strings.Contains(err.Error(), "no Nix on this host") {
		t.Errorf("%v", err)
	}
	if err := d.Copy(t.Context(), conn, c.Objects, nil); err == nil || !strings.Contains(err.Error(), "no Nix on this host") {
		t.Errorf("%v", err)
	}
}
