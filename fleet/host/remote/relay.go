package remote

import (
	"context"
	"errors"
	"fmt"
	"net"
	"strconv"
	"sync"

	"assay/fleet/host"

	"golang.org/x/crypto/ssh"
)

// relays are the connections to jump hosts. Each is shared by all machines
// behind it and closed with the last of theirs.
type relays struct {
	mu   sync.Mutex
	open map[string]*relay
}

// relay is a jump host that is connected, or about to be.
type relay struct {
	name   string // of the machine
	key    string
	users  int           // under relays.mu
	ready  chan struct{} // closed when conn or failed is set
	conn   *conn
	failed error
	cancel context.CancelFunc
}

// hops counts the jump hosts on the way, in a context.
type hops struct{}

// relay returns the connection to the last of jump, through those before it.
// The caller releases it.
func (c *Connector) relay(ctx context.Context, jump []host.Target) (*relay, error) {
	depth, _ := ctx.Value(hops{}).(int)
	if depth >= hopLimit {
		return nil, fmt.Errorf("more than %d jump hosts; hint: a jump host may be its own jump host in the SSH configuration", hopLimit)
	}
	ctx = context.WithValue(ctx, hops{}, depth+1)
	hop := jump[len(jump)-1]
	if len(jump) > 1 {
		hop.Jump = jump[:len(jump)-1]
	}
	r := c.join(ctx, hop)
	select {
	case <-r.ready:
	case <-ctx.Done():
		c.leave(r)
		return nil, context.Cause(ctx)
	}
	if r.failed != nil {
		c.leave(r)
		return nil, fmt.Errorf("jump host %s: %w", hop.Machine, r.failed)
	}
	return r, nil
}

// join enters the relay to hop, which it starts to connect if it is the
// first.
func (c *Connector) join(ctx context.Context, hop host.Target) *relay {
	key := fmt.Sprintf("%q", hop)
	c.relays.mu.Lock()
	defer c.relays.mu.Unlock()
	if r := c.relays.open[key]; r != nil && !r.useless() {
		r.users++
		return r
	}
	// Those that wait for it decide together how long it is wanted.
	ctx, cancel := context.WithCancel(context.WithoutCancel(ctx))
	r := &relay{name: hop.Machine, key: key, users: 1, ready: make(chan struct{}), cancel: cancel}
	if c.relays.open == nil {
		c.relays.open = map[string]*relay{}
	}
	c.relays.open[key] = r
	go func() {
		r.conn, r.failed = c.connect(ctx, hop)
		close(r.ready)
		if r.conn != nil && ctx.Err() != nil { // the last has left meanwhile
			r.conn.Close()
		}
	}()
	return r
}

// useless reports whether a relay has failed or has ended.
func (r *relay) useless() bool {
	select {
	case <-r.ready:
		return r.failed != nil || r.conn.over()
	default:
		return false
	}
}

// leave gives a relay back; nil is none.
func (c *Connector) leave(r *relay) {
	if r == nil {
		return
	}
	c.relays.mu.Lock()
	r.users--
	last := r.users == 0
	if last && c.relays.open[r.key] == r {
		delete(c.relays.open, r.key)
	}
	c.relays.mu.Unlock()
	if !last {
		return
	}
	r.cancel()
	select {
	case <-r.ready:
		if r.conn != nil {
			r.conn.Close() // which may leave the relay before it
		}
	default: // whoever connects it sees that it is cancelled
	}
}

// dial opens a connection from the jump host to an address.
func (r *relay) dial(ctx context.Context, address address) (net.Conn, error) {
	port, err := strconv.ParseUint(address.port, 10, 16)
	if err != nil {
		return nil, err
	}
	// RFC 4254, 7.2: where to, and where from.
	where := ssh.Marshal(struct {
		Host     string
		Port     uint32
		From     string
		FromPort uint32
	}{address.host, uint32(port), "127.0.0.1", 0})
	type opened struct {
		channel ssh.Channel
		err     error
	}
	result := make(chan opened, 1)
	go func() {
		channel, requests, err := r.conn.client.OpenChannel("direct-tcpip", where)
		if err == nil {
			go ssh.DiscardRequests(requests)
			if ctx.Err() != nil {
				channel.Close()
			}
		}
		result <- opened{channel, err}
	}()
	select {
	case o := <-result:
		if o.err != nil {
			return nil, r.explain(o.err)
		}
		return bridge(o.channel), nil
	case <-r.conn.gone:
		return nil, fmt.Errorf("jump host %s: %w", r.name, r.conn.lost())
	case <-ctx.Done():
		return nil, context.Cause(ctx)
	}
}

// explain says why a jump host does not connect us.
func (r *relay) explain(err error) error {
	if refused, ok := errors.AsType[*ssh.OpenChannelError](err); ok && refused.Reason == ssh.Prohibited {
		return fmt.Errorf("jump host %s: %w; hint: its sshd has to allow forwarding (AllowTcpForwarding, PermitOpen)", r.name, err)
	}
	return fmt.Errorf("jump host %s: %w", r.name, err)
}
