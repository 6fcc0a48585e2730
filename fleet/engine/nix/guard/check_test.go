package guard

import (
	"context"
	"errors"
	"os/exec"
	"strings"
	"testing"
	"time"

	"assay/fleet/engine"
	"assay/fleet/host"
)

// refusing is a connection that must not be used.
type refusing struct{ err error }

func (c refusing) Run(context.Context, host.Command) error { return c.err }
func (c refusing) Close() error                            { return nil }

const somePath = "/nix/store/00000000000000000000000000000000-nixos-system-a-25.11"

func TestCheck(t *testing.T) {
	good := engine.Activation{Machine: "a", Class: "nixos", System: somePath, Goal: engine.GoalSwitch, ID: "r-1"}
	for name, spoil := range map[string]func(*engine.Activation){
		"no path":      func(a *engine.Activation) { a.System = "" },
		"elsewhere":    func(a *engine.Activation) { a.System = "/tmp/x" },
		"below":        func(a *engine.Activation) { a.System = somePath + "/bin" },
		"shell":        func(a *engine.Activation) { a.System = somePath + "$(reboot)" },
		"expect":       func(a *engine.Activation) { a.Expect = "x" },
		"class":        func(a *engine.Activation) { a.Class = "windows" },
		"goal":         func(a *engine.Activation) { a.Goal = engine.GoalBuild },
		"boot on mac":  func(a *engine.Activation) { a.Class, a.Goal = "darwin", engine.GoalBoot },
		"no id":        func(a *engine.Activation) { a.ID = "" },
		"id is option": func(a *engine.Activation) { a.ID = "-rf" },
		"id is path":   func(a *engine.Activation) { a.ID = "../x" },
		"generation":   func(a *engine.Activation) { a.Generation = -1 },
	} {
		a := good
		spoil(&a)
		used := errors.New("the host was asked")
		if err := (Guard{}).Activate(t.Context(), refusing{used}, a, nil); err == nil || errors.Is(err, used) {
			t.Errorf("%s: %v", name, err)
		}
	}
}

func TestWait(t *testing.T) {
	for given, want := range map[time.Duration]time.Duration{
		0: Default, time.Millisecond: time.Second, 90 * time.Second: 90 * time.Second, 1000 * time.Hour: time.Hour, -1: time.Second,
	} {
		if got := wait(engine.Activation{Guard: given}); got != want {
			t.Errorf("%v: %v, want %v", given, got, want)
		}
	}
}

func TestMeanings(t *testing.T) {
	a := engine.Activation{Machine: "a", Class: "nixos", System: somePath, Goal: engine.GoalSwitch, ID: "r-1"}
	for code, want := range meanings {
		err := (Guard{}).Activate(t.Context(), refusing{&host.ExitError{Machine: "a", Code: code, Stderr: "its own words"}}, a, nil)
		if _, exit := errors.AsType[*host.ExitError](err); !errors.Is(err, want) || !exit || !strings.HasSuffix(err.Error(), ": its own words") {
			t.Errorf("%d: %v", code, err)
		}
	}
	lost := &host.LostError{Machine: "a", Err: errors.New("reset")}
	if err := (Guard{}).Join(t.Context(), refusing{lost}, a, nil); !errors.Is(err, lost) {
		t.Errorf("%v", err)
	}
}

// TestShells has the script read by every shell that is there.
func TestShells(t *testing.T) {
	read := 0
	for _, shell := range [][]string{{"dash"}, {"bash", "--posix"}, {"busybox", "sh"}, {"sh"}} {
		if _, err := exec.LookPath(shell[0]); err != nil {
			continue
		}
		read++
		for _, script := range []string{tool(), aboutSh} {
			cmd := exec.Command(shell[0], append(shell[1:], "-n")...)
			cmd.Stdin = strings.NewReader(script)
			if out, err := cmd.CombinedOutput(); err != nil {
				t.Errorf("%s: %v\n%s", shell[0], err, out)
			}
		}
	}
	if read == 0 {
		t.Skip("not run: there is no shell")
	}
}
