package embedded

import (
	"bytes"
	"context"
	"errors"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"assay/fleet/host"
)

// shellConn runs commands with a real shell in a directory that stands for a
// host's root.
type shellConn struct {
	root  string
	shell []string
	env   []string
	run   func(*exec.Cmd) error // nil: Run
}

func (c *shellConn) Close() error { return nil }

func (c *shellConn) Run(ctx context.Context, cmd host.Command) error {
	args := append(c.shell[1:len(c.shell):len(c.shell)], "-c", cmd.Script, "assay")
	p := exec.CommandContext(ctx, c.shell[0], append(args, cmd.Args...)...)
	p.Env = append([]string{"ASSAY_ROOT=" + c.root, "HOME=" + c.root}, c.env...)
	p.Dir = c.root
	p.Stdin, p.Stdout = cmd.Stdin, cmd.Stdout
	var stderr bytes.Buffer
	p.Stderr = &stderr
	run := c.run
	if run == nil {
		run = (*exec.Cmd).Run
	}
	err := run(p)
	var exit *exec.ExitError
	if errors.As(err, &exit) {
		return &host.ExitError{Machine: "test", Code: exit.ExitCode(), Stderr: strings.TrimSpace(stderr.String())}
	}
	return err
}

// shells are those that this computer has of the ones that hosts may have.
func shells(t *testing.T) map[string][]string {
	t.Helper()
	found := map[string][]string{"sh": {"/bin/sh"}}
	for name, words := range map[string][]string{
		"dash": {"dash"}, "busybox": {"busybox", "sh"}, "bash": {"bash", "--posix"},
	} {
		if _, err := exec.LookPath(words[0]); err != nil {
			t.Logf("not run with %s: %v", name, err)
			continue
		}
		found[name] = words
	}
	return found
}

// newHost makes the root of a demo host.
func newHost(t testing.TB) *shellConn {
	t.Helper()
	root := t.TempDir()
	if err := os.WriteFile(filepath.Join(root, ".assay-sim-host"), nil, 0o644); err != nil {
		t.Fatal(err)
	}
	return &shellConn{root: root, shell: []string{"/bin/sh"}}
}

func (c *shellConn) path(p string) string { return filepath.Join(c.root, filepath.FromSlash(p)) }

func (c *shellConn) read(t testing.TB, p string) string {
	t.Helper()
	b, err := os.ReadFile(c.path(p))
	if err != nil {
		t.Fatal(err)
	}
	return string(b)
}

func (c *shellConn) write(t testing.TB, p, text string) {
	t.Helper()
	if err := os.MkdirAll(filepath.Dir(c.path(p)), 0o755); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(c.path(p), []byte(text), 0o644); err != nil {
		t.Fatal(err)
	}
}

func (c *shellConn) exists(p string) bool {
	_, err := os.Lstat(c.path(p))
	return err == nil
}

// link gives the base name of what a link on the host leads to, "" when it is
// not there.
func (c *shellConn) link(p string) string {
	text, err := os.Readlink(c.path(p))
	if err != nil {
		return ""
	}
	return filepath.Base(text)
}
