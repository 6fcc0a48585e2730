package nix

import (
	"errors"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"assay/fleet/engine/nix/miniature"
	"assay/fleet/host/bed"
)

// plainBench is a flake that nobody prepared, of eight systems with modules,
// with a store of its own.
func plainBench(t testing.TB) *bench {
	t.Helper()
	nix := bed.Nixes(t)[0]
	dir := t.TempDir()
	t.Cleanup(func() {
		if err := miniature.Remove(filepath.Join(dir, "nix")); err != nil {
			t.Error(err)
		}
	})
	env, err := miniature.Environment(filepath.Join(dir, "nix"))
	if errors.Is(err, miniature.ErrNoShell) {
		t.Skip("not run: busybox is not installed")
	}
	if err != nil {
		t.Fatal(err)
	}
	w, err := miniature.Write(filepath.Join(dir, "world"))
	if err != nil {
		t.Fatal(err)
	}
	b := newBenchOf(t, nix, nil, Options{})
	if err := miniature.PlainFlake(b.dir, w); err != nil {
		t.Fatal(err)
	}
	b.use(append(b.env, env...))
	b.git(t, "add", "--all")
	lock := exec.Command(filepath.Join(nix.Bin, "nix"), "flake", "lock", "git+file://"+b.dir)
	lock.Env = append(os.Environ(), b.env...)
	if out, err := lock.CombinedOutput(); err != nil {
		t.Fatalf("nix flake lock: %v\n%s", err, out)
	}
	b.commit(t)
	return b
}

func TestPlainFlake(t *testing.T) {
	b := plainBench(t)
	if err := miniature.Addresses(b.dir, map[string]string{"anvil": "root@192.0.2.1"}); err != nil {
		t.Fatal(err)
	}
	if _, err := miniature.Turn(b.dir, "drill", miniature.EvalError); err != nil {
		t.Fatal(err)
	}
	if _, err := miniature.Turn(b.dir, "gauge", miniature.BuildFails); err != nil {
		t.Fatal(err)
	}
	if _, err := miniature.Turn(b.dir, "hammer", "{\n  services.nonesuch.enable = true;\n}\n"); err != nil {
		t.Fatal(err)
	}
	b.commit(t)
	registry, err := b.engine.Registry(t.Context(), nil)
	if err != nil {
		t.Fatal(err)
	}
	var names []string
	for _, m := range registry.Machines {
		names = append(names, m.Name)
		if (m.Problem != "") != (m.Name == "hammer") || (m.Name == "anvil") != slices.Equal(m.Targets, []string{"root@192.0.2.1"}) ||
			m.Problem == "" && (m.Name == "lathe") != (m.Class == "darwin" && m.System == "aarch64-darwin") {
			t.Errorf("got %+v", m)
		}
	}
	if !slices.Equal(names, miniature.PlainMachines()) {
		t.Fatalf("machines are %v", names)
	}
	evaluated := b.evaluate(t.Context(), names...)
	e, ok := errors.AsType[*EvalError](evaluated.errs["drill"])
	if !ok || e.File != "knobs/drill.nix" || e.Line != miniature.EvalErrorLine || len(evaluated.systems) != 6 {
		t.Fatalf("drill: %v; %d systems; %v", evaluated.errs["drill"], len(evaluated.systems), evaluated.errs)
	}
	const unknown = "knobs/hammer.nix: The option `services.nonesuch' does not exist. Definition values: - In `knobs/hammer.nix'"
	if err := evaluated.errs["hammer"]; err == nil || err.Error() != unknown {
		t.Errorf("hammer: %v, want %s", err, unknown)
	}
	delete(evaluated.errs, "drill")
	delete(evaluated.errs, "hammer")
	built := b.build(t.Context(), evaluated.all(t, 8)...)
	if f, ok := errors.AsType[*BuildError](built.errs["gauge"]); !ok || len(f.Failures) == 0 ||
		!slices.Contains(f.Failures[0].Lines, "cracked: the mould leaks") || len(built.closures) != 5 {
		t.Fatalf("gauge: %v; %d built", built.errs["gauge"], len(built.closures))
	}
	r := built.closures["anvil"].Record
	if r.System != "x86_64-linux" || r.Machine != "anvil" || len(r.Packages) == 0 || len(r.Units) == 0 || len(r.Files) == 0 {
		t.Errorf("the record of anvil is %+v", r)
	}
	b.garbage(t, built, false)
	if err := b.engine.Close(); err != nil {
		t.Fatal(err)
	}
	b.garbage(t, built, true)
	if !strings.Contains(built.closures["lathe"].System, "darwin-system") {
		t.Errorf("lathe is %s", built.closures["lathe"].System)
	}
}

// garbage collects, and fails when that takes systems, or with gone leaves
// them.
func (b *bench) garbage(t *testing.T, built *answers, gone bool) {
	t.Helper()
	c := exec.Command(filepath.Join(b.bin, "nix-store"), "--gc")
	c.Env = append(os.Environ(), b.env...)
	if out, err := c.CombinedOutput(); err != nil {
		t.Fatalf("%v\n%s", err, out)
	}
	for machine, closure := range built.closures {
		invalid, err := b.engine.invalid(t.Context(), []string{closure.System})
		if err != nil || invalid[closure.System] != gone {
			t.Errorf("the garbage collector took %s: %v, want %v, %v", machine, !gone, gone, err)
		}
	}
}
