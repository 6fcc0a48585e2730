package host

import (
	"errors"
	"fmt"
	"io"
	"net"
	"strings"
	"syscall"
)

// ErrNoTarget is why a machine that has no address cannot be reached: nobody
// has said where it is, which is no fault of the machine.
var ErrNoTarget = errors.New("no target")

// Stage is the step of connecting at which a host was lost.
type Stage string

// The stages of Connect, in their order.
const (
	StageResolve   Stage = "address"
	StageDial      Stage = "dial"
	StageHandshake Stage = "handshake"
	StageHostKey   Stage = "host key"
	StageAuth      Stage = "authentication"
)

// ConnectError says why a machine could not be reached.
type ConnectError struct {
	Machine  string
	Address  string // the last address tried, "" when there was none
	Stage    Stage
	Deadline bool // the stage did not finish in time
	Err      error
}

// Cause names the reason in a few words: "handshake deadline", "no route to
// host".
func (e *ConnectError) Cause() string {
	if e.Deadline {
		return string(e.Stage) + " deadline"
	}
	switch e.Stage {
	case StageResolve:
		return unresolved(e)
	case StageDial:
		return undialled(e.Err)
	case StageHandshake:
		if errors.Is(e.Err, io.EOF) || errors.Is(e.Err, syscall.ECONNRESET) {
			return "hung up in the handshake"
		}
		return "the SSH handshake failed"
	}
	return string(e.Stage)
}

// unresolved says why no address is there to dial.
func unresolved(e *ConnectError) string {
	switch {
	case noSuchName(e.Err):
		return "no such host"
	case e.Address == "":
		return ErrNoTarget.Error()
	}
	return "the address cannot be used"
}

// undialled says why an address could not be dialled.
func undialled(err error) string {
	for _, known := range []struct {
		is    syscall.Errno
		cause string
	}{
		{syscall.ECONNREFUSED, "dial refused"}, {syscall.EHOSTUNREACH, "no route to host"}, {syscall.EHOSTDOWN, "no route to host"},
		{syscall.ENETUNREACH, "network unreachable"}, {syscall.ECONNRESET, "connection reset"}, {syscall.ETIMEDOUT, "dial deadline"},
	} {
		if errors.Is(err, known.is) {
			return known.cause
		}
	}
	if noSuchName(err) {
		return "no such host"
	}
	return "dial failed"
}

// noSuchName reports whether the name has no address.
func noSuchName(err error) bool {
	dns, ok := errors.AsType[*net.DNSError](err)
	return ok && dns.IsNotFound
}

func (e *ConnectError) Error() string {
	where := e.Machine
	if e.Address != "" {
		where += " (" + e.Address + ")"
	}
	cause := e.Cause()
	switch {
	case e.Err == nil:
		return fmt.Sprintf("connect to %s: %s", where, cause)
	case strings.Contains(e.Err.Error(), cause): // it says the same already
		return fmt.Sprintf("connect to %s: %v", where, e.Err)
	}
	return fmt.Sprintf("connect to %s: %s: %v", where, cause, e.Err)
}

func (e *ConnectError) Unwrap() error { return e.Err }

// ErrRoot is returned for a command that wants root where the host does not
// give it; errors that wrap it say why.
var ErrRoot = errors.New("no root on this host")

// ExitError is a command that ran to its end and reported failure.
type ExitError struct {
	Machine string
	Code    int    // exit status; -1 when a signal ended it
	Signal  string // "KILL" and the like, "" when there was none
	Stderr  string // the last lines of standard error, sanitised, joined by "; "
}

func (e *ExitError) Error() string {
	var b strings.Builder
	fmt.Fprintf(&b, "%s: command ", e.Machine)
	if e.Signal != "" {
		fmt.Fprintf(&b, "ended by signal %s", e.Signal)
	} else {
		fmt.Fprintf(&b, "exited with %d", e.Code)
	}
	if e.Stderr != "" {
		b.WriteString(": " + e.Stderr)
	}
	return b.String()
}

// LostError is a connection that ended while a command ran. What the command
// did is not known; ask the host.
type LostError struct {
	Machine string
	Err     error
}

func (e *LostError) Error() string {
	return fmt.Sprintf("%s: connection lost, the outcome of the command is unknown: %v", e.Machine, e.Err)
}

func (e *LostError) Unwrap() error { return e.Err }
