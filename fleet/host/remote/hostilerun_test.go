package remote_test

import (
	"bytes"
	"context"
	"crypto/rand"
	"crypto/rsa"
	"errors"
	"io"
	"net"
	"strings"
	"testing"
	"time"

	"assay/fleet/host"
	"assay/fleet/host/remote"

	"golang.org/x/crypto/ssh"
)

func rsaKey(t *testing.T) ssh.Signer {
	t.Helper()
	private, err := rsa.GenerateKey(rand.Reader, 2048)
	if err != nil {
		t.Fatal(err)
	}
	s, err := ssh.NewSignerFromKey(private)
	if err != nil {
		t.Fatal(err)
	}
	return s
}

// hostile connects to a peer that lets everybody in. The first channel and
// its requests are given to serve.
func hostile(t *testing.T, options remote.Options, serve func(*ssh.ServerConn, ssh.NewChannel)) host.Conn {
	t.Helper()
	p := listen(t, func(c net.Conn) {
		config := &ssh.ServerConfig{NoClientAuth: true}
		config.AddHostKey(key(t, "hostile"))
		conn, channels, requests, err := ssh.NewServerConn(c, config)
		if err != nil {
			t.Error(err)
			return
		}
		defer conn.Close()
		go func() {
			for range requests { // nothing is answered
			}
		}()
		for n := range channels {
			serve(conn, n)
		}
	})
	return connect(t, remote.New(options), p.target())
}

// command accepts a channel and its exec request.
func command(n ssh.NewChannel) (ssh.Channel, <-chan *ssh.Request) {
	channel, requests, err := n.Accept()
	if err != nil {
		return nil, nil
	}
	for r := range requests {
		if r.Type == "exec" {
			r.Reply(true, nil)
			break
		}
	}
	return channel, requests
}

// outcome is how a Run may end.
type outcome string

const (
	exited     outcome = "exit error"
	lost       outcome = "lost"
	notStarted outcome = "not started"
)

func outcomeOf(err error) outcome {
	if _, ok := errors.AsType[*host.ExitError](err); ok {
		return exited
	}
	if _, ok := errors.AsType[*host.LostError](err); ok {
		return lost
	}
	if err != nil {
		return notStarted
	}
	return "success"
}

func TestHostileCommand(t *testing.T) {
	status := func(payload string) func(*ssh.ServerConn, ssh.NewChannel) {
		return func(_ *ssh.ServerConn, n ssh.NewChannel) {
			channel, _ := command(n)
			channel.SendRequest("exit-status", false, []byte(payload))
			channel.Close()
		}
	}
	for _, test := range []struct {
		name   string
		serve  func(conn *ssh.ServerConn, n ssh.NewChannel)
		cancel bool // the context has to end it
		want   outcome
		text   string // in the error
	}{
		{"no exit status", func(_ *ssh.ServerConn, n ssh.NewChannel) {
			channel, _ := command(n)
			channel.Close()
		}, false, lost, "no exit status"},
		{"hangs up", func(conn *ssh.ServerConn, n ssh.NewChannel) {
			command(n)
			conn.Close()
		}, false, lost, "unknown"},
		{"hangs up at the command", func(conn *ssh.ServerConn, n ssh.NewChannel) {
			_, requests, _ := n.Accept()
			<-requests
			conn.Close()
		}, false, lost, "unknown"},
		{"hangs up at the session", func(conn *ssh.ServerConn, n ssh.NewChannel) { conn.Close() }, false, notStarted, ""},
		{"malformed status", status("\x00"), false, lost, "no exit status"},
		{"large status", status("\xff\xff\xff\xff"), false, exited, "exited with 4294967295"},
		{"signal with a hostile name", func(_ *ssh.ServerConn, n ssh.NewChannel) {
			channel, _ := command(n)
			channel.SendRequest("exit-signal", false, ssh.Marshal(struct {
				Name          string
				Core          bool
				Message, Lang string
			}{Name: "KI\x1b[2JLL" + strings.Repeat("X", 1<<10), Message: "\x1b[2J"}))
			channel.Close()
		}, false, exited, "signal KI2JLL"},
		{"hostile standard error", func(_ *ssh.ServerConn, n ssh.NewChannel) {
			channel, _ := command(n)
			io.WriteString(channel.Stderr(), strings.Repeat("\x1b]0;x\x07line\u202e\n", 10000)+"last\xff")
			channel.SendRequest("exit-status", false, []byte{0, 0, 0, 9})
			channel.Close()
		}, false, exited, "line; last\uFFFD"},
		{"session refused", func(_ *ssh.ServerConn, n ssh.NewChannel) {
			n.Reject(ssh.Prohibited, "\x1b[31mno"+strings.Repeat("!", 1<<12))
		}, false, notStarted, "opens no session"},
		{"command refused", func(_ *ssh.ServerConn, n ssh.NewChannel) {
			_, requests, _ := n.Accept()
			(<-requests).Reply(false, nil)
		}, false, notStarted, "refuses to run"},
		{"session never answered", func(*ssh.ServerConn, ssh.NewChannel) {}, true, notStarted, "canceled"},
		{"command never answered", func(_ *ssh.ServerConn, n ssh.NewChannel) {
			_, requests, _ := n.Accept()
			<-requests
		}, true, lost, "canceled"},
		{"never ends", func(_ *ssh.ServerConn, n ssh.NewChannel) { command(n) }, true, lost, "canceled"},
		{"endless standard error", func(_ *ssh.ServerConn, n ssh.NewChannel) {
			channel, _ := command(n)
			go io.Copy(channel.Stderr(), endless{})
		}, true, lost, "canceled"},
		{"endless standard output after its status", func(_ *ssh.ServerConn, n ssh.NewChannel) {
			channel, _ := command(n)
			channel.SendRequest("exit-status", false, make([]byte, 4))
			go io.Copy(channel, endless{})
		}, true, lost, "canceled"},
		{"asks for things", func(conn *ssh.ServerConn, n ssh.NewChannel) {
			channel, _ := command(n)
			for range 100 {
				conn.SendRequest("\x1b[2J", false, nil)
				if _, _, err := conn.OpenChannel("x11", nil); err == nil {
					panic("the client let the host open a channel")
				}
				if ok, _, _ := conn.SendRequest("tcpip-forward", true, nil); ok {
					panic("the client did what the host asked")
				}
				if ok, _ := channel.SendRequest("shell", true, nil); ok {
					panic("the client did what the host asked")
				}
			}
			channel.SendRequest("exit-status", false, make([]byte, 4))
			channel.Close()
		}, false, "success", ""},
	} {
		t.Run(test.name, func(t *testing.T) {
			noLeak(t)
			ctx, cancel := context.WithCancel(t.Context())
			defer cancel()
			reached := make(chan struct{}, 1)
			conn := hostile(t, remote.Options{}, func(c *ssh.ServerConn, n ssh.NewChannel) {
				test.serve(c, n)
				reached <- struct{}{}
			})
			if test.cancel {
				go func() {
					<-reached
					cancel()
				}()
			}
			err := conn.Run(ctx, host.Command{Script: "true"})
			if got := outcomeOf(err); got != test.want {
				t.Fatalf("%s: %v, want %s", got, err, test.want)
			}
			if err == nil {
				return
			}
			if text := err.Error(); !strings.Contains(text, test.text) || len(text) > 5000 || host.Sanitize(text) != text {
				t.Errorf("%q, want %q in it", text, test.text)
			}
		})
	}
}

