// Package remote reaches machines over SSH.
//
// A Connector opens one connection per Connect, under one deadline that
// covers dialling, banner, key exchange and authentication, and verifies the
// peer by machine name: it must prove a key that is pinned for the machine,
// or show a certificate for its name from a pinned authority. There is no
// trust on first use, known_hosts files are not read. Commands run under
// /bin/sh whatever the login shell is.
//
// What the peer says is taken as hostile: it is bounded, sanitised before it
// reaches an error, and nothing it does or fails to do outlasts the
// connection's deadline, the context of a command or Close.
//
// A Connector and its connections may be used by several goroutines at once.
package remote

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"strings"
	"time"

	"assay/fleet/host"

	"golang.org/x/crypto/ssh"
)

// The values that Options take when they are zero. Eight sessions stay below
// the ten that sshd allows on one connection.
const (
	DefaultTimeout   = 20 * time.Second
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
	// KeepAlive is the time between two keepalives. Three that stay
	// unanswered end the connection. Negative sends none.
	KeepAlive time.Duration
	// Sessions is how many commands run at once on one connection; further
	// ones wait. A server that allows fewer is given fewer.
	Sessions int
	// User is for addresses that name none.
	User string
	// Known, which may be nil, says which machine of the fleet a key belongs
	// to, so that an answer from the wrong machine can be named.
	Known func(key ssh.PublicKey) (machine string, ok bool)
	// Dial, which may be nil, replaces a plain TCP dial.
	Dial func(ctx context.Context, network, address string) (net.Conn, error)
}

// Connector is a host.Connector over SSH.
type Connector struct {
	options Options
}

// New returns a Connector.
func New(o Options) *Connector {
	if o.Timeout <= 0 {
		o.Timeout = DefaultTimeout
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
	if o.Dial == nil {
		o.Dial = new(net.Dialer).DialContext
	}
	return &Connector{options: o}
}

// Connect tries the target's addresses in their order and returns the first
// connection whose peer proved the machine's identity. An address where
// nobody or somebody else answers leads to the next one; a machine that
// proved its identity and refuses our key is not asked again. The error is
// the one of the address that came furthest.
func (c *Connector) Connect(ctx context.Context, target host.Target) (host.Conn, error) {
	pins, err := parsePins(target)
	if err != nil {
		return nil, &host.ConnectError{Machine: target.Machine, Stage: host.StageHostKey, Err: err}
	}
	if len(target.Addresses) == 0 {
		return nil, &host.ConnectError{Machine: target.Machine, Stage: host.StageResolve,
			Err: errors.New("no address is known; hint: add deploy targets for it")}
	}
	var worst *host.ConnectError
	var others []string
	for _, address := range target.Addresses {
		conn, failed := c.attempt(ctx, pins, address)
		if failed == nil {
			return conn, nil
		}
		if worst == nil || rank(failed.Stage) >= rank(worst.Stage) {
			worst, failed = failed, worst
		}
		if failed != nil {
			others = append(others, failed.Address+": "+failed.Cause())
		}
		if ctx.Err() != nil || worst.Stage == host.StageAuth {
			break
		}
	}
	if len(others) > 0 {
		worst.Err = fmt.Errorf("%w (also tried %s)", worst.Err, strings.Join(others, ", "))
	}
	return nil, worst
}

// rank orders the stages as a connection passes them.
func rank(s host.Stage) int {
	switch s {
	case host.StageAuth:
		return 4
	case host.StageHostKey:
		return 3
	case host.StageHandshake:
		return 2
	case host.StageDial:
		return 1
	}
	return 0
}

// attempt connects to one address.
func (c *Connector) attempt(ctx context.Context, pins *pins, text string) (*conn, *host.ConnectError) {
	fail := func(stage host.Stage, err error) *host.ConnectError {
		return &host.ConnectError{Machine: pins.machine, Address: text, Stage: stage,
			Deadline: errors.Is(ctx.Err(), context.DeadlineExceeded), Err: peerError(err)}
	}
	a, err := parseAddress(text)
	if err != nil {
		return nil, fail(host.StageResolve, err)
	}
	if a.user == "" {
		a.user = c.options.User
	}
	ctx, cancel := context.WithTimeout(ctx, c.options.Timeout)
	defer cancel()
	tcp, err := c.options.Dial(ctx, "tcp", net.JoinHostPort(a.host, a.port))
	if err != nil {
		stage := host.StageDial
		if _, ok := errors.AsType[*net.DNSError](err); ok {
			stage = host.StageResolve
		}
		return nil, fail(stage, err)
	}
	stop := context.AfterFunc(ctx, func() { tcp.Close() })
	check := &check{pins: pins, known: c.options.Known}
	client, channels, requests, err := ssh.NewClientConn(tcp, pins.machine, c.config(a.user, check))
	if !stop() {
		if err == nil {
			client.Close()
		}
		if err = ctx.Err(); errors.Is(err, context.DeadlineExceeded) {
			err = fmt.Errorf("the host accepts the connection and then takes too long: %w", err)
		}
		return nil, fail(check.stage(nil), err)
	}
	if err != nil {
		tcp.Close()
		return nil, fail(check.stage(err), c.explain(check, err))
	}
	return newConn(pins.machine, client, channels, requests, c.options), nil
}

// explain adds to the error of a handshake what to do about it.
func (c *Connector) explain(check *check, err error) error {
	if refused := check.refused.Load(); refused != nil {
		return *refused
	}
	if check.stage(err) != host.StageAuth || errors.Is(err, io.EOF) {
		return err
	}
	if len(c.options.Signers) == 0 {
		return fmt.Errorf("%w; hint: there is no key to authenticate with", err)
	}
	var keys []string
	for _, s := range c.options.Signers {
		keys = append(keys, ssh.FingerprintSHA256(s.PublicKey()))
	}
	return fmt.Errorf("%w; hint: the machine has to let in one of these keys: %s", err, strings.Join(keys, ", "))
}

// config lists only algorithms that ssh-audit has nothing to say against.
func (c *Connector) config(user string, check *check) *ssh.ClientConfig {
	return &ssh.ClientConfig{
		Config: ssh.Config{
			KeyExchanges: []string{ssh.KeyExchangeMLKEM768X25519, ssh.KeyExchangeCurve25519},
			Ciphers:      []string{ssh.CipherAES128GCM, ssh.CipherAES256GCM, ssh.CipherChaCha20Poly1305},
			MACs:         []string{ssh.HMACSHA256ETM, ssh.HMACSHA512ETM},
		},
		User:              user,
		Auth:              []ssh.AuthMethod{ssh.PublicKeys(c.options.Signers...)},
		HostKeyCallback:   check.hostKey,
		HostKeyAlgorithms: check.pins.algorithms(),
		ClientVersion:     "SSH-2.0-assay",
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
