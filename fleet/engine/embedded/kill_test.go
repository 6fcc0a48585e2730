package embedded

import (
	"context"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path"
	"path/filepath"
	"strconv"
	"strings"
	"syscall"
	"testing"

	"assay/fleet/engine"
	"assay/fleet/host"
	"assay/modules/compose"
)

// tools are the programs that the scripts call. Whatever a script does to the
// disk, but for the one file of its lock, it does through one of them.
var tools = []string{"cat", "find", "ln", "mkdir", "mv", "readlink", "rm", "rmdir", "sha256sum", "tar"}

// tripwire is a directory of programs in front of the real ones. The one that
// is called as number KILL_AT kills its whole process group before it does
// anything, or only the shell that called it, and runs on.
type tripwire struct{ dir, counter string }

func newTripwire(t *testing.T) tripwire {
	t.Helper()
	w := tripwire{dir: t.TempDir()}
	w.counter = filepath.Join(t.TempDir(), "calls")
	for _, tool := range tools {
		real, err := exec.LookPath(tool)
		if err != nil {
			t.Skipf("not run: %v", err)
		}
		script := fmt.Sprintf(`#!/bin/sh
read -r n <"$COUNTER"
echo $((n + 1)) >"$COUNTER"
[ "$n.before" != "$KILL_AT" ] || kill -9 0
[ "$n.orphan" != "$KILL_AT" ] || kill -9 "$PPID"
exec %s "$@"
`, real)
		if err := os.WriteFile(filepath.Join(w.dir, tool), []byte(script), 0o755); err != nil {
			t.Fatal(err)
		}
	}
	return w
}

// set arms the tripwire of a host and starts to count anew.
func (w tripwire) set(t *testing.T, conn *shellConn, at string) {
	t.Helper()
	if err := os.WriteFile(w.counter, []byte("0\n"), 0o644); err != nil {
		t.Fatal(err)
	}
	conn.env = []string{"PATH=" + w.dir + ":" + os.Getenv("PATH"), "COUNTER=" + w.counter, "KILL_AT=" + at}
	conn.run = func(p *exec.Cmd) error {
		p.SysProcAttr = &syscall.SysProcAttr{Setpgid: true}
		return p.Run()
	}
}

// calls is how many programs have been called.
func (w tripwire) calls(t *testing.T) int {
	t.Helper()
	b, err := os.ReadFile(w.counter)
	if err != nil {
		t.Fatal(err)
	}
	n, err := strconv.Atoi(strings.TrimSpace(string(b)))
	if err != nil {
		t.Fatal(err)
	}
	return n
}

// twoSystems gives an engine with two builds of one machine; second differs by
// a changed, a new and a removed file.
func twoSystems(t testing.TB, change func(*compose.Composition)) (e *Engine, first, second engine.System, added []engine.Object) {
	t.Helper()
	all := sampleFleet()
	e = testEngine(t, all)
	first, old := built(t, e, "cinnabar")
	c := sample("cinnabar")
	change(&c)
	all["cinnabar"] = c
	second, closure := built(t, e, "cinnabar")
	had := make(map[string]bool)
	for _, o := range old.Objects {
		had[o.Path] = true
	}
	for _, o := range closure.Objects {
		if !had[o.Path] {
			added = append(added, o)
		}
	}
	return e, first, second, added
}

// Copy and activation are killed at every program that they call. The host
// must be on a whole system each time, with all of that system's files, and
// the next activation must find no lock and leave nothing.
func TestKilledAnywhere(t *testing.T) {
	t.Parallel()
	e, first, second, added := twoSystems(t, func(c *compose.Composition) {
		c.Scope.Options[0] = text("environment.etc.motd.text", "changed\n")
		c.Scope.Options[1] = text(`environment.etc."new/er".text`, "new\n")
	})
	wire, conn := newTripwire(t), newHost(t)
	both := func() error {
		if err := e.Copy(t.Context(), conn, added, nil); err != nil {
			return err
		}
		return e.Activate(t.Context(), conn, switchTo(second), nil)
	}
	reset := func(at string) {
		conn.env, conn.run = nil, nil
		for _, o := range added {
			os.RemoveAll(conn.path(o.Path))
		}
		activate(t, e, conn, switchTo(first))
		wire.set(t, conn, at)
	}
	if err := e.Copy(t.Context(), conn, closureOf(t, e, first), nil); err != nil {
		t.Fatal(err)
	}
	reset("never")
	if err := both(); err != nil {
		t.Fatal(err)
	}
	// The counter counts over both commands: the second starts where the
	// first has ended.
	total := wire.calls(t)
	if total < 10 {
		t.Fatalf("only %d programs were called: the tripwire is not in front", total)
	}
	// An orphan does its work and no more is done: that is also what a kill
	// before the next program leaves.
	moments := []string{"0.before", fmt.Sprintf("%d.before", total/2)}
	for n := range total {
		moments = append(moments, fmt.Sprintf("%d.orphan", n))
	}
	for _, at := range moments {
		reset(at)
		err := both()
		conn.env, conn.run = nil, nil
		running := conn.link("run/current-system")
		if err == nil && running != path.Base(second.Path) { // only a subshell may have died
			t.Errorf("killed at %s: no error, and the host runs %q", at, running)
		}
		if running != path.Base(first.Path) && running != path.Base(second.Path) {
			t.Errorf("killed at %s: the host runs %q", at, running)
		}
		checkHost(t, conn)
		checkPlaces(t, conn)
		if err := both(); err != nil {
			t.Errorf("after the kill at %s: %v", at, err)
		}
		checkHost(t, conn)
		checkPlaces(t, conn)
		checkTidy(t, conn)
		if t.Failed() {
			t.Fatalf("killed at %s", at)
		}
	}
	t.Logf("killed at %d moments", len(moments))
}

