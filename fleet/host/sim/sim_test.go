package sim

import (
	"bufio"
	"bytes"
	"context"
	"crypto/ed25519"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"slices"
	"strings"
	"syscall"
	"testing"
	"time"

	"golang.org/x/crypto/ssh"
)

func key(t testing.TB, name string) ssh.Signer {
	t.Helper()
	seed := make([]byte, ed25519.SeedSize)
	copy(seed, name)
	s, err := ssh.NewSignerFromSigner(ed25519.NewKeyFromSeed(seed))
	if err != nil {
		t.Fatal(err)
	}
	return s
}

func prepared(t testing.TB, name string) Host {
	t.Helper()
	h := Host{Name: name, Class: "nixos", System: "x86_64-linux", Root: filepath.Join(t.TempDir(), name), HostKey: key(t, name)}
	if err := Prepare(h.Root, h); err != nil {
		t.Fatal(err)
	}
	return h
}

func start(t testing.TB, hosts ...Host) *Fleet {
	t.Helper()
	f, err := Start(context.Background(), Options{ClientKey: key(t, "client").PublicKey(), Hosts: hosts})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(f.Close)
	return f
}

// dial connects as a user with a key.
func dial(t testing.TB, f *Fleet, name, as string, with ssh.Signer) (*ssh.Client, error) {
	t.Helper()
	_, address, _ := strings.Cut(f.Address(name), "@")
	c, err := ssh.Dial("tcp", address, &ssh.ClientConfig{
		User: as, Auth: []ssh.AuthMethod{ssh.PublicKeys(with)}, HostKeyCallback: ssh.FixedHostKey(key(t, name).PublicKey())})
	if err == nil {
		t.Cleanup(func() { c.Close() })
	}
	return c, err
}

func client(t testing.TB, f *Fleet, name string) *ssh.Client {
	t.Helper()
	c, err := dial(t, f, name, user, key(t, "client"))
	if err != nil {
		t.Fatal(err)
	}
	return c
}

func session(t testing.TB, c *ssh.Client) *ssh.Session {
	t.Helper()
	s, err := c.NewSession()
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { s.Close() })
	return s
}

func TestOnlyTheClientKey(t *testing.T) {
	f := start(t, prepared(t, "galena"))
	for _, test := range []struct {
		user, key string
		ok        bool
	}{{user, "client", true}, {user, "other", false}, {"cameron", "client", false}} {
		if _, err := dial(t, f, "galena", test.user, key(t, test.key)); (err == nil) != test.ok {
			t.Errorf("%s with the key %s: %v", test.user, test.key, err)
		}
	}
}

func TestOnlyCommands(t *testing.T) {
	f := start(t, prepared(t, "galena"))
	c := client(t, f, "galena")
	s := session(t, c)
	if err := s.Setenv("LD_PRELOAD", "x"); err == nil {
		t.Error("a variable is accepted")
	}
	if err := s.RequestPty("xterm", 80, 24, nil); err == nil {
		t.Error("a terminal is given")
	}
	if err := s.RequestSubsystem("sftp"); err == nil {
		t.Error("a subsystem is there")
	}
	if err := session(t, c).Shell(); err == nil {
		t.Error("a shell is given")
	}
	if _, err := c.Dial("tcp", "127.0.0.1:1"); err == nil {
		t.Error("a connection is forwarded")
	}
	if _, err := c.Listen("tcp", "127.0.0.1:0"); err == nil {
		t.Error("a port is forwarded")
	}
	if ok, err := s.SendRequest("exec", true, ssh.Marshal(struct{ C string }{"exec cat"})); !ok || err != nil {
		t.Errorf("the first command: %t, %v", ok, err)
	}
	if ok, err := s.SendRequest("exec", true, ssh.Marshal(struct{ C string }{"true"})); ok || err != nil {
		t.Errorf("a second command on one channel: %t, %v", ok, err)
	}
}

