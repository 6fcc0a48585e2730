package cli

import (
	"errors"
	"fmt"

	"assay/fleet/session"
)

// The exit codes of the program. "go run" flattens all but 0 to 1.
const (
	exitDone        = 0
	exitFailed      = 1   // a host failed, or check found errors
	exitUsage       = 2   // wrong usage, or a configuration that cannot be read
	exitNothing     = 3   // the selector selects nothing
	exitDeclined    = 4   // declined, or interrupted once and finished cleanly
	exitIdentity    = 5   // a host's identity could not be verified
	exitInterrupted = 130 // interrupted twice
)

// exitError carries the exit code that an error ends the program with.
// Quiet says that everything worth saying has been printed.
type exitError struct {
	code  int
	err   error
	quiet bool
}

func (e *exitError) Error() string {
	if e.err == nil {
		return fmt.Sprintf("exit %d", e.code)
	}
	return e.err.Error()
}

func (e *exitError) Unwrap() error { return e.err }

// failed is an end with a code whose reason is already on the screen.
func failed(code int) error { return &exitError{code: code, quiet: true} }

// withCode gives an error an exit code; nil stays nil.
func withCode(code int, err error) error {
	if err == nil {
		return nil
	}
	return &exitError{code: code, err: err}
}

// usagef is a wrong use of the command line.
func usagef(format string, args ...any) error {
	return withCode(exitUsage, fmt.Errorf(format, args...))
}

// codeOf returns the exit code for an error that ended a command.
func codeOf(err error) int {
	var exit *exitError
	switch {
	case err == nil:
		return exitDone
	case errors.As(err, &exit):
		return exit.code
	case errors.Is(err, session.ErrNoHosts):
		return exitUsage
	}
	return exitFailed
}

// errInterrupted is the cause of a context that the user's ctrl-c ended.
var errInterrupted = errors.New("interrupted")
