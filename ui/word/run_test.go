package word

import (
	"testing"

	"assay/fleet/run/event"
)

func TestRunName(t *testing.T) {
	for id, want := range map[string]string{"20261122T124902.000Z-5f0c": "5f0c", "5f0c": "5f0c", "": ""} {
		if got := RunName(id); got != want {
			t.Errorf("%q: %q", id, got)
		}
	}
}

func TestRunOutcome(t *testing.T) {
	for o, want := range map[event.RunOutcome]string{event.RunInterrupt: "cancelled", event.RunAbandonment: "abandoned", "": "unknown"} {
		if got := RunOutcome(o); got != want {
			t.Errorf("%q: %q", o, got)
		}
	}
}

func TestCause(t *testing.T) {
	for reason, want := range map[string]string{
		"copy: no space left": "no space left (copy)", "dial x: a: deadline": "deadline (dial x: a)", "deadline": "deadline", "broken: ": "broken: ", "": "",
	} {
		if got := Cause(reason); got != want {
			t.Errorf("%q: %q, want %q", reason, got, want)
		}
	}
}

func TestOutcome(t *testing.T) {
	for _, c := range []struct {
		kind    string
		goal    string
		outcome event.Outcome
		want    string
	}{
		{"update", "switch", event.Updated, "updated"},
		{"update", "switch", event.RolledBack, "rolled back"},
		{"rollback", "switch", event.Updated, "restored"},
		{"rollback", "switch", event.RolledBack, "rollback undone"},
		{"update", "switch", event.Uncertain, "unknown"},
		{"update", "switch", event.Staged, "reboot pending"},
		{"update", "boot", event.Staged, "staged"},
	} {
		if got := Outcome(event.RunStarted{Kind: c.kind, Goal: c.goal}, c.outcome); got != c.want {
			t.Errorf("%s of a run of kind %s: %q", c.outcome, c.kind, got)
		}
	}
}
