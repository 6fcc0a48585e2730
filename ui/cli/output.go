package cli

import (
	"errors"
	"fmt"
	"io"
	"os"
	"os/signal"
	"syscall"
)

// output is standard output that remembers its first error, so that an answer
// that could not be written does not look like success. One goroutine writes
// at a time.
type output struct {
	io.Writer
	err error
}

func (o *output) Write(p []byte) (int, error) {
	n, err := o.Writer.Write(p)
	if o.err == nil {
		o.err = err
	}
	return n, err
}

// verdict is the error of an answer that was not written. A reader that went
// away, such as head, wanted no more: that is none.
func (o *output) verdict() error {
	if o.err == nil || errors.Is(o.err, syscall.EPIPE) {
		return nil
	}
	return withCode(exitFailed, fmt.Errorf("the output is not complete: %w", o.err))
}

// outlive makes writing to a pipe that nobody reads any more an error instead
// of this process's end, until release is called: hosts are being changed.
func outlive() (release func()) {
	broken := make(chan os.Signal, 1)
	signal.Notify(broken, syscall.SIGPIPE)
	return func() { signal.Stop(broken) }
}
