package embedded

import (
	"errors"
	"os"
	"path"
	"slices"
	"strings"
	"testing"

	"assay/fleet/engine"
	"assay/fleet/host"
)

func switchTo(s engine.System) engine.Activation {
	return engine.Activation{Machine: s.Machine, Class: "nixos", System: s.Path, Goal: engine.GoalSwitch}
}

func activate(t testing.TB, e *Engine, conn host.Conn, a engine.Activation) []string {
	t.Helper()
	var log []string
	if err := e.Activate(t.Context(), conn, a, func(l string) { log = append(log, l) }); err != nil {
		t.Fatal(err)
	}
	return log
}

// A host is brought from nothing to one system, to another and back.
func TestDeploy(t *testing.T) {
	for name, words := range shells(t) {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			all := sampleFleet()
			e, conn := testEngine(t, all), newHost(t)
			conn.shell = words

			first := brought(t, e, conn, "cinnabar")
			log := activate(t, e, conn, switchTo(first))
			if !slices.Contains(log, "add /etc/motd") || !slices.Contains(log, "generation 1 is what boots next") {
				t.Errorf("log: %q", log)
			}
			if got := conn.read(t, "etc/motd") + conn.read(t, "home/cameron/.config/git/config"); got != "welcome\n[user]\n" {
				t.Errorf("files hold %q", got)
			}
			checkHost(t, conn)
			for _, l := range []string{"run/current-system", "run/booted-system", "nix/var/nix/profiles/system-1-link"} {
				if conn.link(l) != path.Base(first.Path) {
					t.Errorf("%s -> %s", l, conn.link(l))
				}
			}
			record, err := e.Record(t.Context(), conn, first.Path)
			if err != nil {
				t.Fatal(err)
			}
			if want, _ := encodeRecord(first.Record); !equalRecord(t, record, want) {
				t.Error("the host's record is not the one that was evaluated")
			}

			c := sample("cinnabar")
			c.Scope.Options[0] = text("environment.etc.motd.text", "changed\n")
			c.Scope.Options[1] = text(`environment.etc.new.text`, "new\n")
			all["cinnabar"] = c
			second := brought(t, e, conn, "cinnabar")
			dry := switchTo(second)
			dry.Goal = engine.GoalDryActivate
			dry.Expect = first.Path
			want := []string{"would change /etc/motd", "would add /etc/new", "would remove /etc/ssh/banner",
				"would run " + path.Base(second.Path)}
			if log := activate(t, e, conn, dry); !slices.Equal(log, want) {
				t.Errorf("dry-activate says %q, want %q", log, want)
			}
			if conn.link("run/current-system") != path.Base(first.Path) || conn.exists("etc/new") {
				t.Error("dry-activate changed something")
			}
			a := switchTo(second)
			a.Expect = first.Path
			activate(t, e, conn, a)
			if conn.read(t, "etc/motd") != "changed\n" || conn.read(t, "etc/new") != "new\n" || conn.exists("etc/ssh") {
				t.Error("the files are not those of the second system")
			}
			if conn.link("nix/var/nix/profiles/system") != "system-2-link" || conn.link("run/booted-system") != path.Base(first.Path) {
				t.Error("profile or booted system is wrong")
			}

			if err := e.Activate(t.Context(), conn, a, nil); !errors.Is(err, engine.ErrMoved) {
				t.Errorf("activating from a system that does not run any more: %v", err)
			}
			a.Expect = second.Path
			activate(t, e, conn, a)
			if conn.exists("nix/var/nix/profiles/system-3-link") {
				t.Error("the same system got a second number")
			}

			back := switchTo(first)
			back.Generation, back.Expect = 1, second.Path
			activate(t, e, conn, back)
			if conn.link("nix/var/nix/profiles/system") != "system-1-link" || conn.read(t, "etc/ssh/banner") != "banner\n" || conn.exists("etc/new") {
				t.Error("the return to generation 1 is not whole")
			}
			back.Generation, back.Expect = 2, ""
			if err := e.Activate(t.Context(), conn, back, nil); err == nil || !strings.Contains(err.Error(), "generation 2 of the host is not") {
				t.Errorf("returning to a generation that is another system: %v", err)
			}
			checkHost(t, conn)
		})
	}
}

func TestGoals(t *testing.T) {
	e, conn := testEngine(t, sampleFleet()), newHost(t)
	a := switchTo(brought(t, e, conn, "cinnabar"))

	a.Goal = engine.GoalBoot
	activate(t, e, conn, a)
	if conn.exists("run/current-system") || conn.exists("etc") || conn.link("nix/var/nix/profiles/system-1-link") != path.Base(a.System) {
		t.Error("boot did something else than set the profile")
	}
	a.Class = "darwin"
	if err := e.Activate(t.Context(), conn, a, nil); !errors.Is(err, engine.ErrGoal) {
		t.Errorf("boot on darwin: %v", err)
	}
	a.Class, a.Goal = "nixos", engine.GoalBuild
	if err := e.Activate(t.Context(), conn, a, nil); !errors.Is(err, engine.ErrGoal) {
		t.Errorf("build: %v", err)
	}
	// The script itself refuses as well.
	var exit *host.ExitError
	err := conn.Run(t.Context(), host.Command{Script: preludeSh + runSh, Args: []string{a.System, "boot", "darwin", "", "0"}})
	if !errors.As(err, &exit) || exit.Code != exitGoal {
		t.Errorf("the script on darwin: %v", err)
	}

	other := newHost(t)
	a.Goal = engine.GoalTest
	brought(t, e, other, "cinnabar")
	activate(t, e, other, a)
	if other.link("run/current-system") != path.Base(a.System) || other.exists("nix/var/nix/profiles/system") {
		t.Error("test did not run the system, or it set the profile")
	}
}

// No script does anything where the marker file is not.
func TestRefusesOtherHosts(t *testing.T) {
	e, demo := testEngine(t, sampleFleet()), newHost(t)
	s, c := built(t, e, "cinnabar")
	brought(t, e, demo, "cinnabar")
	for name, spoil := range map[string]func(*shellConn){
		"no marker": func(c *shellConn) { os.Remove(c.path(".assay-sim-host")) },
		"no root":   func(c *shellConn) { c.env = []string{"ASSAY_ROOT="} },
		"relative":  func(c *shellConn) { c.env = []string{"ASSAY_ROOT=."} },
		"dots":      func(c *shellConn) { c.env = []string{"ASSAY_ROOT=" + c.root + "/x/.."} },
		"newline": func(c *shellConn) {
			c.root += "/a\nb"
			c.write(t, ".assay-sim-host", "")
		},
		"marker link": func(c *shellConn) {
			os.Remove(c.path(".assay-sim-host"))
			os.Symlink("/etc/passwd", c.path(".assay-sim-host"))
		},
	} {
		t.Run(name, func(t *testing.T) {
			conn := newHost(t)
			os.Mkdir(conn.path("x"), 0o755)
			spoil(conn)
			_, missing := e.Missing(t.Context(), conn, c)
			_, record := e.Record(t.Context(), conn, s.Path)
			for _, err := range []error{
				missing, record, e.Copy(t.Context(), conn, c.Objects, nil), e.Activate(t.Context(), conn, switchTo(s), nil),
			} {
				var exit *host.ExitError
				if !errors.As(err, &exit) || exit.Code != exitNotDemo {
					t.Errorf("not refused: %v", err)
				}
			}
			if conn.exists("nix") || conn.exists("run") {
				t.Error("something was written")
			}
		})
	}
}
