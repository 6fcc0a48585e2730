package nix

import (
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"assay/fleet/engine/nix/miniature"
)

// plainOf makes n servers of the plain flake's: the same modules, other
// names.
func plainOf(b *testing.B, n int) (*bench, []string) {
	b.Helper()
	at := plainBench(b)
	at.opts.Class = func(string) string { return "nixos" }
	at.use(at.env)
	text, err := os.ReadFile(filepath.Join(at.dir, "flake.nix"))
	if err != nil {
		b.Fatal(err)
	}
	names := miniature.PlainMachines()[:7]
	var more strings.Builder
	for i := len(names); i < n; i++ {
		name := fmt.Sprintf("extra%d", i)
		names = append(names, name)
		fmt.Fprintf(&more, "        %s = server %q;\n", name, name)
		write(b, filepath.Join(at.dir, "machines", name+".nix"), "{ environment.etc.\"name\".text = \""+name+"\"; }\n")
	}
	const first = "      nixosConfigurations = {\n"
	if !strings.Contains(string(text), first) {
		b.Fatal("the plain flake has changed")
	}
	write(b, filepath.Join(at.dir, "flake.nix"), strings.Replace(string(text), first, first+more.String(), 1))
	at.commit(b)
	return at, names[:n]
}

// change makes the repository one that nobody has evaluated.
func (b *bench) change(t testing.TB, i int) {
	write(t, filepath.Join(b.dir, "common-revision.nix"), fmt.Sprintf("%d\n", i))
	b.commit(t)
}

func (b *bench) plainNix(t testing.TB, args ...string) {
	t.Helper()
	c := exec.Command(filepath.Join(b.bin, "nix"), args...)
	c.Env = append(os.Environ(), b.env...)
	if out, err := c.CombinedOutput(); err != nil {
		t.Fatalf("nix %v: %v\n%s", args, err, out)
	}
}

// BenchmarkEvaluate compares evaluating machines of the plain flake by an
// Engine, cold and known, with `nix eval` for one after the other and for all
// at once.
func BenchmarkEvaluate(b *testing.B) {
	for _, n := range []int{8, 40} {
		at, names := plainOf(b, n)
		round := 0
		b.Run(fmt.Sprintf("machines=%d/engine", n), func(b *testing.B) {
			for b.Loop() {
				b.StopTimer()
				round++
				at.change(b, round)
				b.StartTimer()
				at.evaluate(b.Context(), names...).all(b, n)
			}
		})
		b.Run(fmt.Sprintf("machines=%d/known", n), func(b *testing.B) {
			at.evaluate(b.Context(), names...).all(b, n)
			for b.Loop() {
				at.evaluate(b.Context(), names...).all(b, n)
			}
		})
		b.Run(fmt.Sprintf("machines=%d/one-by-one", n), func(b *testing.B) {
			for b.Loop() {
				b.StopTimer()
				round++
				at.change(b, round)
				b.StartTimer()
				for _, name := range names {
					at.plainNix(b, "eval", "--raw", "git+file://"+at.dir+"#nixosConfigurations."+name+".config.system.build.toplevel.drvPath")
				}
			}
		})
		b.Run(fmt.Sprintf("machines=%d/at-once", n), func(b *testing.B) {
			for b.Loop() {
				b.StopTimer()
				round++
				at.change(b, round)
				b.StartTimer()
				at.plainNix(b, "eval", "--json", "git+file://"+at.dir+"#nixosConfigurations", "--apply",
					"builtins.mapAttrs (_: c: c.config.system.build.toplevel.drvPath)")
			}
		})
	}
}
