package nix

import (
	"context"
	"fmt"
	"maps"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"assay/fleet/engine"
	"assay/fleet/engine/nix/runner"
	"assay/fleet/host/bed"
)

// bench is a flake in a git repository with a Nix of its own settings.
type bench struct {
	dir    string
	bin    string // with programs that note how they are called
	env    []string
	opts   Options
	engine *Engine
	log    string // one line for every nix that was started
}

// newBench writes files into a new repository and tracks them.
func newBench(t testing.TB, files map[string]string, opts Options) *bench {
	t.Helper()
	return newBenchOf(t, bed.Nixes(t)[0], files, opts)
}

// newBenchOf does so for one Nix.
func newBenchOf(t testing.TB, nix bed.Nix, files map[string]string, opts Options) *bench {
	t.Helper()
	if _, err := exec.LookPath("busybox"); err != nil {
		t.Skip("not run: busybox is not installed")
	}
	b := &bench{dir: filepath.Join(t.TempDir(), "fleet"), env: append(nix.Env(t), "GIT_CONFIG_GLOBAL=/dev/null")}
	write(t, filepath.Join(b.dir, ".gitignore"), "result\n")
	for name, text := range files {
		write(t, filepath.Join(b.dir, name), text)
	}
	b.git(t, "init", "--quiet")
	b.commit(t)
	b.log = filepath.Join(t.TempDir(), "log")
	opts.Dir = b.dir
	if opts.Cache == "" {
		opts.Cache = t.TempDir()
	}
	if opts.Roots == "" {
		opts.Roots = t.TempDir()
	}
	b.bin, b.opts = b.logged(t, nix.Bin), opts
	b.use(b.env)
	t.Cleanup(func() { b.engine.Close() })
	return b
}

// use makes a new engine with another environment.
func (b *bench) use(env []string) {
	b.env = env
	for _, v := range env {
		if root, ok := strings.CutPrefix(v, "NIX_REMOTE="); ok {
			b.opts.StoreRoot = root
		}
	}
	b.opts.Runner = runner.New(runner.Options{Env: env, Bin: b.bin})
	b.engine = New(b.opts)
}

// logged makes a directory with the programs of a Nix, of which nix notes how
// it was called.
func (b *bench) logged(t testing.TB, nix string) string {
	t.Helper()
	bin := t.TempDir()
	note := fmt.Sprintf("echo \"$1\" >> %q\n", b.log)
	for program, first := range map[string]string{"nix": note, "nix-store": "", "nix-env": ""} {
		script := fmt.Sprintf("#!/bin/sh\n%sexec %q \"$@\"\n", first, filepath.Join(nix, program))
		if err := os.WriteFile(filepath.Join(bin, program), []byte(script), 0o755); err != nil {
			t.Fatal(err)
		}
	}
	return bin
}

// runs returns how often nix was started with a subcommand.
func (b *bench) runs(subcommand string) int {
	text, _ := os.ReadFile(b.log)
	n := 0
	for line := range strings.Lines(string(text)) {
		if line == subcommand+"\n" {
			n++
		}
	}
	return n
}

func (b *bench) git(t testing.TB, args ...string) {
	t.Helper()
	c := exec.Command("git", append([]string{"-C", b.dir, "-c", "user.name=a", "-c", "user.email=a@example.org"}, args...)...)
	c.Env = append(os.Environ(), b.env...)
	if out, err := c.CombinedOutput(); err != nil {
		t.Fatalf("git %s: %v\n%s", args[0], err, out)
	}
}

func (b *bench) commit(t testing.TB) {
	t.Helper()
	b.git(t, "add", "--all")
	b.git(t, "commit", "--quiet", "--message", "fleet")
}

func write(t testing.TB, path, text string) {
	t.Helper()
	if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(path, []byte(text), 0o644); err != nil {
		t.Fatal(err)
	}
}

// answers is what Evaluate or Build said.
type answers struct {
	systems  map[string]engine.System
	closures map[string]engine.Closure
	errs     map[string]error
	steps    []engine.Step
	calls    int
}

func newAnswers() *answers {
	return &answers{systems: map[string]engine.System{}, closures: map[string]engine.Closure{}, errs: map[string]error{}}
}

func (a *answers) watch(s engine.Step) { a.steps = append(a.steps, s) }

func (a *answers) said(kind engine.StepKind, part string) bool {
	return slices.ContainsFunc(a.steps, func(s engine.Step) bool {
		return s.Kind == kind && strings.Contains(s.What+" "+s.Text, part)
	})
}

func (b *bench) evaluate(ctx context.Context, machines ...string) *answers {
	a := newAnswers()
	b.engine.Evaluate(ctx, machines, a.watch, func(m string, s engine.System, err error) {
		a.calls++
		if err != nil {
			a.errs[m] = err
		} else {
			a.systems[m] = s
		}
	})
	return a
}

func (b *bench) build(ctx context.Context, systems ...engine.System) *answers {
	a := newAnswers()
	b.engine.Build(ctx, systems, a.watch, func(s engine.System, c engine.Closure, err error) {
		a.calls++
		if err != nil {
			a.errs[s.Machine] = err
		} else {
			a.closures[s.Machine] = c
		}
	})
	return a
}

// all fails the test where a machine has no answer, or an error.
func (a *answers) all(t testing.TB, n int) []engine.System {
	t.Helper()
	for _, m := range slices.Sorted(maps.Keys(a.errs)) {
		t.Errorf("%s: %v", m, a.errs[m])
	}
	if a.calls != n || t.Failed() {
		t.Fatalf("%d answers, want %d without an error", a.calls, n)
	}
	var systems []engine.System
	for _, m := range slices.Sorted(maps.Keys(a.systems)) {
		systems = append(systems, a.systems[m])
	}
	return systems
}

// fleetOf is a flake of n machines m1, m2 ... that share a derivation, whose
// files are hosts/m1.nix and so on. What it builds is new in every test.
func fleetOf(t testing.TB, n int) (files map[string]string, names []string) {
	files = map[string]string{"flake.nix": `{
  outputs = { self }: {
    nixosConfigurations = builtins.mapAttrs (name: _: import ./system.nix name) (builtins.readDir ./hosts);
  };
}
`, "system.nix": fmt.Sprintf(`name: let
  mk = name: script: derivation { inherit name; system = "x86_64-linux"; builder = "/bin/sh"; args = [ "-euc" script ]; PATH = "/usr/bin:/bin"; };
  shared = mk "shared" "echo %s > $out";
  host = import (./hosts + "/${name}") { inherit mk shared; };
in { config.system.build.toplevel = mk "nixos-system-${name}" ''
  mkdir $out; ln -s ${shared} $out/shared; ln -s ${host} $out/host
''; }
`, filepath.Base(t.TempDir())+filepath.Base(filepath.Dir(t.TempDir())))}
	for i := range n {
		name := fmt.Sprintf("m%d", i+1)
		names = append(names, name)
		files["hosts/"+name] = fmt.Sprintf("{ mk, shared }: mk \"host\" ''\n  echo building %s\n  echo ${shared} %s > $out\n''\n", name, name)
	}
	return files, names
}

// oldestAndNewest are the Nix of PATH and the last one that is here.
func oldestAndNewest(t testing.TB) []bed.Nix {
	t.Helper()
	all := bed.Nixes(t)
	if len(all) > 2 {
		return []bed.Nix{all[0], all[len(all)-1]}
	}
	return all
}
