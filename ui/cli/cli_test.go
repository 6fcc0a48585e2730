package cli

import (
	"bytes"
	"encoding/json"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"assay/fleet/run/event"
)

// call is one run of the command line as a user without a terminal has it.
type call struct {
	code           int
	stdout, stderr string
}

// shell runs command lines that share a state directory, as one user's do.
type shell struct {
	t     *testing.T
	state string
	dir   string            // of the fleet, for commands outside of the demo
	vars  map[string]string // environment beside HOME and XDG_STATE_HOME

	input    string   // what is typed into a pipe
	terminal *os.File // where somebody sits, if anywhere
}

func newShell(t *testing.T) *shell {
	return &shell{t: t, state: t.TempDir(), dir: "../.."}
}

func (s *shell) run(args ...string) call {
	s.t.Helper()
	example, err := os.ReadFile("../../fleet.toml")
	if err != nil {
		s.t.Fatal(err)
	}
	var out, errs bytes.Buffer
	env := Env{
		Stdin: strings.NewReader(s.input), Stdout: &out, Stderr: &errs,
		Getenv: func(name string) string {
			if name == "XDG_STATE_HOME" || name == "HOME" {
				return s.state
			}
			return s.vars[name]
		},
	}
	if s.terminal != nil {
		env.Stdin, env.Stderr, env.Interactive = s.terminal, s.terminal, true
	}
	code := Main(args, env, example)
	return call{code, out.String(), errs.String()}
}

// here runs a command on the example fleet in this checkout.
func (s *shell) here(args ...string) call { return s.run(append([]string{"-C", s.dir}, args...)...) }

func (s *shell) demo(args ...string) call { return s.run(append([]string{"demo", "--"}, args...)...) }

// want fails the test unless the call ended with the code and printed the
// texts.
func (c call) want(t *testing.T, code int, texts ...string) call {
	t.Helper()
	if c.code != code {
		t.Fatalf("exit %d, want %d\n%s%s", c.code, code, c.stdout, c.stderr)
	}
	for _, text := range texts {
		if !strings.Contains(c.stdout+c.stderr, text) {
			t.Errorf("does not say %q:\n%s%s", text, c.stdout, c.stderr)
		}
	}
	return c
}

// decode reads the call's standard output as one JSON value.
func decode[T any](t *testing.T, c call) T {
	t.Helper()
	var v T
	if err := json.Unmarshal([]byte(c.stdout), &v); err != nil {
		t.Fatalf("not JSON: %v\n%s", err, c.stdout)
	}
	return v
}

func events(t *testing.T, c call) []event.Event {
	t.Helper()
	var out []event.Event
	for line := range strings.Lines(c.stdout) {
		e, err := event.Decode([]byte(line))
		if err != nil {
			t.Fatalf("not an event: %v\n%s", err, line)
		}
		out = append(out, e)
	}
	return out
}

type statuses struct {
	Machines []statusJSON `json:"machines"`
}

func (s statuses) named(t *testing.T, name string) statusJSON {
	t.Helper()
	i := slices.IndexFunc(s.Machines, func(m statusJSON) bool { return m.Name == name })
	if i < 0 {
		t.Fatalf("no %s in %v", name, s.Machines)
	}
	return s.Machines[i]
}

// TestUpdateAndBack is the product's main job on one host.
func TestUpdateAndBack(t *testing.T) {
	s := newShell(t)
	before := decode[statuses](t, s.demo("status", "cinnabar", "--json").want(t, exitDone)).named(t, "cinnabar")
	if before.State != "behind" || before.Generation != 1 || before.Running == "" {
		t.Fatalf("a new host: %+v", before)
	}
	s.demo("plan", "cinnabar").want(t, exitDone, "services.openssh", "fleet.toml:", "modules/aspects/")
	s.demo("update", "cinnabar", "--yes").want(t, exitDone, "updated")

	after := decode[statuses](t, s.demo("status", "cinnabar", "--json").want(t, exitDone)).named(t, "cinnabar")
	if after.State != "current" || after.Running != before.Wanted || after.Profile != before.Wanted || after.Generation != 2 {
		t.Fatalf("after the update: %+v", after)
	}
	s.demo("update", "cinnabar", "--yes").want(t, exitDone, "unchanged: cinnabar", "nothing to do")
	if c := s.demo("update", "cinnabar", "--yes", "--json").want(t, exitDone); c.stdout != "" || !strings.Contains(c.stderr, "nothing to do; no run was begun") {
		t.Errorf("nothing to do, with --json: %q, %q", c.stdout, c.stderr)
	}

	s.demo("rollback", "cinnabar", "--yes").want(t, exitDone, "restored to generation 1, runs ", "done: 1 restored\n")
	back := decode[statuses](t, s.demo("status", "cinnabar", "--json").want(t, exitDone)).named(t, "cinnabar")
	if back.Running != before.Running || back.Profile != before.Running || back.Generation != 1 {
		t.Fatalf("after the rollback: %+v, it ran %s", back, before.Running)
	}

	runs := decode[struct {
		Runs []runJSON `json:"runs"`
	}](t, s.demo("runs", "--json").want(t, exitDone)).Runs
	if len(runs) != 2 || runs[0].Kind != "rollback" || runs[1].Kind != "update" {
		t.Fatalf("runs: %+v", runs)
	}
	s.demo("runs").want(t, exitDone, runs[0].ID, runs[1].ID, "1 restored", "1 updated")
	s.demo("logs", runs[0].ID, "cinnabar").want(t, exitDone, "restored to generation 1")
	s.demo("logs", runs[1].ID, "cinnabar").want(t, exitDone, "activating", "updated")
}

