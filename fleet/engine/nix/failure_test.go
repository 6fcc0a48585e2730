package nix

import (
	"context"
	"errors"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"testing"

	"assay/fleet/engine"
	"assay/fleet/engine/nix/nixlog"
)

func TestOneEvaluationErrorLosesNoOther(t *testing.T) {
	files, names := fleetOf(t, 8)
	files["hosts/m3"] = "{ mk, shared }: let\n  c = {\n    port = throw \"the port is taken\";\n  };\nin mk \"host\" c.port\n"
	files["hosts/m6"] = "{ mk, shared }: mk \"host\" (shared.nope)\n" // which tryEval does not catch
	b := newBench(t, files, Options{})
	a := b.evaluate(t.Context(), append(names, "m99")...)
	if len(a.systems) != 6 || a.calls != 9 {
		t.Fatalf("%d systems, errors %v", len(a.systems), a.errs)
	}
	for machine, want := range map[string]string{
		"m3":  "hosts/m3:3:",
		"m6":  "hosts/m6:1:",
		"m99": "the flake has no configuration named m99; hint: it has m1, m2, ",
	} {
		if err := a.errs[machine]; err == nil || !strings.HasPrefix(err.Error(), want) {
			t.Errorf("%s: got %v, want %s", machine, err, want)
		}
	}
	if e, ok := errors.AsType[*EvalError](a.errs["m3"]); !ok || !strings.Contains(e.Message, "the port is taken") {
		t.Errorf("m3: %v", a.errs["m3"])
	}
}

func TestErrorThatAllShareIsNotSoughtForever(t *testing.T) {
	files, names := fleetOf(t, 12)
	files["system.nix"] = "name: let\n  c = {\n    shared = throw \"broken for all\";\n  };\nin c.shared\n"
	b := newBench(t, files, Options{Processes: 1, Class: func(string) string { return "nixos" }})
	a := b.evaluate(t.Context(), names...)
	if len(a.errs) != 12 {
		t.Fatalf("%d errors", len(a.errs))
	}
	for m, err := range a.errs {
		if !strings.Contains(err.Error(), "system.nix:3:") || !strings.Contains(err.Error(), "broken for all") {
			t.Errorf("%s: %v", m, err)
		}
	}
	if n := b.runs("eval"); n > same+1 {
		t.Errorf("nix was started %d times", n)
	}
}

func TestSyntaxError(t *testing.T) {
	files, names := fleetOf(t, 2)
	files["flake.nix"] = "{\n  outputs = { self }: { ;\n}\n"
	a := newBench(t, files, Options{}).evaluate(t.Context(), names...)
	for _, m := range names {
		if err := a.errs[m]; err == nil || !strings.HasPrefix(err.Error(), "flake.nix:2:") {
			t.Errorf("%s: %v", m, err)
		}
	}
}

func TestFailedBuild(t *testing.T) {
	files, names := fleetOf(t, 4)
	files["hosts/m2"] = "{ mk, shared }: mk \"host-two\" ''\n  echo ${shared} first; echo second line; exit 3\n''\n"
	b := newBench(t, files, Options{})
	systems := b.evaluate(t.Context(), names...).all(t, 4)
	a := b.build(t.Context(), systems...)
	if len(a.closures) != 3 || a.calls != 4 {
		t.Fatalf("%d built, errors %v", len(a.closures), a.errs)
	}
	e, ok := errors.AsType[*BuildError](a.errs["m2"])
	if !ok || len(e.Failures) != 1 {
		t.Fatalf("got %#v", a.errs["m2"])
	}
	f := e.Failures[0]
	if f.Status != nixlog.Failed || !strings.HasSuffix(f.Derivation, "-host-two.drv") || len(f.Lines) == 0 || f.Lines[len(f.Lines)-1] != "second line" {
		t.Errorf("failure is %+v", f)
	}
	const failed = "host-two: builder failed with exit code 3: second line; hint: nix log "
	for store, want := range map[string]string{e.Store: failed + f.Derivation, "/my store": failed + "--store '/my store' " + f.Derivation} {
		if e.Store = store; e.Error() != want {
			t.Errorf("got %q, want %q", e, want)
		}
	}
}

