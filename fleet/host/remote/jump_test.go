package remote_test

import (
	"context"
	"errors"
	"fmt"
	"net"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"sync"
	"sync/atomic"
	"syscall"
	"testing"
	"time"

	"assay/fleet/host"
	"assay/fleet/host/knownhosts"
	"assay/fleet/host/remote"
	"assay/fleet/host/sshconfig"

	"golang.org/x/crypto/ssh"
)

// hop is s as a jump host of its own name.
func (s *sshd) hop(name string) host.Target {
	target := s.target(s.galena().HostKeys...)
	target.Machine = name
	return target
}

func (s *sshd) port() string { return s.address[strings.LastIndexByte(s.address, ':')+1:] }

// logins counts what sshd logged.
func logins(log string) int { return strings.Count(log, "Accepted publickey") }

// TestJump: two real sshd on the way to a third.
func TestJump(t *testing.T) {
	noLeak(t)
	one, two, last := startSSHD(t, []string{"ed25519"}), startSSHD(t, []string{"ed25519"}), startSSHD(t, []string{"ed25519"})
	target := last.hop("galena")
	target.Jump = []host.Target{one.hop("one"), two.hop("two")}
	t.Run("shared by twelve", func(t *testing.T) {
		c := connector(t)
		var all sync.WaitGroup
		for i := range 12 {
			all.Go(func() {
				target := target
				target.Machine = fmt.Sprint("m", i)
				conn, err := c.Connect(t.Context(), target)
				if err != nil {
					t.Error(err)
					return
				}
				defer conn.Close()
				var out strings.Builder
				err = conn.Run(t.Context(), host.Command{Script: "set -- $SSH_CONNECTION; echo $4; cat", Stdin: strings.NewReader("in"), Stdout: &out})
				if err != nil || out.String() != last.port()+"\nin" {
					t.Errorf("%q, %v", out.String(), err)
				}
			})
		}
		all.Wait()
	})
	t.Run("each has to prove itself", func(t *testing.T) {
		for i, name := range []string{"one", "two"} {
			bad := target
			bad.Jump = []host.Target{target.Jump[0], target.Jump[1]}
			bad.Jump[i].HostKeys = []string{pin(key(t, "other").PublicKey())}
			_, err := connector(t).Connect(t.Context(), bad)
			failed, ok := errors.AsType[*host.ConnectError](err)
			if !ok || failed.Stage != host.StageDial || !strings.Contains(err.Error(), "jump host "+name+": connect to "+name) || !strings.Contains(err.Error(), "not the one pinned for "+name) {
				t.Errorf("%v", err)
			}
		}
		bad := target
		bad.HostKeys = target.Jump[1].HostKeys
		_, err := connector(t).Connect(t.Context(), bad)
		if failed, ok := errors.AsType[*host.ConnectError](err); !ok || failed.Stage != host.StageHostKey {
			t.Errorf("%v", err)
		}
	})
	t.Run("nobody listens behind it", func(t *testing.T) {
		bad := target
		bad.Addresses = []string{"127.0.0.1:1"}
		_, err := connector(t).Connect(t.Context(), bad)
		if failed, ok := errors.AsType[*host.ConnectError](err); !ok || failed.Stage != host.StageDial || !strings.Contains(err.Error(), "jump host two: ") {
			t.Errorf("%v", err)
		}
	})
	t.Run("a silent host behind it", func(t *testing.T) {
		bad := target
		bad.Addresses = []string{listen(t, hold).listener.Addr().String()}
		c := remote.New(remote.Options{Signers: []ssh.Signer{key(t, "client")}, Timeout: 2 * time.Second})
		_, err := c.Connect(t.Context(), bad)
		if failed, ok := errors.AsType[*host.ConnectError](err); !ok || !failed.Deadline {
			t.Errorf("%v", err)
		}
	})
	t.Run("from the configuration", func(t *testing.T) {
		user, _, _ := strings.Cut(last.address, "@")
		text := fmt.Sprintf("Host one\n\tPort %s\nHost two\n\tPort %s\nHost galena\n\tPort %s\n\tProxyJump one,%s@two\nHost *\n\tHostName 127.0.0.1\n\tUser %s\n\tIdentityFile none\n\tIdentityAgent none\n\tUserKnownHostsFile %s\n\tGlobalKnownHostsFile none\n",
			one.port(), two.port(), last.port(), user, user, filepath.Join(last.dir, "known"))
		last.write(t, "ssh", text)
		known := ""
		for _, s := range []*sshd{one, two, last} {
			known += knownhosts.Name("127.0.0.1", s.port()) + " " + pin(s.keys["ed25519"])
		}
		last.write(t, "known", known)
		o := remote.Options{Signers: []ssh.Signer{key(t, "client")}, Config: &sshconfig.Reader{File: filepath.Join(last.dir, "ssh")}}
		if err := logsIn(t, o, host.Target{Machine: "galena", Addresses: []string{"galena"}}); err != nil {
			t.Error(err)
		}
		// The user's known hosts do not know the jump host any more.
		last.write(t, "known", known[strings.IndexByte(known, '\n')+1:])
		err := logsIn(t, o, host.Target{Machine: "galena", Addresses: []string{"galena"}})
		if err == nil || !strings.Contains(err.Error(), "assay keys pin one "+ssh.FingerprintSHA256(one.keys["ed25519"])) {
			t.Errorf("%v", err)
		}
	})
	if n := logins(one.log()); n > 12 { // 1 for letsUsIn, 1 for the twelve, 1 or 2 each for the others
		t.Errorf("%d logins on the first jump host", n)
	}
}

