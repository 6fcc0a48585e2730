package beside

import (
	"fmt"
	"testing"

	"assay/fleet/engine"
	"assay/fleet/engine/nix"
	"assay/fleet/engine/nix/runner"
)

// BenchmarkEvaluate evaluates servers of the plain flake, in a commit that
// nobody has evaluated but for "known".
func BenchmarkEvaluate(b *testing.B) {
	for _, n := range []int{8, 40} {
		b.Run(fmt.Sprintf("machines=%d", n), func(b *testing.B) {
			at := newBench(b)
			names := at.plainFlake(b, n)
			e := nix.New(nix.Options{
				Dir: at.dir, Cache: b.TempDir(), Runner: runner.New(runner.Options{Env: at.env}),
				Class: func(string) string { return "nixos" },
			})
			evaluate := func() {
				e.Evaluate(b.Context(), names, nil, func(machine string, _ engine.System, err error) {
					if err != nil {
						b.Errorf("%s: %v", machine, err)
					}
				})
			}
			fresh := func(kind string) func(int) {
				return func(round int) { at.change(b, names, fmt.Sprint(kind, round)) }
			}
			flake := "git+file://" + at.dir + "#nixosConfigurations"
			compare(b, 3,
				contender{"engine", fresh("engine"), evaluate, nil},
				contender{"nix eval, all at once", fresh("once"), func() {
					at.run(b, "nix", "eval", "--json", flake, "--apply", "builtins.mapAttrs (_: c: c.config.system.build.toplevel.drvPath)")
				}, nil},
				contender{"nix eval, one by one", fresh("each"), func() {
					for _, name := range names {
						at.run(b, "nix", "eval", "--raw", flake+"."+name+".config.system.build.toplevel.drvPath")
					}
				}, nil},
				contender{"engine, known", func(int) { evaluate() }, evaluate, nil},
			)
		})
	}
}
