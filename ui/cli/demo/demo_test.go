package demo

import (
	"context"
	"errors"
	"os"
	"testing"
)

// exampleText is the example fleet's fleet.toml.
func exampleText(t *testing.T) []byte {
	t.Helper()
	text, err := os.ReadFile("../../../fleet.toml")
	if err != nil {
		t.Fatal(err)
	}
	return text
}

// TestLockIsWaitedFor: a process that was killed may hold the lock a moment
// longer, so that a held one is not refused at once.
func TestLockIsWaitedFor(t *testing.T) {
	dir := t.TempDir()
	first, err := lock(t.Context(), dir)
	if err != nil {
		t.Fatal(err)
	}
	given := errors.New("given up")
	ctx, cancel := context.WithCancelCause(t.Context())
	cancel(given)
	if _, err := lock(ctx, dir); !errors.Is(err, given) {
		t.Fatalf("a held lock with an ended context: %v", err)
	}
	got := make(chan error)
	go func() {
		second, err := lock(t.Context(), dir)
		if err == nil {
			err = second.Unlock()
		}
		got <- err
	}()
	if err := first.Unlock(); err != nil {
		t.Fatal(err)
	}
	if err := <-got; err != nil {
		t.Fatal(err)
	}
}