func TestProxyCommand(t *testing.T) {
	noLeak(t)
	jump, last := startSSHD(t, []string{"ed25519"}), startSSHD(t, []string{"ed25519"})
	file, public := jump.newKey(t, "user", "")
	jump.write(t, "authorized", public)
	jump.write(t, "known", knownhosts.Name("127.0.0.1", jump.port())+" "+pin(jump.keys["ed25519"]))
	user, _, _ := strings.Cut(jump.address, "@")
	through := fmt.Sprintf("ProxyCommand ssh -F none -o BatchMode=yes -o IdentityAgent=none -o UserKnownHostsFile=%s -i %s -p %s -l %s -W %%h:%%p 127.0.0.1",
		filepath.Join(jump.dir, "known"), file, jump.port(), user)
	o := remote.Options{Signers: []ssh.Signer{key(t, "client")}, Config: last.configured(t, through)}
	if err := logsIn(t, o, last.galena()); err != nil {
		t.Error(err)
	}
	for name, test := range map[string]struct{ command, want string }{
		"fails":       {"sh -c 'echo oh no >&2; exit 3'", "oh no"},
		"not there":   {"/nonexistent/command %h", "not found"},
		"wrong place": {"ssh -F none -o BatchMode=yes -o UserKnownHostsFile=/dev/null -p " + jump.port() + " -W %h:%p 127.0.0.1", "Host key verification failed"},
	} {
		o.Config = last.configured(t, "ProxyCommand "+test.command)
		err := logsIn(t, o, last.galena())
		failed, ok := errors.AsType[*host.ConnectError](err)
		if !ok || failed.Stage != host.StageHandshake || !strings.Contains(err.Error(), test.want) {
			t.Errorf("%s: %v", name, err)
		}
	}
	t.Run("ends with the deadline", func(t *testing.T) {
		pidFile := filepath.Join(last.dir, "pid")
		o := o
		o.Config = last.configured(t, "ProxyCommand sh -c 'echo $$ >"+pidFile+"; trap \"\" TERM; sleep 1000 & wait'", "ConnectTimeout 1")
		err := logsIn(t, o, last.galena())
		if failed, ok := errors.AsType[*host.ConnectError](err); !ok || !failed.Deadline {
			t.Errorf("%v", err)
		}
		text, err := os.ReadFile(pidFile)
		pid, _ := strconv.Atoi(strings.TrimSpace(string(text)))
		if err != nil || pid == 0 || syscall.Kill(pid, 0) == nil {
			t.Errorf("%d still runs, %v", pid, err)
		}
	})
}

// TestTurns: eight may come to one address at once, and no more.
func TestTurns(t *testing.T) {
	noLeak(t)
	target := simulated(t, 1)[0]
	var now, most, dials atomic.Int32
	eight := make(chan struct{})
	c := remote.New(remote.Options{Signers: []ssh.Signer{key(t, "client")}, Timeout: time.Minute, Dial: func(ctx context.Context, network, address string) (net.Conn, error) {
		defer now.Add(-1)
		n := now.Add(1)
		for m := most.Load(); n > m && !most.CompareAndSwap(m, n); m = most.Load() {
		}
		if dials.Add(1) == 8 {
			close(eight)
		}
		<-eight
		return new(net.Dialer).DialContext(ctx, network, address)
	}})
	var all sync.WaitGroup
	for range 24 {
		all.Go(func() { connect(t, c, target) })
	}
	all.Wait()
	if most.Load() != 8 || dials.Load() != 24 {
		t.Errorf("%d at once, %d in all", most.Load(), dials.Load())
	}
}

// TestRetry: an address that drops the connection is tried twice more, one
// that answers is not.
func TestRetry(t *testing.T) {
	noLeak(t)
	var calls atomic.Int32
	p := listen(t, func(c net.Conn) {
		calls.Add(1)
		c.(*net.TCPConn).SetLinger(0)
	})
	c := connector(t)
	if _, err := c.Connect(t.Context(), p.target()); err == nil || calls.Load() != 3 {
		t.Errorf("%d attempts, %v", calls.Load(), err)
	}
	s := startSSHD(t, []string{"ed25519"})
	if err := logsIn(t, remote.Options{Signers: []ssh.Signer{key(t, "other")}}, s.hop("galena")); err == nil {
		t.Error("let in")
	}
	if _, err := c.Connect(t.Context(), host.Target{Machine: "galena", Addresses: []string{s.address}, HostKeys: []string{pin(key(t, "other").PublicKey())}}); err == nil {
		t.Error("trusted")
	}
	if log := s.log(); strings.Count(log, "preauth") > 2 {
		t.Errorf("asked again: %s", log)
	}
}
