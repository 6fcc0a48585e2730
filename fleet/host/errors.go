package host

import (
	"errors"
	"fmt"
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

// Cause names the reason in a few words: "handshake deadline", "dial refused".
func (e *ConnectError) Cause() string {
	switch {
	case e.Deadline:
		return string(e.Stage) + " deadline"
	case e.Stage == StageResolve && e.Address == "":
		return "no target"
	case e.Stage == StageDial && errors.Is(e.Err, syscall.ECONNREFUSED):
		return string(e.Stage) + " refused"
	}
	return string(e.Stage)
}

func (e *ConnectError) Error() string {
	where := e.Machine
	if e.Address != "" {
		where += " (" + e.Address + ")"
	}
	if e.Err == nil {
		return fmt.Sprintf("connect to %s: %s", where, e.Cause())
	}
	return fmt.Sprintf("connect to %s: %s: %v", where, e.Cause(), e.Err)
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
