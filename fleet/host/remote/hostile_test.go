package remote_test

import (
	"bytes"
	"context"
	"errors"
	"io"
	"net"
	"runtime"
	"strings"
	"testing"
	"time"

	"assay/fleet/host"
	"assay/fleet/host/remote"

	"golang.org/x/crypto/ssh"
)

// peer is a server that may do as it likes with the connections it gets.
type peer struct {
	listener net.Listener
	key      ssh.Signer
}

// listen starts a peer. serve gets one connection at a time and the listener
// is closed, and awaited, at the end of the test.
func listen(t *testing.T, serve func(c net.Conn)) *peer {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	ended := make(chan struct{})
	go func() {
		defer close(ended)
		for {
			c, err := l.Accept()
			if err != nil {
				return
			}
			serve(c)
			c.Close()
		}
	}()
	t.Cleanup(func() {
		l.Close()
		<-ended
	})
	return &peer{listener: l, key: key(t, "hostile")}
}

func (p *peer) target() host.Target {
	return host.Target{Machine: "galena", Addresses: []string{"root@" + p.listener.Addr().String()}, HostKeys: []string{pin(p.key.PublicKey())}}
}

// noLeak fails the test when goroutines of the SSH packages outlive it. It
// has to be called first, so that it runs after all other cleanups.
func noLeak(t *testing.T) {
	t.Cleanup(func() {
		ctx, cancel := context.WithTimeout(context.Background(), 10*time.Second)
		defer cancel()
		for {
			stacks := make([]byte, 1<<20)
			stacks = stacks[:runtime.Stack(stacks, true)]
			var left []string
			for g := range strings.SplitSeq(string(stacks), "\n\n") {
				if strings.Contains(g, "golang.org/x/crypto/ssh.") || strings.Contains(g, "assay/fleet/host/remote.(") {
					left = append(left, g)
				}
			}
			if len(left) == 0 {
				return
			}
			if ctx.Err() != nil {
				t.Errorf("%d goroutines are left:\n%s", len(left), strings.Join(left, "\n\n"))
				return
			}
			runtime.Gosched()
		}
	})
}

// hold reads until the client gives up.
func hold(c net.Conn) { io.Copy(io.Discard, c) }

