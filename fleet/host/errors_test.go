package host

import (
	"errors"
	"fmt"
	"io"
	"net"
	"os"
	"syscall"
	"testing"
)

// TestCause: the reason is told in a few words, and once.
func TestCause(t *testing.T) {
	dialled := func(errno syscall.Errno) error {
		return &net.OpError{Op: "dial", Net: "tcp", Err: os.NewSyscallError("connect", errno)}
	}
	for _, c := range []struct {
		stage Stage
		err   error
		cause string
		text  string
	}{
		{StageDial, dialled(syscall.EHOSTUNREACH), "no route to host", "dial tcp: connect: no route to host"},
		{StageDial, dialled(syscall.ENETUNREACH), "network unreachable", "network unreachable: dial tcp: connect: network is unreachable"},
		{StageDial, dialled(syscall.ECONNREFUSED), "dial refused", "dial refused: dial tcp: connect: connection refused"},
		{StageDial, &net.DNSError{Err: "no such host", Name: "x", IsNotFound: true}, "no such host", "lookup x: no such host"},
		{StageDial, errors.New("odd"), "dial failed", "dial failed: odd"},
		{StageResolve, fmt.Errorf("%w; hint: give it one", ErrNoTarget), "no target", "no target; hint: give it one"},
		{StageHandshake, io.EOF, "hung up in the handshake", "hung up in the handshake: EOF"},
		{StageHandshake, errors.New("odd"), "the SSH handshake failed", "the SSH handshake failed: odd"},
	} {
		e := &ConnectError{Machine: "anvil", Stage: c.stage, Err: c.err}
		if got := e.Cause(); got != c.cause {
			t.Errorf("%v: %q, want %q", c.err, got, c.cause)
		}
		if got, want := e.Error(), "connect to anvil: "+c.text; got != want {
			t.Errorf("%q, want %q", got, want)
		}
	}
}