// A file becomes a directory and a directory a file. Killed in between, that
// one place may be empty until the next activation; nothing else is.
func TestKilledWhileKindsChange(t *testing.T) {
	t.Parallel()
	e, first, second, _ := twoSystems(t, func(c *compose.Composition) {
		c.Scope.Options[0] = text(`environment.etc."motd/part".text`, "part\n")
		c.Scope.Options[1] = text("environment.etc.ssh.text", "now a file\n")
	})
	wire, conn := newTripwire(t), newHost(t)
	for _, s := range []engine.System{first, second} {
		if err := e.Copy(t.Context(), conn, closureOf(t, e, s), nil); err != nil {
			t.Fatal(err)
		}
	}
	activate(t, e, conn, switchTo(first))
	wire.set(t, conn, "never")
	activate(t, e, conn, switchTo(second))
	for n := range wire.calls(t) {
		conn.env, conn.run = nil, nil
		activate(t, e, conn, switchTo(first))
		checkPlaces(t, conn)
		wire.set(t, conn, fmt.Sprintf("%d.before", n))
		if err := e.Activate(t.Context(), conn, switchTo(second), nil); err == nil {
			t.Errorf("killed at %d: no error", n)
		}
		conn.env, conn.run = nil, nil
		checkHost(t, conn)
		activate(t, e, conn, switchTo(second))
		checkPlaces(t, conn)
		checkTidy(t, conn)
		if conn.read(t, "etc/motd/part")+conn.read(t, "etc/ssh") != "part\nnow a file\n" {
			t.Fatalf("killed at %d: not repaired", n)
		}
	}
}

// The archive ends at many places, some of them between two members.
func TestCopyCutShort(t *testing.T) {
	t.Parallel()
	e, s, _, _ := twoSystems(t, func(*compose.Composition) {})
	objects := closureOf(t, e, s)
	var whole int64
	count := &cutConn{Conn: newHost(t), limit: 1 << 40, passed: &whole}
	if err := e.Copy(t.Context(), count, objects, nil); err != nil {
		t.Fatal(err)
	}
	conn := newHost(t)
	for limit := int64(0); limit < whole-2048; limit += 512 * (1 + whole/512/40) {
		var passed int64
		err := e.Copy(t.Context(), &cutConn{Conn: conn, limit: limit, passed: &passed}, objects, nil)
		if err == nil {
			t.Errorf("cut at %d of %d: no error", limit, whole)
		}
		if entries, _ := os.ReadDir(conn.path("nix/store")); len(entries) > 0 {
			t.Fatalf("cut at %d of %d: the store holds %v", limit, whole, entries)
		}
	}
}

// cutConn ends standard input early.
type cutConn struct {
	host.Conn
	limit  int64
	passed *int64
}

func (c *cutConn) Run(ctx context.Context, cmd host.Command) error {
	cmd.Stdin = &countReader{io.LimitReader(cmd.Stdin, c.limit), c.passed}
	return c.Conn.Run(ctx, cmd)
}

type countReader struct {
	io.Reader
	n *int64
}

func (r *countReader) Read(p []byte) (int, error) {
	n, err := r.Reader.Read(p)
	*r.n += int64(n)
	return n, err
}

func closureOf(t testing.TB, e *Engine, s engine.System) []engine.Object {
	t.Helper()
	c, err := e.Realise(t.Context(), s)
	if err != nil {
		t.Fatal(err)
	}
	return c.Objects
}

// checkPlaces fails unless every file of the running system is in its place.
func checkPlaces(t testing.TB, conn *shellConn) {
	t.Helper()
	for l := range strings.Lines(conn.read(t, "run/current-system/links")) {
		fields := strings.Split(strings.TrimSuffix(l, "\n"), "\t")
		if len(fields) < 4 {
			continue
		}
		want, err := os.Stat(conn.path("nix/store/" + fields[1]))
		if err != nil {
			t.Fatal(err)
		}
		got, err := os.Stat(conn.path(fields[3]))
		if err != nil || !os.SameFile(got, want) {
			t.Errorf("/%s is not the running system's: %v", fields[3], err)
		}
	}
}

// checkTidy fails when something of a copy or an activation is left over.
func checkTidy(t testing.TB, conn *shellConn) {
	t.Helper()
	for _, pattern := range []string{"nix/store/.*", "run/.*", "run/activating/*"} {
		left, err := filepath.Glob(conn.path(pattern))
		if err != nil {
			t.Fatal(err)
		}
		if len(left) > 0 {
			t.Errorf("left over: %v", left)
		}
	}
	err := filepath.WalkDir(conn.path("etc"), func(p string, d os.DirEntry, err error) error {
		if err == nil && d.Type()&os.ModeSymlink != 0 {
			_, err = os.Stat(p)
		}
		return err
	})
	if err != nil {
		t.Errorf("a link leads nowhere: %v", err)
	}
}