func TestHostileHandshake(t *testing.T) {
	handshake := func(change func(*ssh.ServerConfig, net.Conn)) func(net.Conn) {
		return func(c net.Conn) {
			config := &ssh.ServerConfig{PublicKeyCallback: func(ssh.ConnMetadata, ssh.PublicKey) (*ssh.Permissions, error) {
				return nil, errors.New("no")
			}}
			config.AddHostKey(key(t, "hostile"))
			change(config, c)
			if conn, _, _, err := ssh.NewServerConn(c, config); err == nil {
				conn.Close()
			}
		}
	}
	for _, test := range []struct {
		name     string
		serve    func(net.Conn)
		stage    host.Stage
		deadline bool
	}{
		{"silent", hold, host.StageHandshake, true},
		{"banner byte by byte", func(c net.Conn) {
			for range time.Tick(time.Millisecond) {
				if _, err := c.Write([]byte("x")); err != nil {
					return
				}
			}
		}, host.StageHandshake, true},
		{"endless lines before its banner", func(c net.Conn) {
			for {
				if _, err := c.Write([]byte("\n")); err != nil {
					return
				}
			}
		}, host.StageHandshake, false},
		{"half a banner", func(c net.Conn) { io.WriteString(c, "SSH-2"); hold(c) }, host.StageHandshake, true},
		{"banner of 1 MB", func(c net.Conn) { io.WriteString(c, "SSH-2.0-"+strings.Repeat("x", 1<<20)); hold(c) }, host.StageHandshake, false},
		{"another protocol", func(c net.Conn) { io.WriteString(c, "HTTP/1.1 400 Bad Request\r\n\r\n") }, host.StageHandshake, false},
		{"hangs up at once", func(net.Conn) {}, host.StageHandshake, false},
		{"hangs up after its banner", func(c net.Conn) { io.WriteString(c, "SSH-2.0-x\r\n") }, host.StageHandshake, false},
		{"silent after its banner", func(c net.Conn) { io.WriteString(c, "SSH-2.0-x\r\n"); hold(c) }, host.StageHandshake, true},
		{"garbage after its banner", func(c net.Conn) {
			io.WriteString(c, "SSH-2.0-x\r\n"+strings.Repeat("\x00\x00\x00\x0c\x0a\x14garbage", 1000))
			hold(c)
		}, host.StageHandshake, false},
		{"huge packet", func(c net.Conn) {
			io.WriteString(c, "SSH-2.0-x\r\n\xff\xff\xff\xff\x04")
			hold(c)
		}, host.StageHandshake, false},
		{"weak algorithms only", handshake(func(s *ssh.ServerConfig, _ net.Conn) {
			s.KeyExchanges = []string{ssh.InsecureKeyExchangeDH14SHA1}
		}), host.StageHandshake, false},
		{"refuses the key", handshake(func(*ssh.ServerConfig, net.Conn) {}), host.StageAuth, false},
		{"hangs up in authentication", handshake(func(s *ssh.ServerConfig, c net.Conn) {
			s.PublicKeyCallback = func(ssh.ConnMetadata, ssh.PublicKey) (*ssh.Permissions, error) {
				c.Close()
				return nil, io.EOF
			}
		}), host.StageAuth, false},
		{"never answers authentication", handshake(func(s *ssh.ServerConfig, c net.Conn) {
			s.PublicKeyCallback = func(ssh.ConnMetadata, ssh.PublicKey) (*ssh.Permissions, error) {
				hold(c)
				return nil, io.EOF
			}
		}), host.StageAuth, true},
		{"flood of authentication banners, then no", handshake(func(s *ssh.ServerConfig, _ net.Conn) {
			s.PreAuthConnCallback = func(c ssh.ServerPreAuthConn) {
				for range 500 {
					c.SendAuthBanner(strings.Repeat("\x1b[2J", 1<<10))
				}
			}
		}), host.StageAuth, false},
		{"endless authentication banners", handshake(func(s *ssh.ServerConfig, _ net.Conn) {
			s.PreAuthConnCallback = func(c ssh.ServerPreAuthConn) {
				for c.SendAuthBanner("\x1b[2J") == nil {
				}
			}
		}), host.StageAuth, true},
		{"key of another machine", handshake(func(s *ssh.ServerConfig, _ net.Conn) {
			*s = ssh.ServerConfig{NoClientAuth: true}
			s.AddHostKey(key(t, "stibnite"))
		}), host.StageHostKey, false},
		{"key of an unpinned type", handshake(func(s *ssh.ServerConfig, _ net.Conn) {
			*s = ssh.ServerConfig{NoClientAuth: true}
			s.AddHostKey(rsaKey(t))
		}), host.StageHostKey, false},
	} {
		t.Run(test.name, func(t *testing.T) {
			noLeak(t)
			p := listen(t, test.serve)
			timeout := time.Minute
			if test.deadline {
				timeout = 50 * time.Millisecond
			}
			err := failure(t, timeout, p.target(), test.stage)
			failed, ok := errors.AsType[*host.ConnectError](err)
			if !ok || failed.Stage != test.stage || failed.Deadline != test.deadline {
				t.Fatalf("%v, want stage %q, deadline %t", err, test.stage, test.deadline)
			}
			if len(err.Error()) > 4000 || host.Sanitize(err.Error()) != err.Error() {
				t.Errorf("text of the host in %q", err)
			}
			if test.name == "refuses the key" && !strings.Contains(err.Error(), ssh.FingerprintSHA256(key(t, "client").PublicKey())) {
				t.Errorf("%v does not name our key", err)
			}
			if test.name == "key of another machine" && !strings.Contains(err.Error(), "it is the key of stibnite") {
				t.Errorf("%v names no machine", err)
			}
		})
	}
}

// known names the owner of the key that the other machine has.
func known(t *testing.T) func(ssh.PublicKey) (string, bool) {
	other := key(t, "stibnite").PublicKey().Marshal()
	return func(k ssh.PublicKey) (string, bool) { return "stibnite", bytes.Equal(k.Marshal(), other) }
}

