package remote_test

import (
	"bufio"
	"bytes"
	"context"
	"crypto/rand"
	"crypto/sha256"
	"errors"
	"fmt"
	"io"
	"net"
	"os"
	"os/exec"
	"os/user"
	"path/filepath"
	"strconv"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"

	"assay/fleet"
	"assay/fleet/host"
	"assay/fleet/host/probe"
	"assay/fleet/host/remote"

	"golang.org/x/crypto/ssh"
)

// sshd is a running OpenSSH server of this computer.
type sshd struct {
	address string
	keys    map[string]ssh.PublicKey // by type: "ed25519", "ecdsa", "rsa"
	dir     string
	log     func() string // ends the server and returns all that it said
}

// startSSHD starts OpenSSH's sshd as the present user on a loopback port,
// with a host key of each of the kinds and further lines of configuration,
// in which %d is the directory of the keys.
func startSSHD(t *testing.T, kinds []string, lines ...string) *sshd {
	t.Helper()
	program := "/usr/sbin/sshd"
	if _, err := os.Stat(program); err != nil {
		if program, err = exec.LookPath("sshd"); err != nil {
			t.Skip("not run: no sshd; hint: install openssh-server")
		}
	}
	me, err := user.Current()
	if err != nil {
		t.Fatal(err)
	}
	if os.Getuid() == 0 { // sshd's empty directory, which its service makes
		if err := os.MkdirAll("/run/sshd", 0o755); err != nil {
			t.Skip("not run: sshd needs /run/sshd:", err)
		}
	}
	s := &sshd{keys: map[string]ssh.PublicKey{}, dir: t.TempDir()}
	config := []string{"UsePAM no", "PrintMotd no", "PermitUserRC no", "StrictModes no", "PasswordAuthentication no", "PermitRootLogin yes", "PidFile none",
		"LogLevel INFO", "AuthorizedKeysFile " + s.dir + "/authorized"}
	s.write(t, "authorized", pin(key(t, "client").PublicKey()))
	for _, kind := range kinds {
		file := filepath.Join(s.dir, kind)
		args := []string{"-q", "-t", kind, "-N", "", "-f", file}
		if kind == "rsa" {
			args = append(args, "-b", "2048")
		}
		keygen(t, args...)
		text, err := os.ReadFile(file + ".pub")
		if err != nil {
			t.Fatal(err)
		}
		if s.keys[kind], _, _, _, err = ssh.ParseAuthorizedKey(text); err != nil {
			t.Fatal(err)
		}
		config = append(config, "HostKey "+file)
	}
	for _, line := range lines {
		config = append(config, strings.ReplaceAll(line, "%d", s.dir))
	}
	for range 5 { // somebody else may take the port meanwhile
		port := freePort(t)
		s.address = me.Username + "@127.0.0.1:" + port
		s.write(t, "config", strings.Join(append(config, "ListenAddress 127.0.0.1:"+port), "\n")+"\n")
		if s.run(t, program) {
			s.letsUsIn(t)
			return s
		}
	}
	t.Fatal("sshd does not start")
	return nil
}

