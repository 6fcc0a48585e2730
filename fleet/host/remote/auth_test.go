package remote_test

import (
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"sync/atomic"
	"testing"

	"assay/fleet/host"
	"assay/fleet/host/remote"
	"assay/fleet/host/sshconfig"

	"golang.org/x/crypto/ssh"
)

// configured returns a Reader for a configuration in which galena is s.
func (s *sshd) configured(t *testing.T, lines ...string) *sshconfig.Reader {
	t.Helper()
	if _, err := exec.LookPath("ssh"); err != nil {
		t.Skip("not run: no ssh; hint: install openssh-client")
	}
	user, at, _ := strings.Cut(s.address, "@")
	name, port, _ := strings.Cut(at, ":")
	text := fmt.Sprintf("Host galena\n\tHostName %s\n\tPort %s\n\tUser %s\n\tUserKnownHostsFile none\n\tGlobalKnownHostsFile none\n", name, port, user)
	for _, line := range lines {
		text += "\t" + strings.ReplaceAll(line, "%D", s.dir) + "\n"
	}
	file := filepath.Join(t.TempDir(), "config")
	if err := os.WriteFile(file, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
	return &sshconfig.Reader{File: file}
}

// galena is the machine by the name that the configuration has.
func (s *sshd) galena() host.Target {
	var pins []string
	for _, k := range s.keys {
		pins = append(pins, pin(k))
	}
	return host.Target{Machine: "galena", Addresses: []string{"galena"}, HostKeys: pins}
}

// newKey makes a key pair with ssh-keygen and returns its file and the
// public key's line.
func (s *sshd) newKey(t *testing.T, name, passphrase string, args ...string) (file, public string) {
	t.Helper()
	file = filepath.Join(s.dir, name)
	// One round: the 16 of ssh-keygen take half a minute under the race detector.
	keygen(t, append([]string{"-q", "-t", "ed25519", "-a", "1", "-N", passphrase, "-f", file}, args...)...)
	text, err := os.ReadFile(file + ".pub")
	if err != nil {
		t.Fatal(err)
	}
	return file, string(text)
}

// logsIn connects and runs a command.
func logsIn(t *testing.T, o remote.Options, target host.Target) error {
	t.Helper()
	conn, err := remote.New(o).Connect(t.Context(), target)
	if err != nil {
		return err
	}
	defer conn.Close()
	return conn.Run(t.Context(), host.Command{Script: ":"})
}

// sshAgent starts a real ssh-agent and adds keys to it.
func sshAgent(t *testing.T, files ...string) (socket string) {
	t.Helper()
	for _, program := range []string{"ssh-agent", "ssh-add"} {
		if _, err := exec.LookPath(program); err != nil {
			t.Skip("not run: no " + program)
		}
	}
	dir, err := os.MkdirTemp("", "assay-agent-") // a socket's path is short
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { os.RemoveAll(dir) })
	socket = filepath.Join(dir, "socket")
	cmd := exec.Command("ssh-agent", "-D", "-a", socket)
	out, err := cmd.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		cmd.Process.Kill()
		cmd.Wait()
	})
	if _, err := out.Read(make([]byte, 1)); err != nil { // it listens once it has said where
		t.Fatal(err)
	}
	for _, file := range files {
		add := exec.Command("ssh-add", "-q", file)
		add.Env = append(os.Environ(), "SSH_AUTH_SOCK="+socket)
		if out, err := add.CombinedOutput(); err != nil {
			t.Fatalf("ssh-add: %v: %s", err, out)
		}
	}
	return socket
}