// failure is the error of connecting to a host. A deadline that passes before
// the wanted stage, for a computer may be busy, is tried again with more time.
func failure(t *testing.T, timeout time.Duration, target host.Target, want host.Stage) error {
	t.Helper()
	for {
		c := remote.New(remote.Options{Signers: []ssh.Signer{key(t, "client")}, Timeout: timeout, Known: known(t)})
		conn, err := c.Connect(t.Context(), target)
		if err == nil {
			conn.Close()
		}
		failed, ok := errors.AsType[*host.ConnectError](err)
		if !ok || failed.Stage == want || !failed.Deadline || timeout > time.Minute {
			return err
		}
		timeout *= 2
	}
}

func TestConnectCancel(t *testing.T) {
	noLeak(t)
	ctx, cancel := context.WithCancel(t.Context())
	p := listen(t, func(c net.Conn) {
		c.Read(make([]byte, 1)) // the client has sent its banner
		cancel()
		hold(c)
	})
	c := remote.New(remote.Options{Timeout: time.Hour})
	_, err := c.Connect(ctx, p.target())
	if failed, ok := errors.AsType[*host.ConnectError](err); !ok || failed.Deadline || !errors.Is(err, context.Canceled) {
		t.Errorf("%v", err)
	}
}

func TestConnectAddresses(t *testing.T) {
	noLeak(t)
	good := simulated(t, 1)[0]
	silent := listen(t, hold).target().Addresses[0]
	stranger := simulated(t, 2)[1].Addresses[0]
	closed := func() string {
		l, err := net.Listen("tcp", "127.0.0.1:0")
		if err != nil {
			t.Fatal(err)
		}
		defer l.Close()
		return l.Addr().String()
	}()
	c := remote.New(remote.Options{Signers: []ssh.Signer{key(t, "client")}, Timeout: time.Minute, Race: 10 * time.Millisecond})
	if conn, err := remote.New(remote.Options{Signers: []ssh.Signer{key(t, "client")}, Timeout: time.Hour, Race: time.Millisecond}).
		Connect(t.Context(), host.Target{Machine: good.Machine, HostKeys: good.HostKeys,
			Addresses: []string{silent, stranger, silent, good.Addresses[0], good.Addresses[0]}}); err != nil {
		t.Errorf("side by side: %v", err)
	} else {
		conn.Close()
	}
	for _, test := range []struct {
		name      string
		addresses []string
		stage     host.Stage // "" connects
		cause     string
	}{
		{"second one", []string{closed, good.Addresses[0]}, "", ""},
		{"after a silent one", []string{silent, good.Addresses[0]}, "", ""},
		{"after a stranger", []string{stranger, good.Addresses[0]}, "", ""},
		{"refused", []string{closed}, host.StageDial, "dial refused"},
		{"furthest is told", []string{stranger, closed, silent}, host.StageHostKey, "host key"},
		{"bad address", []string{"a b"}, host.StageResolve, "the address cannot be used"},
		{"no address", nil, host.StageResolve, "no target"},
		{"no such name", []string{"nowhere.invalid"}, host.StageResolve, "no such host"},
	} {
		t.Run(test.name, func(t *testing.T) {
			target := good
			target.Addresses = test.addresses
			if test.stage == "" {
				connect(t, c, target)
				return
			}
			err := failure(t, 300*time.Millisecond, target, test.stage)
			failed, ok := errors.AsType[*host.ConnectError](err)
			if !ok || failed.Stage != test.stage || strings.TrimSuffix(failed.Cause(), " deadline") != test.cause {
				t.Errorf("%v", err)
			}
		})
	}
	target := good
	target.HostKeys = nil
	if _, err := c.Connect(t.Context(), target); err == nil || !strings.Contains(err.Error(), " is known; hint:") {
		t.Errorf("no host keys: %v", err)
	}
}

// TestDialDeadline: a host that does not answer is no call that was cancelled.
func TestDialDeadline(t *testing.T) {
	c := remote.New(remote.Options{Timeout: 1e6, Dial: func(ctx context.Context, _, _ string) (net.Conn, error) {
		<-ctx.Done()
		return nil, ctx.Err()
	}})
	_, err := c.Connect(t.Context(), host.Target{Machine: "galena", Addresses: []string{"root@192.0.2.1"}})
	failed, ok := errors.AsType[*host.ConnectError](err)
	if !ok || failed.Cause() != "dial deadline" || errors.Is(err, context.Canceled) {
		t.Errorf("%v", err)
	}
}