func TestEnvironment(t *testing.T) {
	t.Setenv("SECRET", "do not pass on")
	h := prepared(t, "galena")
	f := start(t, h)
	out, err := session(t, client(t, f, "galena")).Output("/usr/bin/env; pwd; umask")
	if err != nil {
		t.Fatal(err)
	}
	lines := strings.Split(strings.TrimSpace(string(out)), "\n")
	home := filepath.Join(h.Root, "root")
	for _, want := range []string{"HOME=" + home, "PATH=" + path, "ASSAY_ROOT=" + h.Root, home} {
		if !slices.Contains(lines, want) {
			t.Errorf("no %q in %q", want, lines)
		}
	}
	for _, line := range lines {
		name, _, ok := strings.Cut(line, "=")
		if ok && !slices.Contains([]string{"HOME", "PATH", "ASSAY_ROOT", "PWD", "OLDPWD", "SHLVL", "_"}, name) {
			t.Errorf("%q is passed on", line)
		}
	}
}

// TestNoTerminal: a command has no controlling terminal, also where this
// process has one, or a shell's job control would stop it.
func TestNoTerminal(t *testing.T) {
	f := start(t, prepared(t, "galena"))
	out, err := session(t, client(t, f, "galena")).Output("echo $$; ps -o sid= -p $$; (: </dev/tty) 2>/dev/null && echo terminal")
	if fields := strings.Fields(string(out)); len(fields) != 2 || fields[0] != fields[1] {
		t.Errorf("%q, %v", out, err)
	}
}

func TestStatus(t *testing.T) {
	f := start(t, prepared(t, "galena"))
	c := client(t, f, "galena")
	for command, want := range map[string]string{
		"true":                   "",
		"exit 3":                 "Process exited with status 3",
		"kill -9 $$":             "Process exited with status 137 from signal KILL",
		"kill -TERM $$":          "Process exited with status 143 from signal TERM",
		"cat >/dev/null; exit 9": "Process exited with status 9",
		"nosuchcommand":          "Process exited with status 127",
	} {
		s := session(t, c)
		stdin, err := s.StdinPipe()
		if err != nil {
			t.Fatal(err)
		}
		if err = s.Start(command); err != nil {
			t.Fatal(err)
		}
		if strings.HasPrefix(command, "cat") {
			stdin.Write([]byte("x"))
			stdin.Close()
		}
		err = s.Wait()
		if got := fmt.Sprint(err); got != want && !(err == nil && want == "") {
			t.Errorf("%s: %v, want %s", command, err, want)
		}
	}
	s := session(t, c)
	out, err := s.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := s.Start("trap 'exit 5' TERM; echo ready; while read x; do :; done; while :; do :; done"); err != nil {
		t.Fatal(err)
	}
	bufio.NewReader(out).ReadString('\n')
	if err := s.Signal(ssh.SIGTERM); err != nil {
		t.Fatal(err)
	}
	if e, ok := errors.AsType[*ssh.ExitError](s.Wait()); !ok || e.ExitStatus() != 5 {
		t.Errorf("after a signal: %v", e)
	}
}

// lifeline gives a command that runs until it is killed, in the background
// and in the foreground, and a function that returns when all of its
// processes are gone: they hold a pipe open.
func lifeline(t *testing.T) (command string, gone func()) {
	t.Helper()
	fifo := filepath.Join(t.TempDir(), "lifeline")
	if err := syscall.Mkfifo(fifo, 0o600); err != nil {
		t.Fatal(err)
	}
	read, err := os.OpenFile(fifo, os.O_RDONLY|syscall.O_NONBLOCK, 0)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { read.Close() })
	r := bufio.NewReader(read)
	return fmt.Sprintf("exec 9>%s; echo open >&9; sleep 1000 & echo started; wait", fifo), func() {
		t.Helper()
		if line, err := r.ReadString('\n'); line != "open\n" {
			t.Fatalf("%q, %v", line, err)
		}
		if _, err := io.Copy(io.Discard, r); err != nil {
			t.Fatal(err)
		}
	}
}

