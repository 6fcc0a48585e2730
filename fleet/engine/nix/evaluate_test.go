package nix

import (
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"

	"assay/fleet/engine"
	"assay/fleet/host/bed"
)

func TestEvaluateAndBuild(t *testing.T) {
	files, names := fleetOf(t, 8)
	b := newBench(t, files, Options{})
	evaluated := b.evaluate(t.Context(), names...)
	systems := evaluated.all(t, 8)
	if !evaluated.said(engine.StepEvaluate, "m5") {
		t.Error("no step says that m5 is evaluated")
	}
	built := b.build(t.Context(), systems...)
	built.all(t, 8)
	if b.runs("build") != 1 {
		t.Errorf("%d builds, want one for all", b.runs("build"))
	}
	for _, s := range systems {
		c := built.closures[s.Machine]
		if n := len(c.Objects); n != 3 || c.System != s.Path || c.Objects[n-1].Path != s.Path || c.Objects[n-1].NarSize == 0 {
			t.Errorf("the closure of %s is %+v", s.Machine, c)
		}
		if !strings.HasSuffix(c.Objects[0].Path, "-shared") {
			t.Errorf("%s comes before what it refers to", c.Objects[0].Path)
		}
	}

	evaluations := b.runs("eval")
	again := b.evaluate(t.Context(), names...)
	again.all(t, 8)
	if b.runs("eval") != evaluations {
		t.Error("what is known was evaluated again")
	}
	b.build(t.Context(), systems...).all(t, 8)
	if b.runs("build") != 1 {
		t.Error("what is there was built again")
	}
}

// TestEveryNix does the same with every version that is here: a success, an
// error of the evaluation, and one of a build.
func TestEveryNix(t *testing.T) {
	for _, nix := range bed.Nixes(t) {
		t.Run(nix.Version, func(t *testing.T) {
			files, names := fleetOf(t, 4)
			files["hosts/m2"] = "{ mk, shared }: let\n  c = {\n    port = throw \"the port is taken\";\n  };\nin mk \"host\" c.port\n"
			files["hosts/m3"] = "{ mk, shared }: mk \"host-three\" ''\n  echo ${shared} first; echo second line; exit 3\n''\n"
			b := newBenchOf(t, nix, files, Options{})
			evaluated := b.evaluate(t.Context(), names...)
			if len(evaluated.systems) != 3 || len(evaluated.errs) != 1 {
				t.Fatalf("%d systems, errors %v", len(evaluated.systems), evaluated.errs)
			}
			if e, ok := errors.AsType[*EvalError](evaluated.errs["m2"]); !ok || e.File != "hosts/m2" || e.Line != 3 || !strings.Contains(e.Message, "the port is taken") {
				t.Errorf("m2: %v", evaluated.errs["m2"])
			}
			systems := []engine.System{evaluated.systems["m1"], evaluated.systems["m3"], evaluated.systems["m4"]}
			todo, err := b.engine.Todo(t.Context(), systems)
			if err != nil || todo.Unknown != "" || len(todo.Build) != 7 || !slices.Contains(todo.Build, "host-three") {
				t.Errorf("to do: %+v, %v", todo, err)
			}
			built := b.build(t.Context(), systems...)
			if len(built.closures) != 2 || len(built.closures["m1"].Objects) != 3 || built.closures["m1"].Record.Version == 0 {
				t.Errorf("built: %v, errors %v", built.closures, built.errs)
			}
			if e, ok := errors.AsType[*BuildError](built.errs["m3"]); !ok || len(e.Failures) != 1 || !strings.HasSuffix(e.Failures[0].Derivation, "-host-three.drv") ||
				len(e.Failures[0].Lines) != 2 || e.Failures[0].Lines[1] != "second line" {
				t.Errorf("m3: %v", built.errs["m3"])
			}
			if !built.said(engine.StepFailed, "host-three") {
				t.Errorf("no step says that host-three failed: %v", built.steps)
			}
			if todo, err := b.engine.Todo(t.Context(), systems[:1]); err != nil || len(todo.Build) != 0 {
				t.Errorf("left after the build: %+v, %v", todo, err)
			}
			if ok, why, err := b.engine.CanBuild(t.Context(), "x86_64-linux"); !ok || err != nil {
				t.Errorf("x86_64-linux: %q, %v", why, err)
			}
			if ok, why, err := b.engine.CanBuild(t.Context(), "aarch64-darwin"); ok || err != nil || !strings.HasPrefix(why, "no builder can do aarch64-darwin: ") {
				t.Errorf("aarch64-darwin: %q, %v", why, err)
			}
		})
	}
}

// TestPlatformThatNobodyBuilds: Nix gives up everything where a part of one
// system is for a platform that nobody builds for.
func TestPlatformThatNobodyBuilds(t *testing.T) {
	for _, toplevel := range []string{"aarch64-darwin", "x86_64-linux"} {
		files, names := fleetOf(t, 3)
		files["hosts/m2"] = "{ mk, shared }: derivation { name = \"host\"; system = \"aarch64-darwin\"; builder = \"/bin/sh\"; }\n"
		files["system.nix"] = strings.Replace(files["system.nix"], `system = "x86_64-linux"`,
			fmt.Sprintf(`system = if name == "nixos-system-m2" then %q else "x86_64-linux"`, toplevel), 1)
		b := newBench(t, files, Options{})
		a := b.build(t.Context(), b.evaluate(t.Context(), names...).all(t, 3)...)
		if err := a.errs["m2"]; len(a.closures) != 2 || err == nil || !strings.Contains(err.Error(), "aarch64-darwin") {
			t.Errorf("%s: %d closures, errors %v", toplevel, len(a.closures), a.errs)
		} else if toplevel == "aarch64-darwin" && !strings.HasPrefix(err.Error(), "no builder can do aarch64-darwin: Nix here does ") {
			t.Error(err)
		}
	}
}
