package ui

import (
	"bytes"
	"context"
	"errors"
	"io"
	"os"

	"golang.org/x/sys/unix"
)

// hiddenLimit is the longest line that ReadLines takes, in bytes; a terminal
// takes no longer ones.
const hiddenLimit = 4096

// ReadLines reads lines that are typed, shown or not, without their ends, until
// take, which gets each and owns it, wants no more. The terminal is as it has
// to be when ask is called, and stays so between the lines, which can be pasted
// at once. When ctx ends it returns at once, and what was typed of a line by
// then is dropped. However it returns, the terminal is as it was.
func ReadLines(ctx context.Context, fd int, shown bool, ask func() error, take func(line []byte) (more bool)) error {
	return atTerminal(ctx, fd, shown, func(wake int) error {
		if err := ask(); err != nil {
			return err
		}
		for {
			line, err := readLine(ctx, fd, wake)
			if err != nil || !take(line) {
				return err
			}
		}
	})
}

// atTerminal calls read with a terminal that shows what is typed, or does not,
// and with a descriptor that can be read when ctx has ended.
func atTerminal(ctx context.Context, fd int, shown bool, read func(wake int) error) (err error) {
	before, err := unix.IoctlGetTermios(fd, getTermios)
	if err != nil {
		return err
	}
	wake, waker, err := os.Pipe()
	if err != nil {
		return err
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
		return err
	}
	defer func() { err = errors.Join(err, unix.IoctlSetTermios(fd, setTermios, before)) }()
	return read(int(wake.Fd()))
}

// readLine reads to the end of a line, or of input where something stands before
// it, or until wake can be read.
func readLine(ctx context.Context, fd, wake int) ([]byte, error) {
	line := make([]byte, 0, hiddenLimit) // never moved, so that nothing is left of it
	for {
		woken, err := awaitInput(fd, wake)
		switch {
		case errors.Is(err, unix.EINTR):
			continue
		case err != nil:
			return nil, err
		case woken:
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
