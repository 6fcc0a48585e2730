package guard

import (
	"errors"
	"strings"
	"testing"

	"assay/fleet/engine"
)

// TestLocalUser has a user of the host, who is not root, in the way.
func TestLocalUser(t *testing.T) {
	t.Parallel()
	b := take(t)
	g := Guard{Operator: "cameron"}
	a := b.activation(t, b.system(t, "held", nil), engine.GoalSwitch)
	a.Guard = long
	// The directory may be there from before, with a lock that all can read.
	b.Root(t, "mkdir -p /run/assay; : >>/run/assay/lock; chmod 644 /run/assay/lock")
	if err := g.Activate(t.Context(), b.conn(t), a, nil); err != nil {
		t.Fatal(err)
	}
	for _, try := range []string{"flock -n /run/assay/lock true", "cat /run/assay/" + a.ID + "/tool", "touch /run/assay/current"} {
		if said := b.Root(t, "runuser -u deploy -- "+try+" 2>&1 >/dev/null || echo refused"); !strings.Contains(said, "Permission denied") || !strings.Contains(said, "refused") {
			t.Errorf("%s: %q", try, said)
		}
	}
	if err := g.Confirm(t.Context(), b.conn(t), a, nil); err != nil {
		t.Error(err)
	}
}

// TestOthersProfile has somebody else change what the host boots while an
// activation waits: that is neither undone nor overwritten.
func TestOthersProfile(t *testing.T) {
	t.Parallel()
	b := take(t)
	g := Guard{}
	a := b.activation(t, b.system(t, "mine", nil), engine.GoalSwitch)
	a.Guard = long
	theirs := b.system(t, "theirs", nil)
	if err := g.Activate(t.Context(), b.conn(t), a, nil); err != nil {
		t.Fatal(err)
	}
	b.Root(t, "nix-env -p /nix/var/nix/profiles/system --set "+theirs+" 2>/dev/null; "+theirs+"/bin/switch-to-configuration boot")
	err := g.Confirm(t.Context(), b.conn(t), a, nil)
	if err == nil || !strings.Contains(err.Error(), "boots "+theirs) {
		t.Errorf("confirm: %v", err)
	}
	if err := g.Return(t.Context(), b.conn(t), a, nil); err != nil {
		t.Errorf("return: %v", err)
	}
	f := b.facts(t)
	if on := b.Root(t, "cat /var/lib/boots"); f.Running != b.base || f.Profile != theirs || on != theirs {
		t.Errorf("runs %s, boots %s, the boot loader starts %s; want %s and %s", f.Running, f.Profile, on, b.base, theirs)
	}
}

// TestFullRun has no room left where the guard keeps its notes, which any user
// of a host may bring about: the host returns all the same.
func TestFullRun(t *testing.T) {
	t.Parallel()
	b := take(t)
	a := b.activation(t, b.system(t, "full", nil), engine.GoalSwitch)
	a.Guard = short
	if err := (Guard{}).Activate(t.Context(), b.conn(t), a, nil); err != nil {
		t.Fatal(err)
	}
	b.Root(t, `used=$(df -k --output=used /run | tail -n 1); mount -o "remount,size=${used##* }k" /run
! echo more 2>/dev/null >/run/assay/more`)
	defer b.Root(t, "mount -o remount,size=20% /run; systemctl reset-failed")
	b.Root(t, "n=0; until [ $(readlink /run/current-system) = "+b.base+" ]; do n=$((n+1)); [ $n -lt 300 ] || { systemctl status 'assay-*' >&2; exit 1; }; sleep 0.1; done")
}

// TestHalfConfirmed has a confirmation killed between the profile and the boot
// loader: nobody else begins before the host has returned.
func TestHalfConfirmed(t *testing.T) {
	t.Parallel()
	b := take(t)
	g := Guard{}
	half := b.system(t, "half", nil)
	a := b.activation(t, half, engine.GoalSwitch)
	a.Guard = long
	if err := g.Activate(t.Context(), b.conn(t), a, nil); err != nil {
		t.Fatal(err)
	}
	// What a confirmation that was killed leaves.
	b.Root(t, "sed -i 's/^state .*/state confirmed/' /run/assay/current /run/assay/"+a.ID+"/state; nix-env -p /nix/var/nix/profiles/system --set "+half+" 2>/dev/null")
	other := b.activation(t, b.system(t, "next", nil), engine.GoalSwitch)
	other.ID, other.Expect = a.ID+"-2", ""
	if err := g.Activate(t.Context(), b.conn(t), other, nil); !errors.Is(err, engine.ErrBusy) {
		t.Errorf("another one: %v", err)
	}
	if err := g.Return(t.Context(), b.conn(t), a, nil); err != nil {
		t.Error(err)
	}
	b.isBase(t)
}
