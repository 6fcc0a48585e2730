package deploy_test

import (
	"context"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"golang.org/x/crypto/ssh"

	"assay/fleet/engine"
	"assay/fleet/engine/nix/deploy"
	"assay/fleet/engine/nix/runner"
	"assay/fleet/host"
	"assay/fleet/host/bed"
	"assay/fleet/host/remote"
)

func TestMain(m *testing.M) {
	if deploy.IsShim() {
		os.Exit(deploy.Shim())
	}
	os.Exit(m.Run())
}

// local is a Nix of a test, with a store of its own.
type local struct {
	dir string
	run *runner.Runner
}

// newLocal returns a Nix with an empty store.
func newLocal(t *testing.T) *local {
	t.Helper()
	if _, err := exec.LookPath("nix"); err != nil {
		t.Skip("not run: there is no nix; hint: install nix-bin")
	}
	if _, err := os.Stat("/bin/busybox"); err != nil {
		t.Skip("not run: there is no /bin/busybox; hint: install busybox-static")
	}
	dir := t.TempDir()
	t.Cleanup(func() { writable(dir) })
	l := &local{dir: dir}
	l.run = runner.New(runner.Options{Env: l.env()})
	return l
}

// writable lets a directory with a store in it be removed: what Nix stores is
// not to be written.
func writable(dir string) {
	filepath.WalkDir(dir, func(p string, e os.DirEntry, err error) error {
		if err == nil && e.IsDir() {
			os.Chmod(p, 0o755)
		}
		return nil
	})
}

// store is the directory of the store.
func (l *local) store() string { return filepath.Join(l.dir, "store") }

func (l *local) env() []string {
	return []string{
		"NIX_REMOTE=" + l.store(), "NIX_USER_CONF_FILES=/dev/null", "HOME=" + l.dir,
		"NIX_CONFIG=experimental-features = nix-command flakes\nbuild-users-group =\nsandbox = true\n" +
			"sandbox-paths = /bin/sh=/bin/busybox\nsubstituters =\nconnect-timeout = 1\nfsync-metadata = false\n",
	}
}

// nix runs a command of Nix and returns what it prints.
func (l *local) nix(t *testing.T, program string, args ...string) string {
	t.Helper()
	out, err := l.run.Output(t.Context(), runner.Command{Program: program, Args: args}, 1<<24)
	if err != nil {
		t.Fatal(err)
	}
	return strings.TrimSpace(string(out))
}

// write writes an expression of Nix in which mk makes a derivation out of a
// name, its references and a shell command, and returns its file.
func (l *local) write(t *testing.T, expression string) string {
	t.Helper()
	const mk = `mk = name: deps: command: derivation {
		inherit name; system = builtins.currentSystem; builder = "/bin/sh";
		args = [ "-c" "set -e; mkdir $out; echo ${toString deps} > $out/deps; ${command}" ]; PATH = "/bin"; };`
	file := filepath.Join(l.dir, "expression.nix")
	if err := os.WriteFile(file, []byte("let "+mk+" in "+expression), 0o600); err != nil {
		t.Fatal(err)
	}
	return file
}

// build builds the value of an expression.
func (l *local) build(t *testing.T, expression string) string {
	t.Helper()
	return l.nix(t, "nix-build", "--no-out-link", l.write(t, expression))
}

// instantiate returns the derivation of an expression.
func (l *local) instantiate(t *testing.T, expression string) string {
	t.Helper()
	return l.nix(t, "nix-instantiate", l.write(t, expression))
}

// closure lists a closure as an engine does.
func (l *local) closure(t *testing.T, system string) engine.Closure {
	t.Helper()
	c := engine.Closure{System: system}
	for p := range strings.Lines(l.nix(t, "nix-store", "--query", "--requisites", system)) {
		p = strings.TrimSpace(p)
		var size int64
		fmt.Sscan(l.nix(t, "nix-store", "--query", "--size", p), &size)
		c.Objects = append(c.Objects, engine.Object{Path: p, NarSize: size})
	}
	return c
}

func (l *local) deployer(t *testing.T, o deploy.Options) *deploy.Deployer {
	t.Helper()
	o.Runner = l.run
	d, err := deploy.New(o)
	if err != nil {
		t.Fatal(err)
	}
	return d
}

// connect opens a connection to a host of the bed as a user of it.
func connect(t *testing.T, h bed.Host, user string, become host.Become) host.Conn {
	t.Helper()
	text, err := os.ReadFile(h.KeyFile)
	if err != nil {
		t.Fatal(err)
	}
	key, err := ssh.ParsePrivateKey(text)
	if err != nil {
		t.Fatal(err)
	}
	c := remote.New(remote.Options{Signers: []ssh.Signer{key}})
	conn, err := c.Connect(context.WithoutCancel(t.Context()), host.Target{
		Machine: h.Name, Addresses: []string{user + "@" + h.Address}, HostKeys: []string{h.HostKey}, Become: become})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { conn.Close() })
	return conn
}