func (s *sshd) write(t *testing.T, name, text string) {
	t.Helper()
	if err := os.WriteFile(filepath.Join(s.dir, name), []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
}

// run reports whether sshd listens.
func (s *sshd) run(t *testing.T, program string) bool {
	t.Helper()
	cmd := exec.Command(program, "-D", "-e", "-f", filepath.Join(s.dir, "config"))
	log, err := cmd.StderrPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	ready := make(chan bool, 1)
	drained := make(chan struct{})
	var said bytes.Buffer
	go func() {
		defer close(drained)
		lines := bufio.NewScanner(log)
		for lines.Scan() {
			fmt.Fprintln(&said, lines.Text())
			if strings.Contains(lines.Text(), "Server listening") {
				ready <- true
			}
		}
		ready <- false
	}()
	stop := func() {
		cmd.Process.Kill()
		log.Close()
		<-drained
		cmd.Wait()
	}
	s.log = func() string {
		cmd.Process.Kill()
		<-drained
		return said.String()
	}
	if !<-ready {
		stop()
		t.Log(said.String())
		return false
	}
	t.Cleanup(func() {
		stop()
		if t.Failed() {
			t.Log(said.String())
		}
	})
	return true
}

// letsUsIn skips the test where sshd refuses the present user's account: one
// without a password may count as locked.
func (s *sshd) letsUsIn(t *testing.T) {
	t.Helper()
	var pins []string
	for _, k := range s.keys {
		pins = append(pins, pin(k))
	}
	conn, err := connector(t).Connect(t.Context(), s.target(pins...))
	if err == nil {
		conn.Close()
		return
	}
	log := s.log()
	if os.Getuid() != 0 && strings.Contains(log, "account is locked") {
		t.Skip("not run: this user's account is locked, and so sshd lets nobody in")
	}
	t.Fatalf("%v: %s", err, log)
}

func keygen(t *testing.T, args ...string) {
	t.Helper()
	if out, err := exec.Command("ssh-keygen", args...).CombinedOutput(); err != nil {
		t.Fatalf("ssh-keygen: %v: %s", err, out)
	}
}

func freePort(t *testing.T) string {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer l.Close()
	return strconv.Itoa(l.Addr().(*net.TCPAddr).Port)
}

func (s *sshd) target(pins ...string) host.Target {
	return host.Target{Machine: "galena", Addresses: []string{s.address}, HostKeys: pins}
}

func TestOpenSSH(t *testing.T) {
	noLeak(t)
	s := startSSHD(t, []string{"rsa", "ecdsa", "ed25519"}, "RekeyLimit 1M none")
	ed := s.target(pin(s.keys["ed25519"]))

	t.Run("any one of its keys", func(t *testing.T) {
		for kind, k := range s.keys {
			conn, err := connector(t).Connect(t.Context(), s.target(pin(k)))
			if err != nil {
				t.Fatalf("%s: %v", kind, err)
			}
			conn.Close()
		}
	})
	t.Run("wrong host key", func(t *testing.T) {
		c := remote.New(remote.Options{Signers: []ssh.Signer{key(t, "client")}, Known: func(k ssh.PublicKey) (string, bool) {
			return "stibnite", bytes.Equal(k.Marshal(), s.keys["ed25519"].Marshal())
		}})
		_, err := c.Connect(t.Context(), s.target(pin(key(t, "other").PublicKey())))
		failed, ok := errors.AsType[*host.ConnectError](err)
		if !ok || failed.Stage != host.StageHostKey || !strings.Contains(err.Error(), "it is the key of stibnite") {
			t.Errorf("%v", err)
		}
	})
	t.Run("wrong client key", func(t *testing.T) {
		_, err := remote.New(remote.Options{Signers: []ssh.Signer{key(t, "other")}}).Connect(t.Context(), ed)
		if failed, ok := errors.AsType[*host.ConnectError](err); !ok || failed.Stage != host.StageAuth || failed.Deadline {
			t.Errorf("%v", err)
		}
	})
	t.Run("streams and status", func(t *testing.T) {
		conn := connect(t, connector(t), ed)
		var out, errs bytes.Buffer
		err := conn.Run(t.Context(), host.Command{Script: "printf '%s|' \"$0\" \"$@\"; cat; echo warn >&2; exit 42",
			Args: []string{"it's", "a\nb", `\`}, Stdin: strings.NewReader("in"), Stdout: &out, Stderr: &errs})
		exit, ok := errors.AsType[*host.ExitError](err)
		if !ok || exit.Code != 42 || exit.Stderr != "warn" || errs.String() != "warn\n" || out.String() != "assay|it's|a\nb|\\|in" {
			t.Errorf("%v: %q, %q", err, out.String(), errs.String())
		}
		err = conn.Run(t.Context(), host.Command{Script: "kill -9 $$"})
		if exit, ok := errors.AsType[*host.ExitError](err); !ok || exit.Signal != "KILL" || exit.Code != -1 {
			t.Errorf("%v", err)
		}
		if err := conn.Run(t.Context(), host.Command{Script: "exit 0", Stdin: endless{}}); err != nil {
			t.Errorf("standard input that nobody reads: %v", err)
		}
	})
	t.Run("much data, new keys on the way", func(t *testing.T) {
		conn := connect(t, connector(t), ed)
		sent, got := sha256.New(), sha256.New()
		in := io.TeeReader(io.LimitReader(rand.Reader, 4<<20), sent)
		if err := conn.Run(t.Context(), host.Command{Script: "cat", Stdin: in, Stdout: got}); err != nil {
			t.Fatal(err)
		}
		if !bytes.Equal(sent.Sum(nil), got.Sum(nil)) {
			t.Error("what came back is something else")
		}
	})
	t.Run("facts", func(t *testing.T) {
		facts, err := probe.Read(t.Context(), connect(t, connector(t), ed), "galena")
		if err != nil || facts.Machine != "galena" || facts.Reach != fleet.Reachable || facts.Kernel == "" || facts.Uptime <= 0 {
			t.Errorf("%+v, %v", facts, err)
		}
	})
	t.Run("server killed during a command", func(t *testing.T) {
		conn := connect(t, connector(t), ed)
		// The command is a child of the process that serves the connection,
		// and ends when its standard input does.
		stdin, end := io.Pipe()
		defer end.Close()
		err := conn.Run(t.Context(), host.Command{Script: "kill -9 $PPID; exec cat", Stdin: stdin})
		if outcomeOf(err) != lost {
			t.Errorf("%v", err)
		}
	})
	t.Run("cancel sends a signal", func(t *testing.T) {
		if os.Getuid() == 0 {
			t.Skip("not run: sshd sends no signals to commands of root; hint: run as an ordinary user")
		}
		conn := connect(t, connector(t), ed)
		fifo := filepath.Join(t.TempDir(), "fifo")
		if err := syscall.Mkfifo(fifo, 0o600); err != nil {
			t.Fatal(err)
		}
		ctx, cancel := context.WithCancel(t.Context())
		err := conn.Run(ctx, host.Command{
			Script: `trap 'kill $!; echo terminated >"$1"; exit' TERM; sleep 1000 & echo started; wait`,
			Args:   []string{fifo}, Stdout: writer(func([]byte) { cancel() })})
		if outcomeOf(err) != lost || !errors.Is(err, context.Canceled) {
			t.Errorf("%v", err)
		}
		if got, err := os.ReadFile(fifo); string(got) != "terminated\n" {
			t.Errorf("%q, %v", got, err)
		}
	})
}

func TestOpenSSHCertificate(t *testing.T) {
	noLeak(t)
	s := startSSHD(t, []string{"ecdsa", "ed25519"}, "HostCertificate %d/ed25519-cert.pub")
	authority := filepath.Join(s.dir, "authority")
	keygen(t, "-q", "-t", "ed25519", "-N", "", "-f", authority)
	text, err := os.ReadFile(authority + ".pub")
	if err != nil {
		t.Fatal(err)
	}
	// sshd reads its certificate when it starts.
	keygen(t, "-q", "-s", authority, "-h", "-I", "test", "-n", "galena", filepath.Join(s.dir, "ed25519.pub"))
	s = restart(t, s)
	byCA := "@cert-authority " + string(text)
	for _, test := range []struct {
		name, machine string
		pins          []string
		ok            bool
	}{
		{"authority", "galena", []string{byCA}, true},
		{"authority, another name", "stibnite", []string{byCA}, false},
		{"pinned key", "galena", []string{pin(s.keys["ed25519"])}, true},
		{"pinned key, another name", "stibnite", []string{pin(s.keys["ed25519"])}, true},
		{"both, another name", "stibnite", []string{byCA, pin(s.keys["ed25519"])}, true},
		{"authority and an old key", "galena", []string{byCA, pin(key(t, "old").PublicKey())}, true},
		{"another authority", "galena", []string{"@cert-authority " + pin(key(t, "rogue").PublicKey())}, false},
		{"revoked", "galena", []string{byCA, "@revoked " + pin(s.keys["ed25519"])}, false},
	} {
		t.Run(test.name, func(t *testing.T) {
			target := s.target(test.pins...)
			target.Machine = test.machine
			conn, err := connector(t).Connect(t.Context(), target)
			if err == nil {
				conn.Close()
			}
			failed, ok := errors.AsType[*host.ConnectError](err)
			if test.ok != (err == nil) || ok && failed.Stage != host.StageHostKey {
				t.Errorf("%v", err)
			}
		})
	}
}

// restart starts a second sshd with the configuration of the first.
func restart(t *testing.T, s *sshd) *sshd {
	t.Helper()
	text, err := os.ReadFile(filepath.Join(s.dir, "config"))
	if err != nil {
		t.Fatal(err)
	}
	at, port, _ := strings.Cut(s.address, ":")
	next := *s
	for range 5 {
		fresh := freePort(t)
		next.address = at + ":" + fresh
		next.write(t, "config", strings.Replace(string(text), ":"+port, ":"+fresh, 1))
		if next.run(t, "/usr/sbin/sshd") {
			return &next
		}
	}
	t.Fatal("sshd does not start")
	return nil
}

func TestOpenSSHMaxSessions(t *testing.T) {
	noLeak(t)
	for _, limit := range []int{1, 2} {
		s := startSSHD(t, []string{"ed25519"}, fmt.Sprint("MaxSessions ", limit))
		conn := connect(t, connector(t), s.target(pin(s.keys["ed25519"])))
		var all sync.WaitGroup
		for range 5 {
			all.Go(func() {
				if err := conn.Run(t.Context(), host.Command{Script: "exec cat", Stdin: strings.NewReader("x")}); err != nil {
					t.Errorf("MaxSessions %d: %v", limit, err)
				}
			})
		}
		all.Wait()
	}
}

func TestOpenSSHStopped(t *testing.T) {
	noLeak(t)
	s := startSSHD(t, []string{"ed25519"})
	c := remote.New(remote.Options{Signers: []ssh.Signer{key(t, "client")}, KeepAlive: 100 * time.Millisecond})
	conn := connect(t, c, s.target(pin(s.keys["ed25519"])))
	// A stopped server answers nothing, as after a lost link.
	var pid int
	defer func() {
		if pid > 0 {
			syscall.Kill(pid, syscall.SIGKILL)
		}
	}()
	stdin, end := io.Pipe()
	defer end.Close()
	err := conn.Run(t.Context(), host.Command{Script: "echo $PPID; exec cat", Stdin: stdin, Stdout: writer(func(p []byte) {
		if pid, _ = strconv.Atoi(strings.TrimSpace(string(p))); pid > 0 {
			syscall.Kill(pid, syscall.SIGSTOP)
		}
	})})
	if outcomeOf(err) != lost || !strings.Contains(err.Error(), "no longer answers") {
		t.Errorf("%v", err)
	}
}
