package remote

import (
	"io"
	"net"
	"sync"

	"golang.org/x/crypto/ssh"
)

// bridge makes a network connection of a channel. The channel alone would
// not do: whoever reads from it or writes to it waits for the peer, also
// after Close.
func bridge(channel ssh.Channel) net.Conn {
	near, far := net.Pipe()
	go func() {
		io.Copy(far, channel)
		far.Close()
	}()
	go func() {
		io.Copy(channel, far)
		channel.Close()
		far.Close()
	}()
	return near
}

// link is a connection that gives back what it needs when it is closed.
type link struct {
	net.Conn
	release func() // may be called more than once
}

// linked returns conn with a release that runs once, after it is closed.
func linked(conn net.Conn, release func()) net.Conn {
	return &link{conn, sync.OnceFunc(release)}
}

func (l *link) Close() error {
	err := l.Conn.Close()
	l.release()
	return err
}