func TestCommandsEnd(t *testing.T) {
	for name, end := range map[string]func(f *Fleet, c *ssh.Client, s *ssh.Session){
		"with the session":    func(_ *Fleet, _ *ssh.Client, s *ssh.Session) { s.Close() },
		"with the connection": func(_ *Fleet, c *ssh.Client, _ *ssh.Session) { c.Close() },
		"with the fleet":      func(f *Fleet, _ *ssh.Client, _ *ssh.Session) { f.Close() },
		"by a signal":         func(_ *Fleet, _ *ssh.Client, s *ssh.Session) { s.Signal(ssh.SIGKILL) },
	} {
		t.Run(name, func(t *testing.T) {
			f := start(t, prepared(t, "galena"))
			c := client(t, f, "galena")
			s := session(t, c)
			out, err := s.StdoutPipe()
			if err != nil {
				t.Fatal(err)
			}
			command, gone := lifeline(t)
			if err := s.Start(command); err != nil {
				t.Fatal(err)
			}
			if line, err := bufio.NewReader(out).ReadString('\n'); line != "started\n" {
				t.Fatalf("%q, %v", line, err)
			}
			end(f, c, s)
			gone()
		})
	}
	t.Run("with its leader", func(t *testing.T) {
		f := start(t, prepared(t, "galena"))
		command, gone := lifeline(t)
		if err := session(t, client(t, f, "galena")).Run(strings.TrimSuffix(command, "; wait")); err != nil {
			t.Fatal(err)
		}
		gone()
	})
}

// TestKilledProcess kills a process that serves a host, and with it the
// shell of a running command.
func TestKilledProcess(t *testing.T) {
	if root := os.Getenv("ASSAY_TEST_SERVE"); root != "" {
		f := start(t, Host{Name: "galena", Root: root, HostKey: key(t, "galena")})
		fmt.Println(f.Address("galena"))
		select {}
	}
	if runtime.GOOS != "linux" {
		t.Skip("not run: this system ends no children with their parent")
	}
	h := prepared(t, "galena")
	server := exec.Command(os.Args[0], "-test.run=^TestKilledProcess$")
	server.Env = append(os.Environ(), "ASSAY_TEST_SERVE="+h.Root)
	out, err := server.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := server.Start(); err != nil {
		t.Fatal(err)
	}
	defer server.Wait()
	defer server.Process.Kill()
	address, err := bufio.NewReader(out).ReadString('\n')
	if err != nil {
		t.Fatal(err)
	}
	f := &Fleet{addresses: map[string]string{"galena": strings.TrimSpace(address)}}
	s := session(t, client(t, f, "galena"))
	stdout, err := s.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	command, gone := lifeline(t)
	command = strings.ReplaceAll(command, "sleep 1000 &", "")
	command = strings.ReplaceAll(command, "wait", "while :; do :; done")
	if err := s.Start(command); err != nil {
		t.Fatal(err)
	}
	if line, err := bufio.NewReader(stdout).ReadString('\n'); line != "started\n" {
		t.Fatalf("%q, %v", line, err)
	}
	server.Process.Kill()
	gone()
}

func TestSilent(t *testing.T) {
	h := prepared(t, "galena")
	h.Silent = true
	f := start(t, h)
	_, address, _ := strings.Cut(f.Address("galena"), "@")
	c, err := net.Dial("tcp", address)
	if err != nil {
		t.Fatal(err)
	}
	io.WriteString(c, "SSH-2.0-test\r\n")
	c.(*net.TCPConn).CloseWrite()
	if said, err := io.ReadAll(c); err != nil || len(said) > 0 {
		t.Errorf("%q, %v", said, err)
	}
	if f.Address("stibnite") != "" {
		t.Error("a host that is not there has an address")
	}
}

func TestStartRefuses(t *testing.T) {
	h := prepared(t, "galena")
	client := key(t, "client").PublicKey()
	relative, keyless := h, h
	relative.Root, keyless.HostKey = "roots/galena", nil
	for name, o := range map[string]Options{
		"no client key": {Hosts: []Host{h}}, "twice": {client, []Host{h, h}},
		"relative root": {client, []Host{relative}}, "no host key": {client, []Host{keyless}},
	} {
		if f, err := Start(t.Context(), o); err == nil {
			f.Close()
			t.Errorf("%s: started", name)
		}
	}
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if f, err := Start(ctx, Options{client, []Host{h}}); err == nil {
		f.Close()
		t.Error("started in an ended context")
	}
}