// endless never ends.
type endless struct{}

func (endless) Read(p []byte) (int, error) { return len(p), nil }

// TestKeepAlive: the peer lets a command run and answers no keepalive. On a
// busy computer the connection can end before the command is on its way; then
// the peer gets more time.
func TestKeepAlive(t *testing.T) {
	noLeak(t)
	for interval := time.Millisecond; ; interval *= 2 {
		conn := hostile(t, remote.Options{KeepAlive: interval}, func(_ *ssh.ServerConn, n ssh.NewChannel) { command(n) })
		err := conn.Run(t.Context(), host.Command{Script: "true"})
		if outcomeOf(err) == notStarted && interval < time.Second {
			continue
		}
		if outcomeOf(err) != lost || !strings.Contains(err.Error(), "no longer answers") {
			t.Errorf("%v", err)
		}
		if err := conn.Run(t.Context(), host.Command{Script: "true"}); outcomeOf(err) != notStarted {
			t.Errorf("on a lost connection: %v", err)
		}
		return
	}
}

func TestStreamsThatFail(t *testing.T) {
	noLeak(t)
	conn := connect(t, connector(t), simulated(t, 1)[0])
	failure := errors.New("disk full")
	for name, cmd := range map[string]host.Command{
		"stdin":  {Script: "cat >/dev/null", Stdin: io.MultiReader(strings.NewReader("half"), failing{failure})},
		"stdout": {Script: "echo x; cat", Stdout: failing{failure}},
		"stderr": {Script: "echo x >&2; while :; do echo y >&2; done", Stderr: failing{failure}},
	} {
		if err := conn.Run(t.Context(), cmd); name != "stdout" && (outcomeOf(err) != lost || !errors.Is(err, failure)) {
			t.Errorf("%s: %v", name, err)
		} else if name == "stdout" && !errors.Is(err, failure) {
			t.Errorf("%s: %v", name, err)
		}
	}
	var out bytes.Buffer
	if err := conn.Run(t.Context(), host.Command{Script: "echo alive", Stdout: &out}); err != nil || out.String() != "alive\n" {
		t.Errorf("afterwards: %q, %v", out.String(), err)
	}
}

type failing struct{ err error }

func (f failing) Read([]byte) (int, error)  { return 0, f.err }
func (f failing) Write([]byte) (int, error) { return 0, f.err }

func TestCloseDuringCommand(t *testing.T) {
	noLeak(t)
	conn := connect(t, connector(t), simulated(t, 1)[0])
	started := writer(func([]byte) { conn.Close() })
	err := conn.Run(t.Context(), host.Command{Script: "echo started; exec sleep 1000", Stdout: started})
	if outcomeOf(err) != lost || !strings.Contains(err.Error(), "closed by this side") {
		t.Errorf("%v", err)
	}
	if err := conn.Close(); err != nil {
		t.Errorf("second Close: %v", err)
	}
}

type writer func(p []byte)

func (w writer) Write(p []byte) (int, error) { w(p); return len(p), nil }