func TestAgent(t *testing.T) {
	noLeak(t)
	s := startSSHD(t, []string{"ed25519"})
	right, public := s.newKey(t, "right", "")
	s.write(t, "authorized", public)
	var others []string
	for i := range 8 {
		file, _ := s.newKey(t, fmt.Sprint("other", i), "")
		others = append(others, file)
	}
	socket := sshAgent(t, append(others, right)...)
	t.Run("a named key comes first", func(t *testing.T) {
		for _, lines := range [][]string{
			{"IdentityFile " + right}, {"IdentityFile " + right + ".pub"}, {"IdentityFile " + right, "IdentitiesOnly yes"}} {
			c := s.configured(t, append(lines, "IdentityAgent "+socket)...)
			if err := logsIn(t, remote.Options{Config: c}, s.galena()); err != nil {
				t.Errorf("%q: %v", lines, err)
			}
		}
	})
	t.Run("from the environment", func(t *testing.T) {
		t.Setenv("SSH_AUTH_SOCK", sshAgent(t, right))
		if err := logsIn(t, remote.Options{Config: s.configured(t)}, s.galena()); err != nil {
			t.Error(err)
		}
		if err := logsIn(t, remote.Options{Config: s.configured(t, "IdentityAgent none")}, s.galena()); err == nil {
			t.Error("the agent was asked")
		}
		if err := logsIn(t, remote.Options{Signers: []ssh.Signer{key(t, "other")}}, s.target(s.galena().HostKeys...)); err == nil {
			t.Error("the agent was asked without a configuration")
		}
	})
	t.Run("six at most", func(t *testing.T) {
		err := logsIn(t, remote.Options{Config: s.configured(t, "IdentityAgent "+socket)}, s.galena())
		failed, ok := errors.AsType[*host.ConnectError](err)
		if !ok || failed.Stage != host.StageAuth || !strings.Contains(err.Error(), "3 further keys were not offered") || strings.Count(err.Error(), "SHA256:") != 6 {
			t.Errorf("%v", err)
		}
	})
	t.Run("only the named ones", func(t *testing.T) {
		err := logsIn(t, remote.Options{Config: s.configured(t, "IdentityAgent "+socket, "IdentitiesOnly yes", "IdentityFile "+others[3])}, s.galena())
		if err == nil || strings.Count(err.Error(), "SHA256:") != 1 || !strings.Contains(err.Error(), others[3]) {
			t.Errorf("%v", err)
		}
	})
	t.Run("gone", func(t *testing.T) {
		err := logsIn(t, remote.Options{Config: s.configured(t, "IdentityAgent "+socket+".gone", "IdentityFile none")}, s.galena())
		if err == nil || !strings.Contains(err.Error(), "no agent:") {
			t.Errorf("%v", err)
		}
		c := s.configured(t, "IdentityAgent "+socket+".gone", "IdentityFile "+right)
		if err := logsIn(t, remote.Options{Config: c}, s.galena()); err != nil {
			t.Error(err)
		}
	})
}

func TestKeyFiles(t *testing.T) {
	noLeak(t)
	s := startSSHD(t, []string{"ed25519"})
	file, public := s.newKey(t, "locked", "open sesame")
	rsa, rsaPublic := s.newKey(t, "rsa", "open sesame", "-t", "rsa", "-b", "2048", "-m", "PEM")
	s.write(t, "authorized", public+rsaPublic)
	config := s.configured(t, "IdentityAgent none", "IdentityFile "+file)
	t.Run("asked once for many connections", func(t *testing.T) {
		var asked atomic.Int32
		c := remote.New(remote.Options{Config: config, Passphrase: func(_ context.Context, name string) ([]byte, error) {
			if name != file {
				t.Errorf("asked for %s", name)
			}
			if asked.Add(1) == 1 {
				return []byte("wrong"), nil
			}
			return []byte("open sesame"), nil
		}})
		var all sync.WaitGroup
		for range 6 {
			all.Go(func() { connect(t, c, s.galena()) })
		}
		all.Wait()
		if asked.Load() != 2 {
			t.Errorf("asked %d times", asked.Load())
		}
	})
	t.Run("a person may take longer than the deadline", func(t *testing.T) {
		c := s.configured(t, "IdentityAgent none", "IdentityFile "+file, "ConnectTimeout 1")
		err := logsIn(t, remote.Options{Config: c, Passphrase: func(ctx context.Context, _ string) ([]byte, error) {
			if deadline, ok := ctx.Deadline(); ok || ctx.Err() != nil {
				t.Errorf("a deadline: %v", deadline)
			}
			return []byte("open sesame"), nil
		}}, s.galena())
		if err != nil {
			t.Error(err)
		}
	})
	t.Run("old format, the public key beside it", func(t *testing.T) {
		c := s.configured(t, "IdentityAgent none", "IdentityFile "+rsa)
		ask := func(context.Context, string) ([]byte, error) { return []byte("open sesame"), nil }
		if err := logsIn(t, remote.Options{Config: c, Passphrase: ask}, s.galena()); err != nil {
			t.Error(err)
		}
		c = s.configured(t, "IdentityAgent none", "IdentityFile "+rsa, "PubkeyAcceptedAlgorithms ssh-ed25519")
		if err := logsIn(t, remote.Options{Config: c, Passphrase: ask}, s.galena()); err == nil || !strings.Contains(err.Error(), "does not let keys of the type ssh-rsa sign") {
			t.Errorf("%v", err)
		}
	})
	for name, test := range map[string]struct {
		ask  func(context.Context, string) ([]byte, error)
		want string
	}{
		"nobody to ask": {nil, "nobody to ask; hint: ssh-add"},
		"never right":   {func(context.Context, string) ([]byte, error) { return []byte("x"), nil }, "wrong passphrase for " + file},
		"not given":     {func(context.Context, string) ([]byte, error) { return nil, errors.New("not now") }, "not now"},
	} {
		t.Run(name, func(t *testing.T) {
			err := logsIn(t, remote.Options{Config: config, Passphrase: test.ask}, s.galena())
			failed, ok := errors.AsType[*host.ConnectError](err)
			if !ok || failed.Stage != host.StageAuth || !strings.Contains(err.Error(), test.want) {
				t.Errorf("%v", err)
			}
		})
	}
}

