// Package endtoend has the program do an operator's job: the test binary is
// started again as assay, with Nix, ssh-agent, git and hosts as they are, on a
// flake that nobody prepared. What has become of a host is asked of the host
// itself, past assay. There are only tests.
package endtoend

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"flag"
	"os"
	"os/exec"
	"slices"
	"strings"
	"testing"
	"time"

	"assay/ui/cli"
)

// The exit codes of the program that the tests expect.
const (
	done     = 0
	failed   = 1
	nothing  = 3
	declined = 4
	identity = 5
)

// beAssay is the variable that makes this test binary the program.
const beAssay = "ASSAY_END_TO_END"

func TestMain(m *testing.M) {
	if os.Getenv(beAssay) != "" {
		os.Exit(cli.Main(os.Args[1:], cli.System(), nil))
	}
	// They wait for hosts and Nix more than they compute.
	if err := flag.Set("test.parallel", "4"); err != nil {
		panic(err)
	}
	code := m.Run()
	if err := remove(); err != nil {
		os.Stderr.WriteString(err.Error() + "\n")
		code = max(code, 1)
	}
	os.Exit(code)
}

// call is one run of the program.
type call struct {
	code           int
	stdout, stderr string
}

func (c call) String() string { return c.stdout + c.stderr }

// assay runs the program in the fleet's directory, as a user without a
// terminal.
func (f *fleet) assay(args ...string) call {
	f.t.Helper()
	ctx, cancel := context.WithTimeout(f.t.Context(), 3*time.Minute)
	defer cancel()
	cmd := f.command(ctx, args...)
	var out, errs bytes.Buffer
	cmd.Stdout, cmd.Stderr = &out, &errs
	began := time.Now()
	err := cmd.Run()
	f.t.Logf("assay %s: %.1fs", strings.Join(args, " "), time.Since(began).Seconds())
	c := call{0, out.String(), errs.String()}
	if exit, ok := errors.AsType[*exec.ExitError](err); ok && exit.Exited() {
		c.code = exit.ExitCode()
	} else if err != nil {
		c.code = -1
		f.t.Errorf("assay %s: %v\n%s", strings.Join(args, " "), err, c)
	}
	if f.hear != nil {
		f.hear(c)
	}
	return c
}

// command prepares a run of the program.
func (f *fleet) command(ctx context.Context, args ...string) *exec.Cmd {
	cmd := exec.CommandContext(ctx, os.Args[0], append([]string{"-C", f.dir}, args...)...)
	cmd.Env = append(slices.Clip(f.env), beAssay+"=1")
	return cmd
}

// want fails the test unless the call ended with the code, and says the texts.
func (c call) want(t testing.TB, code int, texts ...string) call {
	t.Helper()
	if c.code != code {
		t.Fatalf("exit %d, want %d\n%s", c.code, code, c)
	}
	for _, text := range texts {
		if !strings.Contains(c.String(), text) {
			t.Errorf("does not say %q:\n%s", text, c)
		}
	}
	return c
}

// says fails the test unless one line of the call begins with a state and the
// name of a machine, or the name alone, and has all the texts.
func (c call) says(t testing.TB, machine string, texts ...string) {
	t.Helper()
	said := ""
	for line := range strings.Lines(c.String()) {
		words := strings.Fields(line)
		if slices.Contains(words[:min(len(words), 3)], machine) { // states are two words at most
			said += line
		}
	}
	for _, text := range texts {
		if !strings.Contains(said, text) {
			t.Errorf("of %s it does not say %q:\n%s", machine, text, c)
		}
	}
}

// status is what the program says of the machines, by name.
func (f *fleet) status(code int, selector ...string) map[string]status {
	f.t.Helper()
	c := f.assay(append([]string{"status", "--json"}, selector...)...).want(f.t, code)
	var all struct{ Machines []status }
	if err := json.Unmarshal([]byte(c.stdout), &all); err != nil {
		f.t.Fatalf("%v\n%s", err, c)
	}
	named := map[string]status{}
	for _, s := range all.Machines {
		named[s.Name] = s
	}
	return named
}

// status is what the tests read of an entry of status --json.
type status struct {
	Name, State, Cause, Running, Booted, Profile, Wanted, Reboot, Revision string
	Generation                                                             int
	Units                                                                  struct{ Names []string }
	Guard                                                                  struct{ State, From, To string }
}

// results are the outcomes of the last run, by machine.
func (f *fleet) results() map[string]result {
	f.t.Helper()
	c := f.assay("runs", "last", "--json").want(f.t, done)
	var all struct {
		Runs []struct{ Results []result }
	}
	if err := json.Unmarshal([]byte(c.stdout), &all); err != nil || len(all.Runs) != 1 {
		f.t.Fatalf("%v\n%s", err, c)
	}
	named := map[string]result{}
	for _, r := range all.Runs[0].Results {
		named[r.Machine] = r
	}
	return named
}

// result is what the tests read of a host's result.
type result struct {
	Machine, Outcome, Reason, Hint, Current string
}
