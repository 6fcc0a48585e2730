package batch

import (
	"errors"
	"os"
	"path/filepath"
	"testing"
	"time"

	"github.com/gofrs/flock"
)

// TestBusy: somebody who writes for ever does not hold up everybody else.
func TestBusy(t *testing.T) {
	tree := t.TempDir()
	other := flock.New(tree, flock.SetFlag(os.O_RDONLY))
	if ok, err := other.TryLock(); err != nil || !ok {
		t.Fatal(ok, err)
	}
	l := New(tree, t.TempDir())
	l.patience = 50 * time.Millisecond
	change := []Change{{Path: "s", Content: []byte("x"), Mode: 0o644}}
	if err := l.Write(change); !errors.Is(err, ErrBusy) {
		t.Fatalf("%v, want %v", err, ErrBusy)
	}
	if err := other.Unlock(); err != nil {
		t.Fatal(err)
	}
	if err := l.Write(change); err != nil {
		t.Fatal(err)
	}
	if text, err := os.ReadFile(filepath.Join(tree, "s")); err != nil || string(text) != "x" {
		t.Errorf("%q, %v", text, err)
	}
}