func TestUserCertificate(t *testing.T) {
	noLeak(t)
	s := startSSHD(t, []string{"ed25519"}, "TrustedUserCAKeys %d/ca.pub")
	ca, _ := s.newKey(t, "ca", "")
	file, _ := s.newKey(t, "user", "")
	user, _, _ := strings.Cut(s.address, "@")
	keygen(t, "-q", "-s", ca, "-I", "test", "-n", user, file+".pub")
	s.write(t, "authorized", "")
	o := remote.Options{Config: s.configured(t, "IdentityAgent none", "IdentityFile "+file)}
	if err := logsIn(t, o, s.galena()); err != nil {
		t.Errorf("beside the key: %v", err)
	}
	if err := os.Rename(file+"-cert.pub", filepath.Join(s.dir, "cert")); err != nil {
		t.Fatal(err)
	}
	if err := logsIn(t, o, s.galena()); err == nil {
		t.Error("let in without the certificate")
	}
	socket := sshAgent(t, file)
	for _, lines := range [][]string{{"IdentityAgent none", "IdentityFile " + file}, {"IdentityAgent " + socket}} {
		o.Config = s.configured(t, append(lines, "CertificateFile %D/cert")...)
		if err := logsIn(t, o, s.galena()); err != nil {
			t.Errorf("%q: %v", lines, err)
		}
	}
	if err := os.Rename(filepath.Join(s.dir, "cert"), file+"-cert.pub"); err != nil { // ssh-add takes it along
		t.Fatal(err)
	}
	socket = sshAgent(t, file)
	if err := os.Remove(file + "-cert.pub"); err != nil {
		t.Fatal(err)
	}
	o.Config = s.configured(t, "IdentityAgent "+socket)
	if err := logsIn(t, o, s.galena()); err != nil {
		t.Errorf("in the agent: %v", err)
	}
}

// TestTwoKeys: sshd wants two keys, one after the other.
func TestTwoKeys(t *testing.T) {
	noLeak(t)
	s := startSSHD(t, []string{"ed25519"})
	text, err := os.ReadFile(filepath.Join(s.dir, "config"))
	if err != nil {
		t.Fatal(err)
	}
	s.write(t, "config", "AuthenticationMethods publickey,publickey\n"+string(text))
	s = restart(t, s)
	one, two := key(t, "one"), key(t, "two")
	s.write(t, "authorized", pin(one.PublicKey())+pin(two.PublicKey()))
	target := s.target(s.galena().HostKeys...)
	if err := logsIn(t, remote.Options{Signers: []ssh.Signer{key(t, "no"), two, key(t, "neither"), one}}, target); err != nil {
		t.Error(err)
	}
	if err := logsIn(t, remote.Options{Signers: []ssh.Signer{one}}, target); err == nil {
		t.Error("let in with one key")
	}
}

// prepend puts lines for galena before those of a configuration: of two
// values the first counts.
func prepend(t *testing.T, file, lines string) string {
	t.Helper()
	text, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(file, []byte("Host galena\n\t"+lines+"\n"+string(text)), 0o600); err != nil {
		t.Fatal(err)
	}
	return file
}
