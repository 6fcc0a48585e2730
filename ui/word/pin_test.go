package word

import (
	"testing"
	"time"

	"assay/fleet/session"
)

func TestMove(t *testing.T) {
	at := time.Date(2026, 11, 20, 14, 5, 0, 0, time.Local)
	for want, pins := range map[string][2]session.Pin{
		"1a2b3c4 of 2026-11-20 14:05 -> 5d6e7f8 of 2026-11-22 14:05, 2d newer": {{Revision: "1a2b3c4d5e", At: at}, {Revision: "5d6e7f8", At: at.AddDate(0, 0, 2)}},
		"sha256-12345678 -> unknown": {{Hash: "sha256-1234567890"}, {}},
	} {
		if got := Move(pins[0], pins[1]); got != want {
			t.Errorf("%q, want %q", got, want)
		}
	}
}
