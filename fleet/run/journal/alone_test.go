package journal_test

import (
	"errors"
	"fmt"
	"os"
	"strings"
	"testing"

	"assay/fleet/run/journal"
)

func TestAlone(t *testing.T) {
	dir := t.TempDir() + "/state"
	release, err := journal.Alone(dir, id)
	if err != nil {
		t.Fatal(err)
	}
	_, err = journal.Alone(dir, "20261122T125008.000Z-000000")
	want := fmt.Sprintf("run %s (pid %d); hint: assay logs %s", id, os.Getpid(), id)
	if !errors.Is(err, journal.ErrBusy) || !strings.Contains(err.Error(), want) {
		t.Errorf("a second run: %v", err)
	}
	if err := release(); err != nil {
		t.Error(err)
	}
	// What a dead process has left there holds nobody up.
	again, err := journal.Alone(dir, id)
	if err != nil {
		t.Fatal(err)
	}
	if err := again(); err != nil {
		t.Error(err)
	}
}
