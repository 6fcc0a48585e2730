package repo

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// TestUnreadable: a fleet.toml that is there and cannot be read is named with
// its directory.
func TestUnreadable(t *testing.T) {
	dir := t.TempDir()
	path := filepath.Join(dir, "fleet.toml")
	if err := os.Symlink("fleet.toml", path); err != nil { // which leads nowhere, for every user
		t.Fatal(err)
	}
	if _, err := Open(dir); err == nil || !strings.HasPrefix(err.Error(), path+" cannot be read: ") {
		t.Errorf("%v", err)
	}
}