// TestUpdateClass updates the NixOS hosts, of which one says nothing.
func TestUpdateClass(t *testing.T) {
	s := newShell(t)
	first := s.demo("update", "@nixos", "--yes", "--json").want(t, exitFailed)
	outcomes := map[string]event.HostResult{}
	for _, e := range events(t, first) {
		if r, ok := e.Body.(event.HostResult); ok {
			outcomes[r.Machine] = r
		}
	}
	want := map[string]event.Outcome{
		"cinnabar": event.Updated, "electrum": event.Updated, "galena": event.Updated, "scheelite": event.Unreachable,
	}
	for machine, outcome := range want {
		if outcomes[machine].Outcome != outcome {
			t.Errorf("%s: %+v, want %s", machine, outcomes[machine], outcome)
		}
	}
	if len(outcomes) != len(want) {
		t.Errorf("outcomes: %v", outcomes)
	}
	if reason := outcomes["scheelite"].Reason; !strings.Contains(reason, "handshake deadline") {
		t.Errorf("scheelite is unreachable because of %q", reason)
	}
	s.demo("update", "@nixos and not scheelite", "--yes").want(t, exitDone, "nothing to do")
	s.demo("status", "@failed").want(t, exitFailed, "scheelite", "handshake deadline")
}

func TestPlanIsAppliedExactly(t *testing.T) {
	s := newShell(t)
	file := t.TempDir() + "/plan.json"
	s.demo("plan", "galena,electrum", "--out", file).want(t, exitDone)
	s.demo("rollback", "galena", "--to", "1", "--yes").want(t, exitDone, "restored to generation 1")
	// galena moved since the plan was made: it is refused, electrum is not.
	s.demo("update", "--plan", file, "--yes").want(t, exitFailed, "refused", "updated")
	s.demo("update", "--plan", file, "galena").want(t, exitUsage, "--plan")
	s.demo("update", "--plan", file+".none", "--yes").want(t, exitUsage)
}

func TestGoals(t *testing.T) {
	s := newShell(t)
	s.demo("update", "stibnite", "--goal", "boot", "--yes").want(t, exitFailed, "boot")
	s.demo("plan", "cinnabar", "--goal", "build").want(t, exitDone, "hosts are not asked", "cinnabar  not asked  ->", "0 unreachable, 0 errors\n")
	s.demo("update", "cinnabar", "--goal", "dry-activate", "--yes").want(t, exitDone)
	st := decode[statuses](t, s.demo("status", "cinnabar", "--json").want(t, exitDone)).named(t, "cinnabar")
	if st.State != "behind" || st.Generation != 1 {
		t.Fatalf("dry-activate changed the host: %+v", st)
	}
	s.demo("update", "cinnabar", "--goal", "boot", "--yes").want(t, exitDone, "staged")
	st = decode[statuses](t, s.demo("status", "cinnabar", "--json").want(t, exitDone)).named(t, "cinnabar")
	if st.State != "staged" || st.Profile != st.Wanted || st.Running == st.Wanted {
		t.Fatalf("after boot: %+v", st)
	}
}

