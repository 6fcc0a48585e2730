package guard

import (
	"errors"
	"strings"
	"testing"

	"assay/fleet/engine"
	"assay/fleet/host"
	"assay/fleet/host/bed"
)

// activateMac is what the systems of the test have for nix-darwin's activate.
const activateMac = `#!/bin/sh
self=$(readlink -f "$(dirname "$0")")
if [ "${checkActivation:-0}" -eq 1 ]; then
	echo ok >&2
	exit 0
fi
echo "setting up ${self##*/}"
ln -sfn "$self" /run/current-system
[ ! -e "$self/change" ] || . "$self/change"
`

// TestMac guards a host without systemd that activates as nix-darwin does.
func TestMac(t *testing.T) {
	t.Parallel()
	up := bed.Up(t, 0, bed.Darwin("mac"))
	b, err := openBox(up[0])
	if err != nil {
		t.Fatal(err)
	}
	b.target.Addresses, b.target.Become = []string{"deploy@" + b.Address}, host.BecomeSudo
	mac := func(name, change string) string {
		return b.system(t, name, map[string]string{"activate": activateMac, "change": change})
	}
	b.base = mac("base", "")
	b.Root(t, "nix-env -p /nix/var/nix/profiles/system --set "+b.base+" 2>/dev/null; "+b.base+"/activate")
	g := Guard{Operator: "cameron"}
	activation := func(system string, goal engine.Goal, id string) engine.Activation {
		a := b.activation(t, system, goal)
		a.Class, a.ID = "darwin", id
		return a
	}
	expect := func(running, profile string) {
		t.Helper()
		if f := b.facts(t); f.Running != running || f.Profile != profile {
			t.Errorf("runs %s and boots %s, want %s and %s", f.Running, f.Profile, running, profile)
		}
	}

	second := mac("second", "sleep 0.3")
	var log logged
	a := activation(second, engine.GoalDryActivate, "")
	if err := g.Activate(t.Context(), b.conn(t), a, log.line); err != nil || !log.has("ok") {
		t.Errorf("dry: %v\n%s", err, &log)
	}
	expect(b.base, b.base)
	bare := b.system(t, "bare", map[string]string{"activate": strings.Replace(activateMac, "#!/bin/sh", "#!/usr/bin/env -i /bin/sh", 1)})
	if err := g.Activate(t.Context(), b.conn(t), activation(bare, engine.GoalDryActivate, ""), nil); err != nil {
		t.Errorf("dry, without an environment: %v", err)
	}
	strange := b.system(t, "strange", map[string]string{"activate": strings.Replace(activateMac, "#!/bin/sh", "#!/usr/bin/env sh", 1)})
	if err := g.Activate(t.Context(), b.conn(t), activation(strange, engine.GoalDryActivate, ""), nil); !errors.Is(err, engine.ErrGoal) {
		t.Errorf("dry, begun in a way that is not known: %v", err)
	}
	legacy := b.system(t, "legacy", map[string]string{"activate": activateMac, "activate-user": "#!/bin/sh"})
	if err := g.Activate(t.Context(), b.conn(t), activation(legacy, engine.GoalSwitch, "legacy"), nil); err == nil || !strings.Contains(err.Error(), "update nix-darwin") {
		t.Errorf("legacy: %v", err)
	}
	expect(b.base, b.base)
	if err := g.Activate(t.Context(), b.conn(t), activation(second, engine.GoalBoot, "boot"), nil); !errors.Is(err, engine.ErrGoal) {
		t.Errorf("boot: %v", err)
	}

	// Nobody confirms: it returns by itself.
	a = activation(second, engine.GoalSwitch, "alone")
	a.Guard = 5e9
	if err := g.Activate(t.Context(), b.conn(t), a, log.line); err != nil || !log.has("setting up "+strings.TrimPrefix(second, "/nix/store/")) {
		t.Fatalf("%v\n%s", err, &log)
	}
	b.await(t, "rolled-back")
	expect(b.base, b.base)
	if err := g.Confirm(t.Context(), b.conn(t), a, nil); !errors.Is(err, engine.ErrReturned) {
		t.Errorf("too late: %v", err)
	}

	// It fails, is killed, or is told to return.
	for id, change := range map[string]string{"fails": "exit 3", "killed": `kill -KILL -$(cat "/run/assay/killed/pid-activate") $PPID $$`} {
		err := g.Activate(t.Context(), b.conn(t), activation(mac(id, change), engine.GoalSwitch, id), nil)
		if !errors.Is(err, engine.ErrReturned) {
			t.Errorf("%s: %v", id, err)
		}
		expect(b.base, b.base)
	}
	a = activation(second, engine.GoalTest, "returns")
	a.Guard = 60e9
	if err := g.Activate(t.Context(), b.conn(t), a, nil); err != nil {
		t.Fatal(err)
	}
	expect(second, b.base)
	if err := g.Return(t.Context(), b.conn(t), a, nil); err != nil {
		t.Error(err)
	}
	expect(b.base, b.base)

	// The connection is lost, the activation joined and confirmed.
	slow := mac("slow", "echo begun; sleep 3") // it still works when its first line is here
	a = activation(slow, engine.GoalSwitch, "joined")
	a.Guard = 60e9
	conn, err := b.connect(t.Context(), b.Name)
	if err != nil {
		t.Fatal(err)
	}
	if err := g.Activate(t.Context(), conn, a, func(string) { b.cut() }); err == nil {
		t.Error("the connection was not cut")
	}
	if err := g.Join(t.Context(), b.conn(t), a, nil); err != nil {
		t.Fatal(err)
	}
	for range 2 {
		if err := g.Confirm(t.Context(), b.conn(t), a, nil); err != nil {
			t.Fatal(err)
		}
	}
	expect(slow, slow)
	if left := b.Root(t, "ls /nix/var/nix/gcroots/auto | grep assay; for p in /proc/[0-9]*/cmdline; do tr '\\0' ' ' <$p 2>/dev/null | grep '/[t]ool rollback'; done; :"); left != "" {
		t.Errorf("left behind: %q", left)
	}
}
