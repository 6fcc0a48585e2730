package embedded

import (
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"syscall"
	"testing"

	"assay/fleet/engine"
	"assay/fleet/host"
	"assay/modules/compose"
)

// exitCode is the exit status in an error, -1 when there is none.
func exitCode(err error) int {
	var exit *host.ExitError
	if errors.As(err, &exit) {
		return exit.Code
	}
	return -1
}

// What somebody else has put where a file must go stays there, and nothing is
// changed before that is known.
func TestSomethingInTheWay(t *testing.T) {
	e := testEngine(t, sampleFleet())
	outside := t.TempDir()
	for name, put := range map[string]func(*shellConn){
		"file":           func(c *shellConn) { c.write(t, "etc/motd", "mine\n") },
		"link":           func(c *shellConn) { os.Mkdir(c.path("etc"), 0o755); os.Symlink("hosts", c.path("etc/motd")) },
		"full directory": func(c *shellConn) { c.write(t, "etc/motd/x", "mine\n") },
		"file above":     func(c *shellConn) { c.write(t, "etc/ssh", "mine\n") },
		"etc leads out":  func(c *shellConn) { os.Symlink(outside, c.path("etc")) },
		"home leads out": func(c *shellConn) { os.Symlink(outside, c.path("home")) },
		"user leads out": func(c *shellConn) { os.Mkdir(c.path("home"), 0o755); os.Symlink(outside, c.path("home/cameron")) },
		"config leads out": func(c *shellConn) {
			os.MkdirAll(c.path("home/cameron"), 0o755)
			os.Symlink(outside, c.path("home/cameron/.config"))
		},
		"nix leads out": func(c *shellConn) { os.Rename(c.path("nix"), c.path("nix.d")); os.Symlink("nix.d", c.path("nix")) },
	} {
		t.Run(name, func(t *testing.T) {
			conn := newHost(t)
			s := brought(t, e, conn, "cinnabar")
			put(conn)
			err := e.Activate(t.Context(), conn, switchTo(s), nil)
			if exitCode(err) != exitTaken || !strings.Contains(err.Error(), "nothing was changed") {
				t.Errorf("%v", err)
			}
			if conn.exists("run/current-system") || conn.exists("etc/script") {
				t.Error("something was changed")
			}
			if entries, _ := os.ReadDir(outside); len(entries) > 0 {
				t.Errorf("outside of the root: %v", entries)
			}
		})
	}
}

// What users put beside the engine's files is never touched.
func TestLeavesOthersAlone(t *testing.T) {
	all := sampleFleet()
	e, conn := testEngine(t, all), newHost(t)
	activate(t, e, conn, switchTo(brought(t, e, conn, "cinnabar")))
	conn.write(t, "etc/ssh/mine", "mine")
	conn.write(t, "home/cameron/a b\nc", "mine")
	for l, target := range map[string]string{
		"etc/dangling":          "nowhere",
		"home/cameron/dangling": "../../run/current-system/etc/ssh/banner",
	} {
		if err := os.Symlink(target, conn.path(l)); err != nil {
			t.Fatal(err)
		}
	}
	bare := sample("cinnabar")
	bare.Scope.Options, bare.Homes = nil, nil
	all["cinnabar"] = bare
	activate(t, e, conn, switchTo(brought(t, e, conn, "cinnabar")))
	for _, kept := range []string{"etc/ssh/mine", "home/cameron/a b\nc", "etc/dangling", "home/cameron/dangling"} {
		if !conn.exists(kept) {
			t.Errorf("%q is gone", kept)
		}
	}
	for _, gone := range []string{"etc/motd", "etc/ssh/banner", "home/cameron/.config", "home/cameron/.bashrc"} {
		if conn.exists(gone) {
			t.Errorf("%q is still there", gone)
		}
	}
}

// A living activation keeps others out; a dead one does not, nor does its
// number when a later process has it.
func TestLock(t *testing.T) {
	e, conn := testEngine(t, sampleFleet()), newHost(t)
	s := brought(t, e, conn, "cinnabar")
	name := func(pid int) string {
		var out strings.Builder
		cmd := host.Command{Script: preludeSh + `started "$1"; printf %s "$1.$start"`, Args: []string{fmt.Sprint(pid)}, Stdout: &out}
		if err := conn.Run(t.Context(), cmd); err != nil {
			t.Fatal(err)
		}
		return out.String()
	}
	living := name(os.Getpid())
	conn.write(t, "run/activating/"+living, "")
	err := e.Activate(t.Context(), conn, switchTo(s), nil)
	if exitCode(err) != exitBusy || !strings.Contains(err.Error(), fmt.Sprint(os.Getpid())) {
		t.Errorf("while another runs: %v", err)
	}
	if conn.exists("run/current-system") {
		t.Error("activated all the same")
	}
	dry := switchTo(s)
	dry.Goal = engine.GoalDryActivate
	activate(t, e, conn, dry) // it changes nothing, so it need not wait

	if err := os.Rename(conn.path("run/activating/"+living), conn.path("run/activating/"+living+"1")); err != nil {
		t.Fatal(err)
	}
	conn.write(t, "run/activating/nonsense", "")
	sleeper := exec.Command("sleep", "60")
	if err := sleeper.Start(); err != nil {
		t.Fatal(err)
	}
	dead := name(sleeper.Process.Pid)
	sleeper.Process.Kill()
	// Not waited for yet: it is a zombie, which holds no lock either.
	conn.write(t, "run/activating/"+dead, "")
	waitZombie(t, sleeper.Process.Pid)
	activate(t, e, conn, switchTo(s))
	sleeper.Wait()
	checkTidy(t, conn)
}

