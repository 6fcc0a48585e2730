package journal_test

import (
	"os"
	"path/filepath"
	"testing"

	"assay/fleet/run/journal"
)

// TestConsole: a state directory's name stays, and one that cannot be read is
// made anew.
func TestConsole(t *testing.T) {
	state := filepath.Join(t.TempDir(), "state")
	first, err := journal.Console(state)
	if err != nil || len(first) != 32 {
		t.Fatal(first, err)
	}
	if again, err := journal.Console(state); again != first || err != nil {
		t.Error(again, first, err)
	}
	if err := os.WriteFile(filepath.Join(state, "console"), []byte("$(reboot)\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	if fresh, err := journal.Console(state); len(fresh) != 32 || fresh == first || err != nil {
		t.Error(fresh, err)
	}
}