// A Nix that gives up everything for the same reason is not asked again for
// every system.
func TestBuildsThatAllEndAlike(t *testing.T) {
	files, names := fleetOf(t, 8)
	b := newBench(t, files, Options{Class: func(string) string { return "nixos" }})
	systems := b.evaluate(t.Context(), names...).all(t, 8)
	nix := filepath.Join(b.bin, "nix")
	if err := os.Rename(nix, nix+".real"); err != nil {
		t.Fatal(err)
	}
	script := "#!/bin/sh\nif [ \"$1\" = build ]; then echo build >> '" + b.log + "'; echo 'error: No space left on device' >&2; exit 1; fi\nexec '" + nix + ".real' \"$@\"\n"
	if err := os.WriteFile(nix, []byte(script), 0o755); err != nil {
		t.Fatal(err)
	}
	a := b.build(t.Context(), systems...)
	if len(a.errs) != 8 || a.calls != 8 {
		t.Fatalf("%d errors, %d answers", len(a.errs), a.calls)
	}
	for m, err := range a.errs {
		if e, ok := errors.AsType[*BuildError](err); !ok || e.Machine != m || !strings.Contains(e.Said, "No space left on device") {
			t.Errorf("%s: %v", m, err)
		}
	}
	if n := b.runs("build"); n != 1+same {
		t.Errorf("nix was started %d times", n)
	}
}

func TestSavedPlanWithoutItsSystem(t *testing.T) {
	files, _ := fleetOf(t, 1)
	b := newBench(t, files, Options{})
	path := "/nix/store/00000000000000000000000000000000-nixos-system-m1"
	a := b.build(t.Context(), engine.System{Machine: "m1", Path: path})
	if err := a.errs["m1"]; err == nil || !strings.Contains(err.Error(), "no longer in the store") {
		t.Errorf("got %v", err)
	}
}

func TestImportFromDerivationIsRefused(t *testing.T) {
	files, names := fleetOf(t, 1)
	files["hosts/m1"] = "{ mk, shared }:\n  import (mk \"made\" \"echo 1 > $out\")\n"
	a := newBench(t, files, Options{}).evaluate(t.Context(), names...)
	e, ok := errors.AsType[*EvalError](a.errs["m1"])
	if !ok || e.File != "hosts/m1" || e.Line != 2 || !strings.Contains(e.Hint, "refused") {
		t.Errorf("got %+v", a.errs["m1"])
	}
}

// A plan builds, and then the run does for each machine: Nix is not asked again
// for what is held, until it is let go.
func TestWhatIsHeldIsNotAskedForAgain(t *testing.T) {
	files, names := fleetOf(t, 2)
	b := newBench(t, files, Options{})
	systems := b.evaluate(t.Context(), names...).all(t, 2)
	first := b.build(t.Context(), systems...)
	asked := b.runs("path-info")
	for _, s := range systems {
		again := b.build(t.Context(), s)
		if got, want := again.closures[s.Machine], first.closures[s.Machine]; got.System != s.Path || len(got.Objects) != len(want.Objects) || got.Record.System != want.Record.System {
			t.Errorf("%s: got %+v, want %+v; %v", s.Machine, got, want, again.errs)
		}
	}
	if n := b.runs("path-info"); asked == 0 || n != asked {
		t.Errorf("nix path-info was started %d times, then %d times", asked, n)
	}
	letGo := func() {
		t.Helper()
		if err := b.engine.Close(); err != nil {
			t.Fatal(err)
		}
		a := b.build(t.Context(), systems...)
		for m, c := range first.closures {
			if got := a.closures[m]; got.System != c.System || len(got.Objects) != len(c.Objects) {
				t.Errorf("%s: got %+v, want %+v; %v", m, got, c, a.errs)
			}
		}
	}
	if letGo(); b.runs("path-info") != asked {
		t.Errorf("what they need was known, and Nix asked for it %d times", b.runs("path-info"))
	}
	if err := b.engine.Close(); err != nil {
		t.Fatal(err)
	}
	c := exec.CommandContext(t.Context(), filepath.Join(b.bin, "nix-store"), "--delete", systems[0].Path)
	c.Env = append(os.Environ(), b.env...)
	if out, err := c.CombinedOutput(); err != nil {
		t.Fatalf("%v: %s", err, out)
	}
	if letGo(); b.runs("path-info") == asked {
		t.Error("a system that was built anew is taken for the one before")
	}
}

// What git does not track is told where it is the reason, and not where
// everything is tracked.
func TestFileThatIsNotThere(t *testing.T) {
	files, names := fleetOf(t, 1)
	files["hosts/m1"] = "{ mk, shared }: import ../more/new.nix\n"
	b := newBench(t, files, Options{})
	err := b.evaluate(t.Context(), names...).errs["m1"]
	if err == nil || !strings.Contains(err.Error(), "No such file") && !strings.Contains(err.Error(), "does not exist") || strings.Contains(err.Error(), "track") {
		t.Errorf("a file that nobody has: %v", err)
	}
	if files, err := b.engine.Untracked(t.Context()); err != nil || len(files) != 0 {
		t.Errorf("untracked: %q, %v", files, err)
	}
	write(t, filepath.Join(b.dir, "more/new.nix"), "1\n")
	a := b.evaluate(t.Context(), names...)
	if err := a.errs["m1"]; err == nil || !strings.Contains(err.Error(), "git does not track it, so Nix does not see it; git add more") {
		t.Errorf("a file that git does not track: %v", err)
	}
	if files, err := b.engine.Untracked(t.Context()); err != nil || len(files) != 1 || files[0] != "more/new.nix" || !a.said(engine.StepLog, "more/new.nix") {
		t.Errorf("untracked: %q, %v; steps %v", files, err, a.steps)
	}
}

