package sim

import (
	"crypto/subtle"
	"errors"
	"io"
	"net"
	"sync"
	"time"

	"golang.org/x/crypto/ssh"
)

// handshakeLimit bounds how long a client may take to prove itself.
const handshakeLimit = 30 * time.Second

// acceptRetry is the pause after a failed accept.
const acceptRetry = 5 * time.Millisecond

// server is one host that runs.
type server struct {
	fleet  *Fleet
	host   Host
	config *ssh.ServerConfig
}

func newServer(f *Fleet, h Host) *server {
	s := &server{fleet: f, host: h}
	s.config = &ssh.ServerConfig{
		MaxAuthTries: 6,
		PublicKeyCallback: func(meta ssh.ConnMetadata, key ssh.PublicKey) (*ssh.Permissions, error) {
			if meta.User() != user || subtle.ConstantTimeCompare(key.Marshal(), f.client) != 1 {
				return nil, errors.New("this key is not let in")
			}
			return nil, nil
		},
		ServerVersion: "SSH-2.0-assay-sim",
	}
	s.config.AddHostKey(h.HostKey)
	return s
}

func (s *server) accept(l net.Listener) {
	for {
		c, err := l.Accept()
		if errors.Is(err, net.ErrClosed) {
			return
		}
		if err != nil { // out of file descriptors; they come back
			select {
			case <-time.After(acceptRetry):
				continue
			case <-s.fleet.ctx.Done():
				return
			}
		}
		if !s.fleet.track(c) {
			c.Close()
			return
		}
		s.fleet.done.Go(func() {
			defer s.fleet.forget(c)
			defer c.Close()
			if s.host.Silent {
				io.Copy(io.Discard, c)
				return
			}
			s.serve(c)
		})
	}
}

// serve speaks SSH on one connection until it ends.
func (s *server) serve(c net.Conn) {
	c.SetDeadline(time.Now().Add(handshakeLimit))
	conn, channels, requests, err := ssh.NewServerConn(c, s.config)
	if err != nil {
		return
	}
	defer conn.Close()
	c.SetDeadline(time.Time{})
	var sessions sync.WaitGroup
	defer sessions.Wait()
	for channels != nil || requests != nil {
		select {
		case r, ok := <-requests:
			switch {
			case !ok:
				requests = nil
			case r.WantReply:
				r.Reply(r.Type == "keepalive@openssh.com", nil)
			}
		case n, ok := <-channels:
			switch {
			case !ok:
				channels = nil
			case n.ChannelType() != "session":
				n.Reject(ssh.UnknownChannelType, "only sessions")
			default:
				sessions.Go(func() { s.session(n) })
			}
		}
	}
}