func TestPrepare(t *testing.T) {
	h := Host{Name: "galena", Class: "nixos", System: "aarch64-linux"}
	root := filepath.Join(t.TempDir(), "hosts", "galena")
	for range 2 {
		if err := Prepare(root, h); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(filepath.Join(root, "kept"), nil, 0o600); err != nil {
			t.Fatal(err)
		}
	}
	text, err := os.ReadFile(filepath.Join(root, MarkerFile))
	var m Marker
	if err != nil || json.Unmarshal(text, &m) != nil || m != (Marker{"galena", "nixos", "aarch64-linux"}) || !bytes.HasSuffix(text, []byte("}\n")) {
		t.Errorf("%q, %v", text, err)
	}
	if _, err := os.Stat(filepath.Join(root, "kept")); err != nil {
		t.Error(err)
	}
	foreign := t.TempDir()
	if err := os.WriteFile(filepath.Join(foreign, "thesis.tex"), nil, 0o600); err != nil {
		t.Fatal(err)
	}
	if err := Prepare(foreign, h); err == nil || !strings.Contains(err.Error(), "thesis.tex") {
		t.Errorf("a foreign directory: %v", err)
	}
	for name, spoil := range map[string]func(marker string) error{
		"gone":         os.Remove,
		"nonsense":     func(m string) error { return os.WriteFile(m, []byte("foo"), 0o600) },
		"empty":        func(m string) error { return os.Truncate(m, 0) },
		"huge":         func(m string) error { return os.Truncate(m, 1<<30) },
		"another host": func(m string) error { return os.WriteFile(m, []byte(`{"name":"pyrite"}`), 0o600) },
		"a link": func(m string) error {
			return errors.Join(os.Rename(m, m+"x"), os.Symlink(m+"x", m))
		},
		"a directory": func(m string) error { return errors.Join(os.Remove(m), os.Mkdir(m, 0o700)) },
		"a pipe":      func(m string) error { return errors.Join(os.Remove(m), syscall.Mkfifo(m, 0o600)) },
	} {
		root := filepath.Join(t.TempDir(), "galena")
		if err := errors.Join(Prepare(root, h), os.WriteFile(filepath.Join(root, "kept"), nil, 0o600), spoil(filepath.Join(root, MarkerFile))); err != nil {
			t.Fatal(err)
		}
		if _, ok := errors.AsType[*ForeignError](Prepare(root, h)); !ok {
			t.Errorf("marker %s: %v", name, Prepare(root, h))
		}
	}
	moved := filepath.Join(t.TempDir(), "galena")
	other := Host{Name: "galena", Class: "darwin", System: "aarch64-darwin"}
	if err := errors.Join(Prepare(moved, h), Prepare(moved, other)); err != nil {
		t.Errorf("another class: %v", err)
	}
	interrupted := t.TempDir()
	if err := os.WriteFile(filepath.Join(interrupted, "."+MarkerFile+"123"), nil, 0o600); err != nil {
		t.Fatal(err)
	}
	if err := Prepare(interrupted, h); err != nil {
		t.Errorf("after an interruption: %v", err)
	}
	if err := Prepare("relative", h); err == nil {
		t.Error("a relative root is accepted")
	}
	if err := Prepare(filepath.Join(t.TempDir(), "a\nb"), h); err == nil {
		t.Error("a root with a newline is accepted")
	}
}

// TestPrepareStaysInside looks whether a file was ever made in the directory
// for temporary files.
func TestPrepareStaysInside(t *testing.T) {
	h := Host{Name: "galena", Class: "nixos", System: "aarch64-linux"}
	root, temp := filepath.Join(t.TempDir(), "galena"), t.TempDir()
	t.Setenv("TMPDIR", temp)
	long := time.Date(2001, 9, 9, 1, 46, 40, 0, time.UTC)
	if err := errors.Join(os.Chtimes(temp, long, long), Prepare(root, h)); err != nil {
		t.Fatal(err)
	}
	if now, err := os.Stat(temp); err != nil || !now.ModTime().Equal(long) {
		t.Errorf("%s was written to: %v", temp, err)
	}
}
