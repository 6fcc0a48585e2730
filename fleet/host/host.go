// Package host says what it takes to reach a machine: a Connector that dials
// it under a verified identity and a Conn that runs commands on it. It holds
// interfaces and values only; host/remote and host/sim satisfy them.
//
// A Connector and a Conn may be used by several goroutines at once.
package host

import (
	"context"
	"io"
)

// Target is one machine as a Connector sees it. Identity belongs to Machine,
// never to an address: whoever answers must prove one of HostKeys. A key may
// be marked as in known_hosts: "@cert-authority KEY" accepts host
// certificates that KEY signed for the name Machine, "@revoked KEY" accepts
// nothing that KEY proves or signs.
type Target struct {
	Machine   string
	Addresses []string // "[user@]host[:port]", in the order to try; IPv6 in brackets
	HostKeys  []string // public keys in authorized_keys form; none means the machine is refused
	Jump      []Target // hops on the way, the first one first; each proves its own identity
	Become    Become   // how a command with Root set gets root where the user of the address is not
}

// Become is the way to root on a machine.
type Become string

// The ways to root. BecomeNone, as the empty string, has none.
const (
	BecomeNone Become = "none"
	BecomeSudo Become = "sudo"
	BecomeDoas Become = "doas"
)

// Connector opens connections to machines.
type Connector interface {
	// Connect returns a connection whose peer has proved the target's
	// identity. It fails with a *ConnectError.
	Connect(ctx context.Context, target Target) (Conn, error)
}

// Conn is one open connection to one machine. Several commands may run on it
// at the same time.
type Conn interface {
	// Run runs the command and waits for it. The error is nil when it exited
	// with 0, an *ExitError when it ran and said otherwise, and a *LostError
	// when it may have run and its outcome is not known: the connection
	// ended, ctx was cancelled, a stream failed. After any other error it has
	// not been started. Nothing is written to its streams after Run returns;
	// a Read on Stdin that is under way is not waited for.
	Run(ctx context.Context, cmd Command) error
	Close() error
}

// Rooter is a Conn that can tell beforehand whether commands with Root set
// will run. The error is nil if they will, else ErrRoot and why. It may ask a
// person for a password, and starts nothing on the host but the check.
type Rooter interface {
	Root(ctx context.Context) error
}

// Prover is a Conn that tells which key its peer has proved, in authorized_keys
// form without a comment: of a certificate the key that is in it.
type Prover interface {
	Proved() string
}

// Command is a POSIX shell script with its arguments. It runs under /bin/sh
// whatever the login shell of the user is, in the user's home directory, with
// $1, $2, ... set to Args.
type Command struct {
	Script string
	Args   []string
	// Root runs it as root: as it is where the connection's user is root,
	// else by the target's Become. Where that is refused, or there is none,
	// the command is not started and the error is ErrRoot.
	Root   bool
	Stdin  io.Reader // nil is empty
	Stdout io.Writer // nil discards
	Stderr io.Writer // nil keeps only the tail for ExitError
}
