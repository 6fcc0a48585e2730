package ui

import (
	"bytes"
	"context"
	"errors"
	"io"
	"os"

	"golang.org/x/sys/unix"
)

// hiddenLimit is the longest line that ReadHidden takes, in bytes; a terminal
// takes no longer ones.
const hiddenLimit = 4096

// ReadHidden reads a line that is not shown while it is typed, without its end.
// When ctx ends it returns at once, and what was typed by then is dropped.
// However it returns, the terminal is as it was.
func ReadHidden(ctx context.Context, fd int) (line []byte, err error) {
	return readTyped(ctx, fd, false)
}

// ReadShown is ReadHidden of a line that is shown.
func ReadShown(ctx context.Context, fd int) (line []byte, err error) {
	return readTyped(ctx, fd, true)
}

func readTyped(ctx context.Context, fd int, shown bool) (line []byte, err error) {
	before, err := unix.IoctlGetTermios(fd, getTermios)
	if err != nil {
		return nil, err
	}
	wake, waker, err := os.Pipe()
	if err != nil {
		return nil, err
	}
	defer wake.Close()
	stop := context.AfterFunc(ctx, func() { waker.Close() })
	defer func() {
		if stop() {
			waker.Close()
		}
	}()
	now := *before
	if now.Lflag &^= unix.ECHO; shown {
		now.Lflag |= unix.ECHO
	}
	now.Lflag |= unix.ICANON | unix.ISIG
	now.Iflag |= unix.ICRNL
	if err := unix.IoctlSetTermios(fd, setTermios, &now); err != nil {
		return nil, err
	}
	defer func() { err = errors.Join(err, unix.IoctlSetTermios(fd, setTermios, before)) }()
	return readLine(ctx, fd, int(wake.Fd()))
}

// readLine reads to the end of a line, or of input where something stands before
// it, or until wake can be read.
func readLine(ctx context.Context, fd, wake int) ([]byte, error) {
	line := make([]byte, 0, hiddenLimit) // never moved, so that nothing is left of it
	for {
		var ready unix.FdSet
		ready.Set(fd)
		ready.Set(wake)
		_, err := unix.Select(max(fd, wake)+1, &ready, nil, nil, nil)
		switch {
		case errors.Is(err, unix.EINTR):
			continue
		case err != nil:
			return nil, err
		case ready.IsSet(wake):
			clear(line)
			return nil, context.Cause(ctx)
		}
		n, err := unix.Read(fd, line[len(line):cap(line)])
		line = line[:len(line)+max(n, 0)]
		if end := bytes.IndexByte(line, '\n'); end >= 0 {
			return line[:end], nil
		}
		switch {
		case errors.Is(err, unix.EINTR):
		case err != nil:
			return nil, err
		case n == 0 && len(line) == 0:
			return nil, io.EOF
		case n == 0 || len(line) == cap(line):
			return line, nil
		}
	}
}
