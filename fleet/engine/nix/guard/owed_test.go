package guard

import (
	"errors"
	"strings"
	"testing"

	"assay/fleet/engine"
	"assay/fleet/host"
)

// until waits, on the host, for a shell condition.
func (b *box) until(t *testing.T, condition string) {
	t.Helper()
	b.Root(t, "n=0; until "+condition+"; do n=$((n+1)); [ $n -lt 600 ] || { cat /run/assay/current; systemctl status 'assay-*' >&2; exit 1; }; sleep 0.1; done")
}

// stuck gives the host a system that it cannot return to as long as
// /var/lib/broken is there, and a change from it that goes wrong. The host then
// tries to return.
func (b *box) stuck(t *testing.T) (from string, a engine.Activation) {
	t.Helper()
	b.Root(t, "rm -f /var/lib/broken")
	from = b.system(t, "stuck", map[string]string{"change": "[ ! -e /var/lib/broken ] || exit 7", "before-boot": "[ ! -e /var/lib/broken ] || exit 8"})
	b.Root(t, "nix-env -p /nix/var/nix/profiles/system --set "+from+"; "+from+"/bin/switch-to-configuration boot; "+from+"/bin/switch-to-configuration test")
	a = b.activation(t, b.system(t, "breaks", map[string]string{"change": "touch /var/lib/broken; exit 9"}), engine.GoalSwitch)
	a.Expect = from
	err := (Guard{}).Activate(t.Context(), b.conn(t), a, nil)
	exit, ok := errors.AsType[*host.ExitError](err)
	if !ok || exit.Code != exitStuck || !strings.Contains(err.Error(), "tries again: the activation of its former system exits with 7") {
		t.Fatalf("%v", err)
	}
	return from, a
}

// TestReturnIsTriedAgain has a return that fails: the host says why, goes on
// trying, and succeeds once it can.
func TestReturnIsTriedAgain(t *testing.T) {
	t.Parallel()
	b := take(t)
	from, a := b.stuck(t)
	b.until(t, "[ $(cat /run/assay/"+a.ID+"/tries) -ge 3 ]")
	if g := b.facts(t).Guard; g == nil || g.State != "failed" || !strings.Contains(g.Trouble, "exits with 7") {
		t.Errorf("status does not tell: %+v", g)
	}
	err := (Guard{}).Return(t.Context(), b.conn(t), a, nil) // at once, not after the pause
	if err == nil || !strings.Contains(err.Error(), "exits with 7") {
		t.Errorf("return: %v", err)
	}
	b.Root(t, "rm /var/lib/broken")
	if err := (Guard{}).Return(t.Context(), b.conn(t), a, nil); err != nil {
		t.Errorf("return: %v", err)
	}
	if f := b.facts(t); f.Running != from || f.Profile != from || f.Guard.State != "rolled-back" || f.Guard.Trouble != "" {
		t.Errorf("%+v, %+v", f, f.Guard)
	}
	b.base = from
	b.isBase(t)
	b.owesNothing(t)
}

// owesNothing checks that nothing is left of what a restart must not make
// forgotten.
func (b *box) owesNothing(t *testing.T) {
	t.Helper()
	if s := b.Root(t, "ls -d /nix/var/nix/assay /etc/systemd/system.control 2>/dev/null || :"); s != "" {
		t.Errorf("left behind: %s", s)
	}
}

// TestReturnIsTakenOver begins another change while a host tries to return: that
// ends, and does not come back.
func TestReturnIsTakenOver(t *testing.T) {
	t.Parallel()
	b := take(t)
	_, a := b.stuck(t)
	next := b.activation(t, b.system(t, "next", nil), engine.GoalSwitch)
	next.ID, next.Expect, next.Guard = a.ID+"-2", "", long
	g := Guard{}
	// A try that is under way is not disturbed.
	var err error
	for range 20 {
		if err = g.Activate(t.Context(), b.conn(t), next, nil); !errors.Is(err, engine.ErrBusy) {
			break
		}
	}
	if err != nil {
		t.Fatal(err)
	}
	if s := b.Root(t, "systemctl show --property=ActiveState --value assay-rollback-"+a.ID+".service"); s != "inactive" {
		t.Errorf("the return is %s", s)
	}
	if err := g.Confirm(t.Context(), b.conn(t), next, nil); err != nil {
		t.Fatal(err)
	}
	if f := b.facts(t); f.Running != next.System || f.Profile != next.System || f.Guard.ID != next.ID || f.Guard.State != "done" {
		t.Errorf("%+v, %+v", f, f.Guard)
	}
	b.owesNothing(t)
	b.Root(t, "rm /var/lib/broken")
	b.base = next.System
	b.isBase(t)
}

// TestPersonTakesOver has a person change the host by hand while it tries to
// return: that is not undone.
func TestPersonTakesOver(t *testing.T) {
	t.Parallel()
	b := take(t)
	_, a := b.stuck(t)
	b.Root(t, "flock /run/assay/lock ln -sfn "+b.base+" /run/current-system; touch /run/assay/"+a.ID+"/again")
	b.until(t, "[ ! -e /run/assay/current ]")
	b.Root(t, "rm /var/lib/broken")
	if f := b.facts(t); f.Running != b.base {
		t.Errorf("%+v", f)
	}
	b.owesNothing(t)
}

// restart cuts the host's power and waits until it is back.
func (b *box) restart(t *testing.T) {
	t.Helper()
	before, err := b.BootID()
	if err != nil {
		t.Fatal(err)
	}
	b.Power(t, false)
	b.Power(t, true)
	b.AwaitBoot(t, before)
}

