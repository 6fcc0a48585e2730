package guard

import (
	"errors"
	"fmt"
	"strings"
	"testing"

	"assay/fleet/engine"
	"assay/fleet/run/event"
)

func TestGoals(t *testing.T) {
	t.Parallel()
	b := take(t)
	system := b.system(t, "goals", nil)
	for _, c := range []struct {
		goal            engine.Goal
		running, boots  string
		outcome         event.Outcome
		confirmed, says string
	}{
		{engine.GoalDryActivate, b.base, b.base, event.Unchanged, "", "would restart the following units"},
		{engine.GoalTest, system, b.base, event.Updated, "done", "activated "},
		{engine.GoalBoot, b.base, system, event.Staged, "done", "boots "},
		{engine.GoalSwitch, system, system, event.Updated, "done", "activated "},
	} {
		t.Run(string(c.goal), func(t *testing.T) {
			b.setUp(t)
			b.Root(t, "rm -rf /run/assay")
			s := b.update(t, system, c.goal, long, nil)
			f := b.facts(t)
			if s.result.Outcome != c.outcome || f.Running != c.running || f.Profile != c.boots || b.current(t)["state"] != c.confirmed || !s.has(c.says) {
				t.Errorf("%s because of %q; runs %s, boots %s, state %v\n%s", s.result.Outcome, s.result.Reason, f.Running, f.Profile, b.current(t), s)
			}
			if on := b.Root(t, "cat /var/lib/boots"); on != c.boots {
				t.Errorf("the boot loader starts %s, want %s", on, c.boots)
			}
		})
	}
}

// TestBackToGeneration returns to a generation that the host has.
func TestBackToGeneration(t *testing.T) {
	t.Parallel()
	b := take(t)
	system := b.system(t, "later", nil)
	before := b.facts(t).Generation
	if s := b.update(t, system, engine.GoalSwitch, long, nil); s.result.Outcome != event.Updated {
		t.Fatalf("%+v\n%s", s.result, s)
	}
	a := b.activation(t, b.base, engine.GoalSwitch)
	a.Expect, a.Generation, a.Guard = system, before, 60e9
	g := Guard{}
	if err := g.Activate(t.Context(), b.conn(t), a, nil); err != nil {
		t.Fatal(err)
	}
	if err := g.Confirm(t.Context(), b.conn(t), a, nil); err != nil {
		t.Fatal(err)
	}
	if f := b.facts(t); f.Running != b.base || f.Profile != b.base || f.Generation != before {
		t.Errorf("runs %s, boots %s, generation %d; want %d", f.Running, f.Profile, f.Generation, before)
	}
	a.ID, a.Generation, a.Expect = a.ID+"-2", before+1000, b.base
	if err := g.Activate(t.Context(), b.conn(t), a, nil); err == nil || !strings.Contains(err.Error(), "is not "+strings.TrimPrefix(b.base, "/nix/store/")) {
		t.Errorf("a generation that is not there: %v", err)
	}
}

// TestReboot has systems that cannot take over from the running one.
func TestReboot(t *testing.T) {
	t.Parallel()
	b := take(t)
	const systemd, dbus = "/nix/store/00000000000000000000000000000000-systemd-25", "/nix/store/11111111111111111111111111111111-dbus-1.14"
	old := b.system(t, "old", map[string]string{"switch-inhibitors": systemd + "7\n" + dbus})
	for name, c := range map[string]struct {
		from, to map[string]string
		reason   string
	}{
		"list":    {map[string]string{"switch-inhibitors": systemd + "7\n" + dbus}, map[string]string{"switch-inhibitors": dbus + "\n" + systemd + "8"}, "systemd-258 changed"},
		"object":  {map[string]string{"switch-inhibitors": `{"dbus":"` + dbus + `","systemd":"` + systemd + `7"}`}, map[string]string{"switch-inhibitors": `{"dbus":"` + dbus + `","systemd":"` + systemd + `8"}`}, "systemd-258 changed"},
		"new key": {map[string]string{"switch-inhibitors": `{"dbus":"` + dbus + `"}`}, map[string]string{"switch-inhibitors": `{"dbus":"` + dbus + `","systemd":"` + systemd + `8"}`}, ""},
		"init":    {nil, map[string]string{"other-init": ""}, "cannot take over from the running init"},
		"no loss": {map[string]string{"switch-inhibitors": systemd + "7"}, nil, ""},
		"same":    {map[string]string{"switch-inhibitors": systemd + "7\n" + dbus}, map[string]string{"switch-inhibitors": systemd + "7\n" + dbus}, ""},
	} {
		t.Run(name, func(t *testing.T) {
			from, to := b.system(t, "from", c.from), b.system(t, "to-"+name[:2], c.to)
			b.Root(t, from+"/bin/switch-to-configuration test; nix-env -p /nix/var/nix/profiles/system --set "+from)
			s := b.update(t, to, engine.GoalSwitch, long, nil)
			want, running := event.Updated, to
			if c.reason != "" {
				want, running = event.Staged, from
			}
			f := b.facts(t)
			if s.result.Outcome != want || !strings.Contains(s.result.Reason, c.reason) || f.Running != running || f.Profile != to {
				t.Errorf("%s because of %q; runs %s, boots %s\n%s", s.result.Outcome, s.result.Reason, f.Running, f.Profile, s)
			}
		})
	}
	b.Root(t, old+"/bin/switch-to-configuration test")
	a := b.activation(t, b.system(t, "other", map[string]string{"switch-inhibitors": dbus + "\n" + systemd + "8"}), engine.GoalTest)
	a.Expect = old
	if err := (Guard{}).Activate(t.Context(), b.conn(t), a, nil); !errors.Is(err, engine.ErrGoal) || !strings.Contains(err.Error(), "systemd-258 changed") {
		t.Errorf("goal test: %v", err)
	}
}