// An input that cannot be had, in a flake that locks nothing.
func TestWithoutLock(t *testing.T) {
	files, names := fleetOf(t, 1)
	files["flake.nix"] = "{ inputs.other.url = \"git+file:///nonexistent/other\"; outputs = { self, other }: { nixosConfigurations.m1 = { }; }; }\n"
	a := newBench(t, files, Options{}).evaluate(t.Context(), names...)
	if err := a.errs["m1"]; err == nil || !strings.Contains(err.Error(), "there is no flake.lock; run nix flake lock") {
		t.Errorf("got %v", err)
	}
}

func TestWithoutGit(t *testing.T) {
	files, names := fleetOf(t, 1)
	b := newBench(t, files, Options{})
	if err := os.RemoveAll(filepath.Join(b.dir, ".git")); err != nil {
		t.Fatal(err)
	}
	a := b.evaluate(t.Context(), names...)
	if err := a.errs["m1"]; !errors.Is(err, ErrNoGit) || !strings.Contains(err.Error(), "hint: git init && git add ") {
		t.Errorf("got %v", err)
	}
}

func TestCancel(t *testing.T) {
	files, names := fleetOf(t, 2)
	long := strconv.Itoa(1e6 + os.Getpid()) // seconds; a number to know the process by
	files["hosts/m1"] = "{ mk, shared }: mk \"host\" ''\n  echo building; sleep " + long + "\n''\n"
	b := newBench(t, files, Options{})
	systems := b.evaluate(t.Context(), names...).all(t, 2)
	ctx, cancel := context.WithCancelCause(t.Context())
	enough := errors.New("enough")
	calls := 0
	b.engine.Build(ctx, systems, func(s engine.Step) {
		if s.Kind == engine.StepLog && s.Text == "building" {
			cancel(enough)
		}
	}, func(s engine.System, _ engine.Closure, err error) {
		calls++
		if s.Machine == "m1" && !errors.Is(err, enough) {
			t.Errorf("%s: %v", s.Machine, err)
		}
	})
	if calls != 2 {
		t.Errorf("%d answers", calls)
	}
	noProcessOf(t, filepath.Dir(b.log), "sleep\x00"+long, "sleep "+long)
	a := b.evaluate(ctx, names...)
	if a.calls != 2 || !errors.Is(a.errs["m2"], enough) {
		t.Errorf("evaluation after the end: %v", a.errs)
	}
}

// TestCancelEvaluation ends an evaluation that would never do so.
func TestCancelEvaluation(t *testing.T) {
	files, names := fleetOf(t, 3)
	files["hosts/m2"] = "{ mk, shared }: let count = n: if n < 0 then n else count (n + 1); in mk \"host\" (toString (count 0))\n"
	b := newBench(t, files, Options{Processes: 1})
	ctx, cancel := context.WithCancelCause(t.Context())
	enough := errors.New("enough")
	a := newAnswers()
	b.engine.Evaluate(ctx, names, func(s engine.Step) {
		if s.Kind == engine.StepEvaluate && s.What == "m2" {
			cancel(enough)
		}
	}, func(m string, s engine.System, err error) {
		a.calls++
		a.errs[m] = err
	})
	if a.calls != 3 || a.errs["m1"] != nil || !errors.Is(a.errs["m2"], enough) || !errors.Is(a.errs["m3"], enough) {
		t.Errorf("got %v", a.errs)
	}
	noProcessOf(t, b.dir)
}

// noProcessOf fails when a process has one of the words in its command line.
func noProcessOf(t *testing.T, words ...string) {
	t.Helper()
	dirs, err := filepath.Glob("/proc/[0-9]*")
	if err != nil || len(dirs) == 0 {
		t.Skip("not run: there is no /proc")
	}
	for _, dir := range dirs {
		line, _ := os.ReadFile(dir + "/cmdline")
		for _, word := range words {
			if strings.Contains(string(line), word) {
				t.Errorf("left: %q", line)
			}
		}
	}
}