func TestExitCodes(t *testing.T) {
	s := newShell(t)
	for _, test := range []struct {
		args []string
		code int
		text string
	}{
		{[]string{"version"}, exitDone, "assay"},
		{[]string{"machines", "nosuchhost"}, exitNothing, "nosuchhost"},
		{[]string{"machines", "cinabar"}, exitNothing, "cinnabar"},
		{[]string{"machines", "cinnabar,galenna"}, exitNothing, "galena"},
		{[]string{"machines", "@all", "-@cloud"}, exitUsage, "after --"},
		{[]string{"machines", "--", "@all", "-@cloud"}, exitDone, "stibnite"},
		{[]string{"machines", "(cinnabar"}, exitUsage, ""},
		{[]string{"machines", "--nosuch"}, exitUsage, "--help"},
		{[]string{"machnies"}, exitUsage, "machines"},
		{[]string{"check", "this"}, exitUsage, "assay check --help"},
		{[]string{"which"}, exitUsage, "assay which --help"},
		{[]string{"which", "fish", "--on", "stibnite", "--system", "x86_64-linux"}, exitUsage, "--help"},
		{[]string{"update", "--plan", "file", "--goal", "boot"}, exitUsage, "--help"},
		{[]string{"version", "--color", "purple"}, exitUsage, "never"},
		{[]string{"demo", "--", "update", "cinnabar", "--parallel", "-1"}, exitUsage, "--parallel"},
		{[]string{"demo", "--", "demo"}, exitUsage, "inside"},
		{[]string{"demo", "--", "-C", "/", "machines"}, exitUsage, "-C"},
		{[]string{"which", "fish", "--on", "stibnit"}, exitNothing, "stibnite"},
		{[]string{"plan", "--goal", "boto"}, exitUsage, "dry-activate"},
		{[]string{"-C", "/nonexistent", "machines"}, exitUsage, "/nonexistent"},
		{[]string{"demo", "status"}, exitUsage, "--"},
		{[]string{"demo", "--engine", "lix"}, exitUsage, "embedded, nix"},
		{[]string{"demo", "--", "update", "cinnabar"}, exitDeclined, "--yes"},
		{[]string{"demo", "--", "exec", "cinnabar", "--", "id"}, exitUsage, "this computer"},
		{[]string{"demo", "--", "ssh", "cinnabar"}, exitUsage, "this computer"},
		{[]string{"demo", "--", "logs", "last"}, exitNothing, "no such run"},
		{[]string{"demo", "--", "runs"}, exitDone, "no runs yet"},
		{[]string{"demo", "--", "stauts"}, exitUsage, "assay demo -- status"},
		{[]string{"demo", "--hosts", "1"}, exitUsage, "2"},
		{[]string{"demo", "--hosts", "100000", "--", "version"}, exitUsage, "10000"},
		{[]string{"machines", ""}, exitUsage, "@all"},
		{[]string{"demo", "--", "update", "", "--yes"}, exitUsage, "@all"},
		{[]string{"layers", "--system", "foo"}, exitUsage, "x86_64-linux"},
		{[]string{"which", "fish", "--system", "foo"}, exitUsage, "x86_64-linux"},
	} {
		c := s.here(test.args...)
		if c.code != test.code || !strings.Contains(c.stdout+c.stderr, test.text) {
			t.Errorf("assay %s: exit %d, want %d with %q\n%s%s", strings.Join(test.args, " "), c.code, test.code, test.text, c.stdout, c.stderr)
		}
	}
}

// TestForeignKey: a host that does not prove the key that its machine is
// pinned to is named and never changed.
func TestForeignKey(t *testing.T) {
	s := newShell(t)
	s.demo("status", "electrum").want(t, exitDone)
	key := func(machine string) string {
		return filepath.Join(s.state, "assay/demo/8-hosts/fleet/vars/per-machine", machine, "openssh/ssh.id_ed25519.pub/value")
	}
	other, err := os.ReadFile(key("galena"))
	if err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(key("electrum"), other, 0o600); err != nil {
		t.Fatal(err)
	}
	s.demo("status", "electrum").want(t, exitIdentity, "not the one pinned for electrum")
	s.demo("update", "electrum", "--yes").want(t, exitIdentity, "unreachable")
	s.demo("status", "galena").want(t, exitDone)
}

// TestDemoSaysWhereItIs: at its first start, and when it is made anew. The
// fleet there is what the next command works on.
func TestDemoSaysWhereItIs(t *testing.T) {
	s := newShell(t)
	dir := filepath.Join(s.state, "assay", "demo", "8-hosts", "fleet")
	where := "the demo's fleet is in " + dir
	s.demo("check").want(t, exitDone, where)
	if c := s.demo("check").want(t, exitDone); strings.Contains(c.stderr, where) {
		t.Errorf("again: %s", c.stderr)
	}
	if err := os.WriteFile(filepath.Join(dir, "fleet.toml"), []byte("name =\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	s.demo("machines").want(t, exitUsage, "fleet.toml:1:", "--reset")
	s.run("demo", "--reset", "--", "machines").want(t, exitDone, where)
	s.run("demo", "status", "@nixos and not @web").want(t, exitUsage, "hint: assay demo -- status '@nixos and not @web'")
	s.run("demo", "update", "--yes").want(t, exitUsage, "assay demo -- update --yes")
}
