package word

import (
	"slices"
	"testing"
	"time"

	"assay/fleet"
)

func TestHealth(t *testing.T) {
	now := time.Date(2026, 11, 22, 12, 0, 0, 0, time.UTC)
	f := fleet.Facts{
		Running: "b", Booted: "a", BootParts: fleet.False, OldParts: []string{"kernel"},
		Units: &fleet.Units{Failed: 3, Names: []string{"a.service", "b.service", "c.service"}},
		Store: fleet.Space{Free: 5, Total: 100}, Boot: fleet.Space{Free: 50, Total: 100},
		Guard: &fleet.Guard{State: "rolled-back", At: now.Add(-5 * time.Minute)},
	}
	want := []string{
		"3 units failed: a.service, b.service, ...", "reboot needed (kernel)", "/nix is 95% full", "rolled back by itself 5m ago",
	}
	if got := Health(&f, now); !slices.Equal(got, want) {
		t.Errorf("got %q", got)
	}
	if got := Health(&fleet.Facts{Running: "a", Booted: "a", Guard: &fleet.Guard{State: "confirmed"}}, now); len(got) != 0 {
		t.Errorf("a healthy host: %q", got)
	}
}

func TestReturnThatIsDue(t *testing.T) {
	got := Health(&fleet.Facts{Running: "a", Booted: "a", Guard: &fleet.Guard{State: "failed", Trouble: "no room"}}, time.Now())
	if len(got) != 1 || got[0] != "has yet to go back after a change, and tries again: no room" {
		t.Errorf("%q", got)
	}
}
