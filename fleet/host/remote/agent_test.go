package remote_test

import (
	"crypto/ed25519"
	"errors"
	"net"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"

	"assay/fleet/host/remote"

	"golang.org/x/crypto/ssh"
	"golang.org/x/crypto/ssh/agent"
)

// played is an agent of our own.
type played struct {
	agent.Agent
	keys []*agent.Key
	sign func(ssh.PublicKey, []byte) (*ssh.Signature, error)
}

func (p *played) List() ([]*agent.Key, error) { return p.keys, nil }
func (p *played) Sign(k ssh.PublicKey, data []byte) (*ssh.Signature, error) {
	return p.sign(k, data)
}

// serveAgent serves a socket until the test ends.
func serveAgent(t *testing.T, serve func(net.Conn)) (socket string) {
	t.Helper()
	dir, err := os.MkdirTemp("", "assay-agent-")
	if err != nil {
		t.Fatal(err)
	}
	l, err := net.Listen("unix", filepath.Join(dir, "socket"))
	if err != nil {
		t.Fatal(err)
	}
	var all sync.WaitGroup
	all.Go(func() {
		for {
			c, err := l.Accept()
			if err != nil {
				return
			}
			all.Go(func() {
				defer c.Close()
				serve(c)
			})
		}
	})
	t.Cleanup(func() {
		l.Close()
		all.Wait()
		os.RemoveAll(dir)
	})
	return l.Addr().String()
}

// TestSecurityKey: a FIDO key, played by an agent whose signatures the real
// sshd checks. It is touched once the person has been told to.
func TestSecurityKey(t *testing.T) {
	noLeak(t)
	s := startSSHD(t, []string{"ed25519"})
	public, private, err := ed25519.GenerateKey(nil)
	if err != nil {
		t.Fatal(err)
	}
	const kind, application = "sk-ssh-ed25519@openssh.com", "ssh:"
	blob := ssh.Marshal(struct{ Kind, Key, Application string }{kind, string(public), application})
	k, err := ssh.ParsePublicKey(blob)
	if err != nil {
		t.Fatal(err)
	}
	s.write(t, "authorized", pin(k))
	told := make(chan string, 1)
	socket := serveAgent(t, func(c net.Conn) {
		agent.ServeAgent(&played{keys: []*agent.Key{{Format: kind, Blob: blob}}, sign: func(_ ssh.PublicKey, data []byte) (*ssh.Signature, error) {
			if text := <-told; text != "galena: touch your key" {
				t.Errorf("%q", text)
			}
			return securitySignature(private, application, data), nil
		}}, c)
	})
	o := remote.Options{Config: s.configured(t, "IdentityAgent "+socket), Notice: func(machine, text string) { told <- machine + ": " + text }}
	if err := logsIn(t, o, s.galena()); err != nil {
		t.Error(err)
	}
	// In a file there is only a handle.
	handle := filepath.Join(s.dir, "handle")
	s.write(t, "handle", "not readable here")
	s.write(t, "handle.pub", pin(k))
	o.Config = s.configured(t, "IdentityAgent none", "IdentityFile "+handle)
	if err := logsIn(t, o, s.galena()); err == nil || !strings.Contains(err.Error(), "hint: ssh-add "+handle) {
		t.Errorf("%v", err)
	}
}

func TestHostileAgent(t *testing.T) {
	noLeak(t)
	s := startSSHD(t, []string{"ed25519"})
	file, public := s.newKey(t, "right", "")
	s.write(t, "authorized", public)
	k, _, _, _, err := ssh.ParseAuthorizedKey([]byte(public))
	if err != nil {
		t.Fatal(err)
	}
	for name, serve := range map[string]func(net.Conn){
		"hangs up":    func(net.Conn) {},
		"garbage":     func(c net.Conn) { c.Read(make([]byte, 5)); c.Write([]byte("\x00\x00\x00\x05garbage")) },
		"huge answer": func(c net.Conn) { c.Read(make([]byte, 5)); c.Write([]byte("\xff\xff\xff\xff\x0c")) },
		"key of nonsense": func(c net.Conn) {
			agent.ServeAgent(&played{keys: []*agent.Key{{Format: "ssh-ed25519", Blob: []byte("\x00\x00\x00\x0bssh-ed25519\x00")}}}, c)
		},
		"refuses to sign": func(c net.Conn) {
			agent.ServeAgent(&played{keys: []*agent.Key{{Format: k.Type(), Blob: key(t, "client").PublicKey().Marshal()}, {Format: k.Type(), Blob: k.Marshal()}},
				sign: func(ssh.PublicKey, []byte) (*ssh.Signature, error) { return nil, errors.New("no") }}, c)
		},
	} {
		t.Run(name, func(t *testing.T) {
			c := s.configured(t, "IdentityAgent "+serveAgent(t, serve), "IdentityFile "+file)
			err := logsIn(t, remote.Options{Config: c}, s.galena())
			if name == "refuses to sign" { // the agent has the key, and the file is not asked
				if err == nil || !strings.Contains(err.Error(), "key SHA256:") {
					t.Errorf("%v", err)
				}
				return
			}
			if err != nil {
				t.Error(err)
			}
		})
	}
}
