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

// Connect tries the target's addresses in their order, each when the one
// before has failed or has taken longer than the Race option says, and
// returns the first connection whose peer proved the machine's identity;
// that makes it safe to try them side by side. A machine that proved its
// identity and refuses our key is not asked again. The error is the one of
// the address that came furthest.
func (c *Connector) Connect(ctx context.Context, target host.Target) (host.Conn, error) {
	pins, err := parsePins(target)
	if err != nil {
		return nil, &host.ConnectError{Machine: target.Machine, Stage: host.StageHostKey, Err: err}
	}
	if len(target.Addresses) == 0 {
		return nil, &host.ConnectError{Machine: target.Machine, Stage: host.StageResolve,
			Err: errors.New("no address is known; hint: add deploy targets for it")}
	}
	conn, failures := c.race(ctx, pins, target.Addresses)
	if conn != nil {
		return conn, nil
	}
	return nil, furthest(failures)
}

// attempted is how the attempt at one address ended.
type attempted struct {
	index  int
	conn   *conn
	failed *host.ConnectError
}

// race returns the first connection, or for every address that was tried to
// its end why there is none. No attempt is under way when it returns.
func (c *Connector) race(ctx context.Context, pins *pins, addresses []string) (*conn, []*host.ConnectError) {
	ctx, cancel := context.WithCancel(ctx)
	results := make(chan attempted)
	next, pending := 0, 0
	launch := func() {
		index := next
		next, pending = next+1, pending+1
		go func() {
			conn, failed := c.attempt(ctx, pins, addresses[index])
			results <- attempted{index, conn, failed}
		}()
	}
	defer func() {
		cancel()
		for range pending {
			if late := <-results; late.conn != nil {
				late.conn.Close()
			}
		}
	}()
	failures := make([]*host.ConnectError, len(addresses))
	patience := time.NewTimer(c.options.Race)
	defer patience.Stop()
	for launch(); pending > 0; {
		select {
		case r := <-results:
			pending--
			if r.conn != nil {
				return r.conn, nil
			}
			if failures[r.index] = r.failed; r.failed.Stage == host.StageAuth || ctx.Err() != nil {
				return nil, failures
			}
		case <-patience.C:
		}
		if next < len(addresses) {
			launch()
			patience.Reset(c.options.Race)
		}
	}
	return nil, failures
}

// furthest returns the failure that passed the most stages, the last of
// equals, and names the other addresses in it.
func furthest(failures []*host.ConnectError) *host.ConnectError {
	var worst *host.ConnectError
	for _, f := range failures {
		if f != nil && (worst == nil || rank(f.Stage) >= rank(worst.Stage)) {
			worst = f
		}
	}
	var others []string
	for _, f := range failures {
		if f != nil && f != worst {
			others = append(others, f.Address+": "+f.Cause())
		}
	}
	if len(others) > 0 {
		worst.Err = fmt.Errorf("%w (also tried %s)", worst.Err, strings.Join(others, ", "))
	}
	return worst
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

// config offers modern algorithms only: no SHA-1, no CBC, no MAC before
// encryption, no NIST curves in the key exchange.
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