// TestOneWins has several operators begin at the same moment: one of them does,
// and the others are told who.
func TestOneWins(t *testing.T) {
	t.Parallel()
	b := take(t)
	system := b.system(t, "contested", nil)
	const operators = 4
	for round := range 2 {
		errs := make(chan error, operators)
		ids := make(chan string, operators)
		for n := range operators {
			a := b.activation(t, system, engine.GoalSwitch)
			a.ID, a.Guard = fmt.Sprintf("round-%d-%d", round, n), 60e9
			conn := b.conn(t)
			go func() {
				err := Guard{Operator: a.ID}.Activate(t.Context(), conn, a, nil)
				if err == nil {
					ids <- a.ID
				}
				errs <- err
			}()
		}
		won := 0
		for range operators {
			switch err := <-errs; {
			case err == nil:
				won++
			case !errors.Is(err, engine.ErrBusy):
				t.Errorf("round %d: %v", round, err)
			}
		}
		if won != 1 {
			t.Fatalf("round %d: %d have begun", round, won)
		}
		a := b.activation(t, system, engine.GoalSwitch)
		a.ID = <-ids
		if err := (Guard{}).Return(t.Context(), b.conn(t), a, nil); err != nil {
			t.Error(err)
		}
	}
	b.isBase(t)
}

