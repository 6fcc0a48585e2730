package nixlog

import (
	"bytes"
	"errors"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"assay/fleet/engine"
)

// expressions are builds whose builder is this computer's shell.
const expressions = `
let
  mk = name: deps: script: derivation {
    inherit name deps; system = builtins.currentSystem; builder = "/bin/sh"; args = [ "-c" script ]; PATH = "/usr/bin:/bin";
  };
in rec {
  fine = mk "fine-1.0" [ ] "echo working; echo > $out";
  broken = mk "broken-2.0" [ ] "i=0; while [ $i -lt 30 ]; do i=$((i+1)); echo line $i; done; exit 3";
  needs = mk "needs-3.0" [ broken fine ] "echo > $out";
  one = mk "one" [ ] "echo 1; sleep 0.1; echo > $out";
  two = mk "two" [ ] "echo 2; sleep 0.1; echo > $out";
  mistake = 1 + "${{}}";
}
`

// nix runs the installed Nix in a store of its own and follows it.
func nix(t *testing.T, args ...string) (*View, []engine.Step, error) {
	t.Helper()
	program, err := exec.LookPath("nix")
	if err != nil {
		t.Skip("not run: no nix")
	}
	dir := t.TempDir()
	t.Cleanup(func() { writable(dir) })
	file := filepath.Join(dir, "default.nix")
	if err := os.WriteFile(file, []byte(expressions), 0o600); err != nil {
		t.Fatal(err)
	}
	var steps []engine.Step
	v := NewView(nil, func(s engine.Step) { steps = append(steps, s) })
	f := v.Follow()
	cmd := exec.CommandContext(t.Context(), program, append(args, "--file", file, "--log-format", "internal-json")...)
	cmd.Stderr, cmd.Dir = f, dir
	cmd.Env = append(os.Environ(), "HOME="+dir, "NIX_REMOTE=", "NIX_USER_CONF_FILES=/dev/null", "NIX_CONF_DIR="+dir,
		"NIX_STORE_DIR="+dir+"/store", "NIX_STATE_DIR="+dir+"/var", "NIX_LOG_DIR="+dir+"/log",
		"NIX_CONFIG=experimental-features = nix-command\nbuild-users-group =\nsandbox = false\nsubstituters =\nfsync-metadata = false\nmax-jobs = 2")
	err = cmd.Run()
	if exit := (*exec.ExitError)(nil); err != nil && !errors.As(err, &exit) {
		t.Fatal(err)
	}
	if err := f.Close(); err != nil {
		t.Fatal(err)
	}
	t.Logf("tail: %q", f.Tail())
	return v, steps, err
}

// writable lets what Nix made be removed.
func writable(dir string) {
	_ = filepath.WalkDir(dir, func(path string, d os.DirEntry, err error) error {
		if err == nil && d.IsDir() {
			return os.Chmod(path, 0o700)
		}
		return nil
	})
}

func kinds(steps []engine.Step, kind engine.StepKind) (names []string) {
	for _, s := range steps {
		if s.Kind == kind && s.Phase == "" && !slices.Contains(names, s.What) {
			names = append(names, s.What)
		}
	}
	slices.Sort(names)
	return names
}

func TestNixBuilds(t *testing.T) {
	v, steps, err := nix(t, "build", "--no-link", "one", "two", "fine")
	if err != nil || len(v.Failures()) > 0 || len(v.EvalErrors()) > 0 {
		t.Fatal(err, v.Failures(), v.EvalErrors())
	}
	want := []string{"fine-1.0", "one", "two"}
	if got := kinds(steps, engine.StepBuild); !slices.Equal(got, want) {
		t.Errorf("builds %q", got)
	}
	if got := kinds(steps, engine.StepBuilt); !slices.Equal(got, want) {
		t.Errorf("built %q", got)
	}
	if !slices.ContainsFunc(steps, func(s engine.Step) bool {
		return s.Kind == engine.StepLog && s.What == "fine-1.0" && s.Text == "working"
	}) {
		t.Errorf("no log in %+v", steps)
	}
	if got := v.Totals(); got.Built != 3 || got.Running != 0 || got.Failed != 0 {
		t.Errorf("%+v", got)
	}
}

func TestNixFails(t *testing.T) {
	v, steps, err := nix(t, "build", "--no-link", "--keep-going", "needs")
	if err == nil {
		t.Fatal("it succeeded")
	}
	got := v.Failures()
	if len(got) != 2 || len(v.EvalErrors()) > 0 {
		t.Fatalf("%+v, %+v", got, v.EvalErrors())
	}
	if f := got[0]; f.Status != Failed || !strings.HasSuffix(f.Derivation, "-broken-2.0.drv") || !strings.Contains(f.Message, "exit code 3") ||
		len(f.Lines) != 20 || f.Lines[0] != "line 11" || f.Lines[19] != "line 30" {
		t.Errorf("%+v", f)
	}
	if f := got[1]; f.Status != Dependency || !strings.HasSuffix(f.Derivation, "-needs-3.0.drv") {
		t.Errorf("%+v", f)
	}
	if got := kinds(steps, engine.StepBuilt); !slices.Equal(got, []string{"fine-1.0"}) {
		t.Errorf("built %q", got)
	}
	if got := kinds(steps, engine.StepFailed); !slices.Equal(got, []string{"broken-2.0", "needs-3.0"}) {
		t.Errorf("failed %q", got)
	}
}

func TestNixFailsToEvaluate(t *testing.T) {
	v, _, err := nix(t, "build", "--no-link", "mistake")
	got := v.EvalErrors()
	if err == nil || len(got) != 1 || len(v.Failures()) > 0 {
		t.Fatal(err, got)
	}
	at := 1 + bytes.Count([]byte(expressions[:strings.Index(expressions, "mistake")]), []byte("\n"))
	if e := got[0]; filepath.Base(e.File) != "default.nix" || e.Line != at || e.Column == 0 || !strings.HasPrefix(e.Message, "cannot coerce a set to a string") {
		t.Errorf("%+v", e)
	}
}
