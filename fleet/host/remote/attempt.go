package remote

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net"

	"assay/fleet/host"

	"golang.org/x/crypto/ssh"
)

// attempt connects to one address. The pins of check are those of the
// target; where it has none, the address decides who is trusted.
func (c *Connector) attempt(ctx context.Context, target host.Target, text string, check *check) (*conn, *host.ConnectError) {
	fail := func(ctx context.Context, stage host.Stage, err error) *host.ConnectError {
		cause := context.Cause(ctx)
		if hop, ok := errors.AsType[*host.ConnectError](err); ok && hop.Deadline {
			cause = context.DeadlineExceeded
		}
		if errors.Is(cause, context.DeadlineExceeded) && errors.Is(err, context.Canceled) {
			err = cause // a dialler only knows that it was told to stop
		}
		return &host.ConnectError{Machine: target.Machine, Address: text, Stage: stage,
			Deadline: errors.Is(cause, context.DeadlineExceeded), Err: peerError(err)}
	}
	r, err := c.route(ctx, target, text)
	if err != nil {
		return nil, fail(ctx, host.StageResolve, err)
	}
	if !check.pins.known() && !check.scan {
		trusted := c.trust(target.Machine, r)
		trusted.byAddress = trusted.byAddress && !named(target.Machine, text)
		trusted.revoked = append(trusted.revoked, check.pins.revoked...)
		check.pins = trusted
	} else if !check.scan {
		pinned := *check.pins
		pinned.revoked = append(c.revoked(target.Machine, r), pinned.revoked...)
		check.pins = &pinned
	}
	hop, done, err := c.approach(ctx, r)
	if err != nil {
		return nil, fail(ctx, host.StageDial, err)
	}
	defer done()
	ctx, clock, cancel := newClock(ctx, r.timeout)
	defer cancel()
	raw, via, err := c.way(ctx, r, hop)
	if err != nil {
		c.leave(hop)
		return nil, fail(ctx, dialStage(err), err)
	}
	conn := linked(raw, func() { c.leave(hop) })
	login := c.login(ctx, clock, target.Machine, r)
	defer login.close()
	stop := context.AfterFunc(ctx, func() { conn.Close() })
	client, channels, requests, err := ssh.NewClientConn(conn, target.Machine, config(r.user, check, login))
	if !stop() {
		if err == nil {
			client.Close()
		}
		if err = context.Cause(ctx); errors.Is(err, context.DeadlineExceeded) {
			err = fmt.Errorf("the host accepts the connection and then takes too long: %w", err)
		}
		if via != nil {
			err = via.explain(err)
		}
		return nil, fail(ctx, check.stage(nil), err)
	}
	if err != nil {
		conn.Close()
		stage := check.stage(err)
		if err = c.explain(check, login, err); via != nil && stage == host.StageHandshake {
			err = via.explain(err)
		}
		return nil, fail(ctx, stage, err)
	}
	login.succeeded()
	made := c.newConn(target, r.user, client, channels, requests)
	made.proved = check.line()
	return made, nil
}

// approach reaches the jump host if there is one, which has to be left, and
// waits until it is our turn to dial; done ends the turn.
func (c *Connector) approach(ctx context.Context, r *route) (hop *relay, done func(), err error) {
	places := []string{"to " + r.place()}
	if len(r.jump) > 0 {
		if hop, err = c.relay(ctx, r.jump); err != nil {
			return nil, nil, err
		}
		places = []string{"through " + hop.key, "through " + hop.key + " to " + r.place()}
	}
	var turns []func()
	done = func() {
		for _, turn := range turns {
			turn()
		}
	}
	for _, place := range places {
		turn, err := c.gates.enter(ctx, place)
		if err != nil {
			done()
			c.leave(hop)
			return nil, nil, err
		}
		turns = append(turns, turn)
	}
	return hop, done, nil
}

// dialStage tells names that cannot be resolved from hosts that do not answer.
func dialStage(err error) host.Stage {
	if _, ok := errors.AsType[*net.DNSError](err); ok {
		return host.StageResolve
	}
	return host.StageDial
}

// explain adds to the error of a handshake what to do about it.
func (c *Connector) explain(check *check, login *login, err error) error {
	if refused := check.refused.Load(); refused != nil {
		return *refused
	}
	if check.stage(err) != host.StageAuth || errors.Is(err, io.EOF) {
		return err
	}
	return login.explain(err)
}

// config offers modern algorithms only: no SHA-1, no CBC, no MAC before
// encryption, no NIST curves in the key exchange.
func config(user string, check *check, login *login) *ssh.ClientConfig {
	return &ssh.ClientConfig{
		Config: ssh.Config{
			KeyExchanges: []string{ssh.KeyExchangeMLKEM768X25519, ssh.KeyExchangeCurve25519},
			Ciphers:      []string{ssh.CipherAES128GCM, ssh.CipherAES256GCM, ssh.CipherChaCha20Poly1305},
			MACs:         []string{ssh.HMACSHA256ETM, ssh.HMACSHA512ETM},
		},
		User:              user,
		AuthCallback:      login.next,
		HostKeyCallback:   check.hostKey,
		HostKeyAlgorithms: check.pins.algorithms(),
		ClientVersion:     "SSH-2.0-assay",
	}
}