// TestRefused has hosts that somebody else works on, or that are not what they
// should be: nothing happens to them.
func TestRefused(t *testing.T) {
	t.Parallel()
	b := take(t)
	system := b.system(t, "refused", nil)
	slow := b.system(t, "slow", map[string]string{"change": "touch /run/slow; until [ -e /run/go ]; do sleep 0.05; done"})
	g := Guard{Operator: "cameron"}

	a := b.activation(t, system, engine.GoalSwitch)
	a.Expect = system
	if err := g.Activate(t.Context(), b.conn(t), a, nil); !errors.Is(err, engine.ErrMoved) {
		t.Errorf("moved: %v", err)
	}
	a.Expect = ""
	lacks := a
	lacks.System = "/nix/store/00000000000000000000000000000000-nothing"
	if err := g.Activate(t.Context(), b.conn(t), lacks, nil); err == nil || !strings.Contains(err.Error(), "the host lacks /nix/store/0") {
		t.Errorf("not there: %v", err)
	}
	lacks.System = strings.TrimSpace(b.Root(t, "d=$(mktemp -d); mkdir $d/bare; nix-store --add $d/bare"))
	if err := g.Activate(t.Context(), b.conn(t), lacks, nil); err == nil || !strings.Contains(err.Error(), "is no NixOS system") {
		t.Errorf("no system: %v", err)
	}
	if err := g.Confirm(t.Context(), b.conn(t), a, nil); err == nil || !strings.Contains(err.Error(), "knows nothing") {
		t.Errorf("never begun: %v", err)
	}
	dir := "/run/assay/" + a.ID
	b.Root(t, "mkdir -p "+dir+"; echo exit 0 >"+dir+"/tool") // it was killed while it began
	if err := g.Confirm(t.Context(), b.conn(t), a, nil); err == nil || !strings.Contains(err.Error(), "knows nothing") {
		t.Errorf("half begun: %v", err)
	}
	b.Root(t, "rm -r "+dir)

	first := b.activation(t, slow, engine.GoalSwitch)
	first.ID, first.Guard = "first", 60e9
	done := make(chan error)
	conn := b.conn(t)
	go func() { done <- g.Activate(t.Context(), conn, first, nil) }()
	b.Root(t, "until [ -e /run/slow ]; do sleep 0.05; done")
	busy := func(when string) {
		t.Helper()
		for _, goal := range []engine.Goal{engine.GoalSwitch, engine.GoalBoot} {
			a.Goal = goal
			err := g.Activate(t.Context(), b.conn(t), a, nil)
			if !errors.Is(err, engine.ErrBusy) || !strings.Contains(err.Error(), "first of cameron, since ") {
				t.Errorf("%s: %v", when, err)
			}
		}
		a.Goal = engine.GoalSwitch
	}
	busy("while another one activates")
	b.Root(t, "touch /run/go")
	if err := <-done; err != nil {
		t.Fatal(err)
	}
	busy("while another one waits")
	for range 2 {
		if err := g.Return(t.Context(), b.conn(t), first, nil); err != nil {
			t.Fatal(err)
		}
	}
	if err := g.Confirm(t.Context(), b.conn(t), first, nil); !errors.Is(err, engine.ErrReturned) {
		t.Errorf("confirmed after the return: %v", err)
	}
	b.isBase(t)

	for _, held := range []string{
		"mkdir -p /run/nixos; touch /run/nixos/switch-to-configuration.lock; systemd-run -q --unit=held flock /run/nixos/switch-to-configuration.lock sleep 1000; until ! flock -n /run/nixos/switch-to-configuration.lock true; do sleep 0.05; done",
		"systemd-run -q --unit=nixos-rebuild-switch-to-configuration-abc sleep 1000",
	} {
		b.Root(t, held+" || :")
		if err := g.Activate(t.Context(), b.conn(t), a, nil); !errors.Is(err, engine.ErrBusy) {
			t.Errorf("%s: %v", held, err)
		}
		b.Root(t, "systemctl stop held nixos-rebuild-switch-to-configuration-abc 2>/dev/null || :")
	}
	if err := g.Activate(t.Context(), b.conn(t), a, nil); err != nil {
		t.Error(err)
	}
	if err := g.Confirm(t.Context(), b.conn(t), a, nil); err != nil {
		t.Error(err)
	}
	if err := g.Return(t.Context(), b.conn(t), a, nil); !errors.Is(err, engine.ErrConfirmed) {
		t.Errorf("returned after it was confirmed: %v", err)
	}
}

// TestNotWhole: a system of which a part is gone from the store is not
// confirmed; that a link to elsewhere leads nowhere is no fault of it.
func TestNotWhole(t *testing.T) {
	t.Parallel()
	b := take(t)
	a := b.activation(t, b.system(t, "whole", nil), engine.GoalSwitch)
	made := strings.Fields(b.Root(t, `set -e
d=$(mktemp -d)
echo part >$d/part
part=$(nix-store --add $d/part)
cp -r `+a.System+` $d/parted
chmod u+w $d/parted
ln -s /run/nowhere $d/parted/elsewhere
nix-store --add $d/parted
rm -f $d/parted/name
ln -s ../${part##*/} $d/parted/part
nix-store --add $d/parted
echo $part`))
	if len(made) != 3 {
		t.Fatalf("%q", made)
	}
	elsewhere, parted, part := made[0], made[1], made[2]
	a.Guard = 60e9
	a.System, a.ID = parted, a.ID+"-parted"
	if err := (Guard{}).Activate(t.Context(), b.conn(t), a, nil); err != nil {
		t.Fatal(err)
	}
	b.Root(t, "mv "+part+" "+part+".gone")
	if err := (Guard{}).Confirm(t.Context(), b.conn(t), a, nil); err == nil || !strings.Contains(err.Error(), "is not whole: "+a.System+"/part, which is not there") {
		t.Errorf("confirmed: %v", err)
	}
	if state := b.current(t)["state"]; state != "armed" {
		t.Errorf("then it is %q", state)
	}
	if err := (Guard{}).Return(t.Context(), b.conn(t), a, nil); err != nil {
		t.Error(err)
	}
	b.Root(t, "mv "+part+".gone "+part)
	b.isBase(t)

	first := a
	a.System, a.ID = elsewhere, a.ID+"-elsewhere"
	if err := (Guard{}).Activate(t.Context(), b.conn(t), a, nil); err != nil {
		t.Fatal(err)
	}
	if err := (Guard{}).Confirm(t.Context(), b.conn(t), a, nil); err != nil {
		t.Error(err)
	}
	if err := (Guard{}).Return(t.Context(), b.conn(t), first, nil); err != nil {
		t.Errorf("how the first one ended is forgotten: %v", err)
	}
}
