// Package remote reaches machines over SSH.
//
// A Connector opens one connection per Connect, under one deadline that
// covers dialling, banner, key exchange and authentication, and verifies the
// peer by machine name: it must prove a key that is pinned for the machine,
// or show a certificate for its name from a pinned authority. There is no
// trust on first use. Known hosts count only for machines without pinned
// keys; a machine that nobody knows is refused, with what it takes to pin
// it. Time in which a person is asked for something does not count.
// Commands run under /bin/sh whatever the login shell is.
//
// What the peer says is taken as hostile: it is bounded, sanitised before it
// reaches an error, and nothing it does or fails to do outlasts the
// connection's deadline, the context of a command or Close.
//
// A Connector and its connections may be used by several goroutines at once.
package remote

import (
	"context"
	"net"
	"strings"
	"sync"
	"time"

	"assay/fleet/host"
	"assay/fleet/host/knownhosts"
	"assay/fleet/host/sshconfig"

	"golang.org/x/crypto/ssh"
)

// The values that Options take when they are zero. Eight sessions stay below
// the ten that sshd allows on one connection.
const (
	DefaultTimeout   = 20 * time.Second
	DefaultRace      = 2 * time.Second
	DefaultKeepAlive = 15 * time.Second
	DefaultSessions  = 8
	DefaultUser      = "root"
)

// Options say how a Connector proves who it is and how patient it is.
type Options struct {
	// Signers are offered in their order. Servers cut off after six.
	Signers []ssh.Signer
	// Timeout is the deadline for one address, from dialling to the end of
	// authentication.
	Timeout time.Duration
	// Race is how long an address may take before the next one is tried
	// beside it.
	Race time.Duration
	// KeepAlive is the time between two keepalives. Three that stay
	// unanswered end the connection. Negative sends none.
	KeepAlive time.Duration
	// Sessions is how many commands run at once on one connection; further
	// ones wait. A server that allows fewer is given fewer.
	Sessions int
	// User is for addresses that name none; with Config, what that says.
	User string
	// Config, which may be nil, asks the user's SSH configuration about each
	// address, and brings the user's agent, key files and known_hosts.
	Config *sshconfig.Reader
	// Declared is what the fleet itself declares as known hosts, by the names
	// of machines and by addresses.
	Declared knownhosts.List
	// Pins, which may be "", is the file of knownhosts.Pin.
	Pins string
	// Passphrase, which may be nil, asks a person for the passphrase of a
	// private key, once for each file. Its result is wiped.
	Passphrase func(ctx context.Context, file string) ([]byte, error)
	// Password, which may be nil, asks a person for the password that sudo
	// wants. The prompt names every machine that may get it: see Together. Its
	// result is wiped with the Connector only.
	Password func(ctx context.Context, machine, prompt string) ([]byte, error)
	// Notice, which may be nil, is told what a person should know: that a key
	// wants to be touched, what of the SSH configuration has no effect. It is
	// called from several goroutines at once.
	Notice func(machine, text string)
	// Known, which may be nil, says which machine of the fleet a key belongs
	// to, so that an answer from the wrong machine can be named.
	Known func(key ssh.PublicKey) (machine string, ok bool)
	// Dial, which may be nil, replaces a plain TCP dial.
	Dial func(ctx context.Context, network, address string) (net.Conn, error)
}

// Connector is a host.Connector over SSH.
type Connector struct {
	options   Options
	gates     gates
	relays    relays
	keys      keyring
	passwords passwords
	trusted   trusted
	said      sync.Map // texts of notices that are given once
}

// New returns a Connector.
func New(o Options) *Connector {
	if o.Timeout <= 0 {
		o.Timeout = DefaultTimeout
	}
	if o.Race <= 0 {
		o.Race = DefaultRace
	}
	if o.KeepAlive == 0 {
		o.KeepAlive = DefaultKeepAlive
	}
	if o.Sessions <= 0 {
		o.Sessions = DefaultSessions
	}
	if o.User == "" {
		o.User = DefaultUser
	}
	if o.Notice == nil {
		o.Notice = func(string, string) {}
	}
	return &Connector{options: o}
}

// noticeOnce gives a notice unless it was given before.
func (c *Connector) noticeOnce(machine, text string) {
	if _, before := c.said.LoadOrStore(text, true); !before {
		c.options.Notice(machine, text)
	}
}

// peerText is an error whose text may hold what a peer said.
type peerText struct{ err error }

// peerError makes the text of err one line that is safe to show.
func peerError(err error) error {
	if err == nil {
		return nil
	}
	return &peerText{err}
}

func (e *peerText) Error() string { return oneLine(e.err.Error()) }
func (e *peerText) Unwrap() error { return e.err }

// oneLine makes text from a peer fit into a message.
func oneLine(text string) string {
	const limit = 1000
	if len(text) > limit {
		text = text[:limit] + "…"
	}
	return strings.Join(strings.Fields(host.Sanitize(text)), " ")
}
