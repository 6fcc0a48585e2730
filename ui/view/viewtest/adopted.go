package viewtest

import (
	"context"
	"os"
	"path/filepath"
	"runtime"
	"testing"
	"time"

	"assay/fleet"
	"assay/fleet/repo"
	"assay/fleet/session"
	"assay/modules/compose"
	"assay/ui/known"
)

// Adopted is what the console would know of the flake in testdata/workshop,
// which defines its machines itself, after Nix has confirmed it, and of real
// hosts all that they say. anvil is well, bellows is in trouble, chisel waits
// to be confirmed, drill says little and its imports depend on what nobody
// knows, hammer and the Mac lathe have no target. Nix knows the targets, and another
// system of chisel than its files say: a module from elsewhere decides it.
func Adopted(t testing.TB) *known.Known {
	t.Helper()
	r, err := workshop(t).Confirm(told(), nil)
	if err != nil {
		t.Fatal(err)
	}
	return adoptedFrom(t, r)
}

// Unconfirmed is the flake of Adopted before Nix has said anything, when no
// host is asked either.
func Unconfirmed(t testing.TB) *known.Known {
	t.Helper()
	k := adoptedFrom(t, workshop(t))
	k.Asking, k.NoHosts = true, "Nix is still being asked which machines there are; until then the files say it"
	for _, h := range k.Hosts {
		*h = known.Host{Status: session.Status{Machine: h.Machine}}
	}
	return k
}

// workshop opens a copy of the flake: whoever keeps this source in git, or not,
// the flake has all of its files.
func workshop(t testing.TB) *repo.Repository {
	t.Helper()
	_, here, _, _ := runtime.Caller(0)
	dir := filepath.Join(t.TempDir(), "workshop")
	if err := os.CopyFS(dir, os.DirFS(filepath.Join(filepath.Dir(here), "testdata", "workshop"))); err != nil {
		t.Fatal(err)
	}
	r, err := repo.Open(dir)
	if err != nil {
		t.Fatal(err)
	}
	return r
}

// told are the machines as Nix tells them.
func told() *fleet.Fleet {
	f := &fleet.Fleet{Name: "workshop"}
	for _, name := range []string{"anvil", "bellows", "chisel", "drill", "hammer", "lathe"} {
		m := fleet.Machine{Name: name, Class: fleet.NixOS, System: "x86_64-linux", Source: fleet.SourceEvaluated}
		m.Deploy = fleet.Deploy{Targets: []string{"root@" + name + ".lan"}, Build: "local", Become: "none"}
		switch name {
		case "chisel":
			m.System = "aarch64-linux"
		case "hammer":
			m.Deploy.Targets = nil
		case "lathe":
			m.Class, m.System, m.User, m.Deploy.Targets = fleet.Darwin, "aarch64-darwin", "turner", nil
		}
		f.Machines = append(f.Machines, m)
	}
	return f
}

func adoptedFrom(t testing.TB, r *repo.Repository) *known.Known {
	t.Helper()
	s := session.New(r, session.Options{Clock: func() time.Time { return Now }})
	k := known.New(s.Fleet(), Now)
	k.Dir, k.Revision, k.Adopted, k.Unread = "/home/sam/workshop", 1, s.Adopted(), s.Unread()
	for i := range k.Fleet.Machines {
		m := &k.Fleet.Machines[i]
		k.Hosts[m.Name] = adopted(m, i)
		composition, err := r.Compose(m.Name)
		k.Compositions[m.Name] = &known.Loaded[compose.Composition]{Value: composition, Err: err, At: Now}
	}
	ctx := context.Background()
	k.Subjects = answer(s.Subjects(ctx))
	k.Aspects = answer(s.Aspects(ctx))
	k.Packages = answer(s.Packages(ctx))
	k.Names = answer(s.Names(ctx))
	k.Problems = answer(s.Check(ctx, nil))
	k.Stack = answer(r.Stack(), nil)
	k.Runs = known.Loaded[[]session.RunSummary]{At: Now}
	return k
}

func adopted(m *fleet.Machine, i int) *known.Host {
	h := host(m, i)
	f := &h.Facts
	if len(m.Deploy.Targets) == 0 {
		h.State = session.StateUnreachable
		h.Facts = fleet.Facts{Machine: m.Name, At: f.At, Reach: fleet.Unreachable, Cause: "no target", NoTarget: true}
		return h
	}
	if m.Name == "drill" {
		f.Booted, f.Nix = Path(i+40), "Nix 2.8.1"
		return h
	}
	f.BootParts, f.Version, f.Nix, f.Daemon = fleet.True, "25.11.20251120.a1b2c3d", "Nix 2.28.3", fleet.True
	f.Revision, f.Load = "d983ecc0ffee4e6b3a0f7c22b5d1f0a9c8e7d6b5", []float64{0.12, 0.34, 0.08}
	f.Store, f.Boot = fleet.Space{Free: 12 << 30, Total: 20 << 30}, fleet.Space{Free: 400 << 20, Total: 512 << 20}
	f.Units = &fleet.Units{State: "running"}
	f.Inhibitors = `{"kernel":"/nix/store/07-linux-6.12.54","systemd":"/nix/store/08-systemd-258"}`
	at := Now.Add(-7 * time.Minute)
	switch m.Name {
	case "anvil":
		h.State, h.Wanted = session.StateCurrent, f.Running
		f.Guard = &fleet.Guard{State: "confirmed", From: Path(3), To: f.Running, At: at, Goal: "switch", Operator: "sam"}
	case "bellows":
		h.State, h.Wanted = session.StateCurrent, f.Running
		f.Booted, f.BootParts, f.OldParts = Path(41), fleet.False, []string{"kernel", "kernel-modules", "systemd"}
		f.Units = &fleet.Units{State: "degraded", Failed: 3, Names: []string{"backup.service", "nginx.service", "postgresql.service"}}
		f.Store.Free = 1 << 30
		f.Guard = &fleet.Guard{State: "rolled-back", From: f.Running, To: Path(9), At: at, Goal: "switch", Operator: "sam"}
	case "chisel":
		f.Guard = &fleet.Guard{State: "armed", From: Path(3), To: f.Running, At: Now.Add(-20 * time.Second), Until: Now.Add(40 * time.Second), Goal: "switch", Operator: "kim"}
	}
	return h
}
