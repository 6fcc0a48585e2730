package remote

import (
	"errors"
	"net"
	"sync"
	"time"

	"assay/fleet/host"

	"golang.org/x/crypto/ssh"
)

// missesAllowed is how many keepalives may stay unanswered.
const missesAllowed = 3

var (
	errClosed = errors.New("closed by this side")
	errSilent = errors.New("the host no longer answers")
)

// conn is one connection. While nothing runs on it, it needs one goroutine
// beside those of the ssh package.
type conn struct {
	machine string
	user    string
	become  host.Become
	proved  string // the host key, in authorized_keys form
	owner   *Connector
	client  ssh.Conn
	slots   *slots
	gone    chan struct{} // closed once the connection has ended

	rooting *slots // one: whoever finds out how to become root
	root    *rootWay

	interval time.Duration // of keepalives
	mu       sync.Mutex
	timer    *time.Timer // nil without keepalives
	asked    bool        // a keepalive waits for its answer
	misses   int
	reason   error // why this side ended the connection, nil if it did not
	patience int   // how many refusals may yet be put down to slowness
}

func (o *Connector) newConn(target host.Target, user string, client ssh.Conn, channels <-chan ssh.NewChannel, requests <-chan *ssh.Request) *conn {
	c := &conn{machine: target.Machine, user: user, become: target.Become, owner: o, client: client, slots: newSlots(o.options.Sessions),
		gone: make(chan struct{}), rooting: newSlots(1), interval: o.options.KeepAlive}
	if c.interval > 0 {
		c.mu.Lock()
		c.timer = time.AfterFunc(c.interval, c.keepAlive)
		c.mu.Unlock()
	}
	go c.serve(channels, requests)
	return c
}

// Proved is the key that the host has proved.
func (c *conn) Proved() string { return c.proved }

// serve refuses what the host asks of us until the connection ends.
func (c *conn) serve(channels <-chan ssh.NewChannel, requests <-chan *ssh.Request) {
	for channels != nil || requests != nil {
		select {
		case channel, ok := <-channels:
			if !ok {
				channels = nil
				continue
			}
			channel.Reject(ssh.Prohibited, "")
		case request, ok := <-requests:
			if !ok {
				requests = nil
				continue
			}
			if request.WantReply {
				request.Reply(false, nil)
			}
		}
	}
	c.end(net.ErrClosed)
	close(c.gone)
}

// over reports whether the connection has ended or is being ended.
func (c *conn) over() bool {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.reason != nil
}

// keepAlive runs once an interval. An answer of any kind is a sign of life.
func (c *conn) keepAlive() {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.reason != nil {
		return
	}
	if c.asked {
		if c.misses++; c.misses >= missesAllowed {
			go c.end(errSilent)
			return
		}
	} else {
		c.asked = true
		go c.ask()
	}
	c.timer.Reset(c.interval)
}

// ask sends one keepalive and waits for its answer.
func (c *conn) ask() {
	if _, _, err := c.client.SendRequest("keepalive@openssh.com", true, nil); err != nil {
		return // the connection is gone
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	c.asked, c.misses = false, 0
}

// patience is how many refusals in a row are put down to slowness once a
// host has opened a session.
const patience = 8

// retry reports whether to open a session again although the host refused
// one while no other was open.
func (c *conn) retry() bool {
	c.mu.Lock()
	c.patience--
	again := c.patience >= 0
	c.mu.Unlock()
	return again && c.settle()
}

// settle waits until the host has gone on: sshd gives the place of a session
// back some time after it has closed it, and by the answer to a request it
// has. It reports false when the connection has ended.
func (c *conn) settle() bool {
	_, _, err := c.client.SendRequest("keepalive@openssh.com", true, nil)
	return err == nil
}

// ended gives a slot back.
func (c *conn) ended() {
	if c.slots.scarce() {
		c.settle()
	}
	c.slots.release()
}

// opened says that the host has opened a session.
func (c *conn) opened() {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.patience = patience
}

// end closes the connection; the first reason is kept.
func (c *conn) end(reason error) {
	c.mu.Lock()
	if c.reason == nil {
		c.reason = reason
	}
	if c.timer != nil {
		c.timer.Stop()
	}
	c.mu.Unlock()
	c.client.Close()
}

// Close ends the connection and every command on it. It may be called twice.
func (c *conn) Close() error {
	c.end(errClosed)
	return nil
}

// parting is how long the end of a connection may take to be known after a
// session on it has ended without a word.
const parting = 100 * time.Millisecond

// lost says why the outcome of a command is not known.
func (c *conn) lost() error {
	select {
	case <-c.gone:
	case <-time.After(parting): // the host lives, and did not say
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.reason != nil && c.reason != net.ErrClosed {
		return c.reason
	}
	return errNoStatus
}
