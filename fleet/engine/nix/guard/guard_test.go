package guard

import (
	"strings"
	"testing"

	"assay/fleet/engine"
)

func TestSwitchIsConfirmed(t *testing.T) {
	t.Parallel()
	b := take(t)
	system := b.system(t, "second", nil)
	a := b.activation(t, system, engine.GoalSwitch)
	a.Guard = 60e9
	var log logged
	if err := (Guard{Operator: "cameron"}).Activate(t.Context(), b.conn(t), a, log.line); err != nil {
		t.Fatalf("%v\n%s", err, &log)
	}
	if !log.has("activated " + strings.TrimPrefix(system, "/nix/store/")) {
		t.Errorf("the log has not what the host said:\n%s", &log)
	}
	f := b.facts(t)
	if f.Running != system || f.Profile != b.base {
		t.Errorf("before it is confirmed: %+v", f)
	}
	if s := b.current(t); s["state"] != "armed" || s["from"] != b.base || s["to"] != system || s["operator"] != "cameron" {
		t.Errorf("%v", s)
	}
	for range 2 {
		if err := (Guard{}).Confirm(t.Context(), b.conn(t), a, log.line); err != nil {
			t.Fatalf("%v\n%s", err, &log)
		}
	}
	f = b.facts(t)
	if f.Running != system || f.Profile != system {
		t.Errorf("after it was confirmed: %+v", f)
	}
	if s := b.current(t); s["state"] != "done" {
		t.Errorf("%v", s)
	}
	b.atRest(t)
	if s := b.Root(t, "cat /var/lib/boots; systemctl list-units --all --plain --no-legend 'assay-*'; ls /nix/var/nix/gcroots/auto | grep assay || :"); s != system {
		t.Errorf("left behind: %q", s)
	}
}
