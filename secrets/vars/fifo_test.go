//go:build unix

package vars_test

import (
	"os"
	"path/filepath"
	"syscall"
	"testing"

	"assay/secrets/vars"
)

// TestFIFO: a FIFO in the repository is refused and does not hang the reader.
func TestFIFO(t *testing.T) {
	s := open(t)
	id := vars.Shared("g").Var("f")
	path := filepath.Join(s.Dir(), id.Dir())
	if err := os.MkdirAll(path, 0o777); err != nil {
		t.Fatal(err)
	}
	if err := syscall.Mkfifo(filepath.Join(path, "value"), 0o600); err != nil {
		t.Fatal(err)
	}
	if b, err := s.Public(id); err == nil {
		t.Errorf("read %q", b)
	}
}
