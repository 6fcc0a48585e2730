package ui

import (
	"context"
	"errors"
	"testing"

	"github.com/creack/pty"
	"golang.org/x/sys/unix"
)

// TestReadLinesOfHighNumbers: a terminal is read, and left, also where its
// descriptor is none of the first 1,024, as with many connections.
func TestReadLinesOfHighNumbers(t *testing.T) {
	user, terminal, err := pty.Open()
	if err != nil {
		t.Skip("not run: there is no pseudoterminal: " + err.Error())
	}
	defer user.Close()
	defer terminal.Close()
	high, err := unix.FcntlInt(terminal.Fd(), unix.F_DUPFD_CLOEXEC, 2000)
	if errors.Is(err, unix.EINVAL) {
		t.Skip("not run: this process may open no 2,000 files")
	} else if err != nil {
		t.Fatal(err)
	}
	defer unix.Close(high)
	ctx, cancel := context.WithCancel(t.Context())
	defer cancel()
	asked := 0
	ask := func() error {
		asked++
		_, err := user.WriteString("typed\n")
		return err
	}
	var lines []string
	err = ReadLines(ctx, high, false, ask, func(line []byte) bool {
		lines = append(lines, string(line))
		cancel()
		return true
	})
	if len(lines) != 1 || lines[0] != "typed" || asked != 1 || !errors.Is(err, context.Canceled) {
		t.Errorf("%q, asked %d times, %v", lines, asked, err)
	}
}