// waitZombie waits until a killed child has died, without reaping it.
func waitZombie(t *testing.T, pid int) {
	t.Helper()
	for {
		b, err := os.ReadFile(fmt.Sprintf("/proc/%d/stat", pid))
		if err != nil || strings.Contains(string(b), ") Z ") {
			return
		}
	}
}

// Hosts differ in their tar and in their mv.
func TestOtherTools(t *testing.T) {
	bsdMv := `#!/bin/sh
case $1 in
-fT) echo "mv: illegal option -- T" >&2; exit 64 ;;
-fh) shift; exec %s -fT "$@" ;;
esac
exec %[1]s "$@"
`
	oldMv := `#!/bin/sh
case $1 in -fT | -fh) exit 64 ;; esac
exec %s "$@"
`
	for name, tool := range map[string]struct{ name, needs, script string }{
		"busybox tar": {"tar", "busybox", "#!/bin/sh\nexec %s tar \"$@\"\n"},
		"bsdtar":      {"tar", "bsdtar", "#!/bin/sh\nexec %s \"$@\"\n"},
		"busybox mv":  {"mv", "busybox", "#!/bin/sh\nexec %s mv \"$@\"\n"},
		"mv of a BSD": {"mv", "mv", bsdMv},
		"an old mv":   {"mv", "mv", oldMv},
		"shasum":      {"sha256sum", "shasum", ""},
	} {
		t.Run(name, func(t *testing.T) {
			real, err := exec.LookPath(tool.needs)
			if err != nil {
				t.Skipf("not run: %v", err)
			}
			e, first, second, _ := twoSystems(t, func(c *compose.Composition) { c.Scope.Options = c.Scope.Options[3:] })
			conn := newHost(t)
			dir := t.TempDir()
			if tool.script == "" {
				onlyTools(t, dir, tool.name)
				conn.env = []string{"PATH=" + dir}
			} else {
				if err := os.WriteFile(filepath.Join(dir, tool.name), fmt.Appendf(nil, tool.script, real), 0o755); err != nil {
					t.Fatal(err)
				}
				conn.env = []string{"PATH=" + dir + ":" + os.Getenv("PATH")}
			}
			for _, s := range []engine.System{first, second, first} {
				if err := e.Copy(t.Context(), conn, closureOf(t, e, s), nil); err != nil {
					t.Fatal(err)
				}
				activate(t, e, conn, switchTo(s))
				checkHost(t, conn)
				checkPlaces(t, conn)
				checkTidy(t, conn)
			}
		})
	}
}

// onlyTools fills a directory with all tools but one, and with what shasum
// needs.
func onlyTools(t *testing.T, dir, but string) {
	t.Helper()
	for _, tool := range append(tools, "perl", "shasum", "gzip", "sh") {
		real, err := exec.LookPath(tool)
		if tool == but || err != nil {
			continue
		}
		if err := os.Symlink(real, filepath.Join(dir, tool)); err != nil {
			t.Fatal(err)
		}
	}
}

// An ordinary user can be a host too.
func TestOrdinaryUser(t *testing.T) {
	if os.Getuid() != 0 {
		t.Skip("not run: the other tests run as an ordinary user already")
	}
	const nobody = 65534
	conn := newHost(t)
	root, err := os.MkdirTemp("", "assay-host-")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { os.RemoveAll(root) })
	conn.root = root
	conn.write(t, ".assay-sim-host", "")
	if err := os.Chown(root, nobody, nobody); err != nil {
		t.Fatal(err)
	}
	conn.run = func(p *exec.Cmd) error {
		p.SysProcAttr = &syscall.SysProcAttr{Credential: &syscall.Credential{Uid: nobody, Gid: nobody}}
		return p.Run()
	}
	if err := conn.Run(t.Context(), host.Command{Script: `cd "$ASSAY_ROOT"`}); err != nil {
		t.Skipf("not run: another user cannot enter %s: %v", root, err)
	}
	all := sampleFleet()
	e := testEngine(t, all)
	first := brought(t, e, conn, "cinnabar")
	activate(t, e, conn, switchTo(first))
	c := sample("cinnabar")
	c.Homes = nil
	all["cinnabar"] = c
	activate(t, e, conn, switchTo(brought(t, e, conn, "cinnabar")))
	checkHost(t, conn)
	checkPlaces(t, conn)
	if conn.exists("home/cameron/.bashrc") {
		t.Error("the home's files are still there")
	}
}