// TestReturnAfterBoot cuts the power of a host that tries to return, which then
// boots the system that it was to return from.
func TestReturnAfterBoot(t *testing.T) {
	t.Parallel()
	b := take(t)
	from, a := b.stuck(t)
	b.Root(t, "nix-env -p /nix/var/nix/profiles/system --set "+a.System+"; echo "+a.System+" >/var/lib/boots")
	b.restart(t)
	b.until(t, "grep -q '^trouble .*exits with 7' /run/assay/current")
	if f := b.facts(t); f.Guard == nil || f.Guard.State != "failed" || f.Guard.ID != a.ID {
		t.Errorf("status does not tell: %+v", f.Guard)
	}
	b.Root(t, "rm /var/lib/broken; touch /run/assay/"+a.ID+"/again")
	b.await(t, "rolled-back")
	b.base = from
	b.isBase(t)
	b.owesNothing(t)
}

// TestPowerLost cuts the power between the profile and the boot loader, and
// between the boot loader and the end of the confirmation.
func TestPowerLost(t *testing.T) {
	t.Parallel()
	b := take(t)
	for name, c := range map[string]struct {
		file  string
		lasts bool
	}{"before the boot loader": {"before-boot", false}, "after it": {"after-boot", true}} {
		t.Run(name, func(t *testing.T) {
			b.setUp(t)
			b.Root(t, "rm -f /var/lib/cut")
			a := b.activation(t, b.system(t, c.file, map[string]string{c.file: "[ -e /var/lib/cut ] || { touch /var/lib/cut; sync; sleep 1000; }"}), engine.GoalSwitch)
			a.Guard = long
			conn := b.conn(t)
			if err := (Guard{}).Activate(t.Context(), conn, a, nil); err != nil {
				t.Fatal(err)
			}
			ended := make(chan error)
			go func() { ended <- (Guard{}).Confirm(t.Context(), conn, a, nil) }()
			b.until(t, "[ -e /var/lib/cut ]")
			b.restart(t)
			conn.Close()
			if err := <-ended; err == nil {
				t.Error("it was confirmed")
			}
			want, state := b.base, "rolled-back"
			if c.lasts {
				want, state = a.System, "done"
			}
			b.await(t, state)
			b.until(t, "[ ! -e /nix/var/nix/assay ]")
			f := b.facts(t)
			if on := b.Root(t, "cat /var/lib/boots"); f.Running != want || f.Profile != want || on != want {
				t.Errorf("runs %s, boots %s, the boot loader starts %s; want %s", f.Running, f.Profile, on, want)
			}
			b.owesNothing(t)
		})
	}
}

// activateAndCut begins an activation and cuts the power when one of the systems
// has made the file /var/lib/cut.
func (b *box) activateAndCut(t *testing.T, a engine.Activation) {
	t.Helper()
	conn := b.conn(t)
	ended := make(chan error)
	go func() { ended <- (Guard{}).Activate(t.Context(), conn, a, nil) }()
	b.until(t, "[ -e /var/lib/cut ]")
	b.restart(t)
	conn.Close()
	<-ended
}

// TestPowerLostWhileReturning cuts the power when a return has put the profile
// back and not yet the boot loader.
func TestPowerLostWhileReturning(t *testing.T) {
	t.Parallel()
	b := take(t)
	from := b.system(t, "returns", map[string]string{"before-boot": "[ ! -e /var/lib/armed ] || [ -e /var/lib/cut ] || { touch /var/lib/cut; sync; sleep 1000; }"})
	b.Root(t, "rm -f /var/lib/cut; nix-env -p /nix/var/nix/profiles/system --set "+from+"; "+from+"/bin/switch-to-configuration boot; "+from+"/bin/switch-to-configuration test; touch /var/lib/armed")
	a := b.activation(t, b.system(t, "boots", map[string]string{"change": "nix-env -p /nix/var/nix/profiles/system --set $self; echo $self >/var/lib/boots; exit 9"}), engine.GoalSwitch)
	a.Expect, a.Guard = from, long
	b.activateAndCut(t, a)
	b.await(t, "rolled-back")
	b.until(t, "[ ! -e /nix/var/nix/assay ]")
	b.Root(t, "rm /var/lib/armed")
	b.base = from
	b.isBase(t)
	b.owesNothing(t)
}

// TestOwedWithoutUnit has a host that no unit can be set on: status tells, and
// the next change puts it right.
func TestOwedWithoutUnit(t *testing.T) {
	t.Parallel()
	b := take(t)
	half := b.system(t, "owed", map[string]string{"before-boot": "[ -e /var/lib/cut ] || { touch /var/lib/cut; rm -rf /etc/systemd/system.control; sync; sleep 1000; }"})
	b.Root(t, "rm -f /var/lib/cut")
	a := b.activation(t, half, engine.GoalBoot)
	b.activateAndCut(t, a)
	if f := b.facts(t); f.Profile != half || f.Guard == nil || f.Guard.State != "failed" || !strings.Contains(f.Guard.Trouble, "restarted while it changed what boots") {
		t.Errorf("status does not tell: %+v, %+v", f, f.Guard)
	}
	a.ID, a.System, a.Goal, a.Guard = a.ID+"-2", b.system(t, "next", nil), engine.GoalSwitch, long
	if err := (Guard{}).Activate(t.Context(), b.conn(t), a, nil); err != nil {
		t.Fatal(err)
	}
	if f := b.facts(t); f.Profile != b.base {
		t.Errorf("boots %s, want %s", f.Profile, b.base)
	}
	if err := (Guard{}).Return(t.Context(), b.conn(t), a, nil); err != nil {
		t.Error(err)
	}
	b.isBase(t)
	b.owesNothing(t)
}
