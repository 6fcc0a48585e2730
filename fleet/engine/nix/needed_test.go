package nix

import (
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"assay/fleet"
	"assay/fleet/session"
)

// TestNeedingIsBuilt: where the system without a hotfix is built, Nix builds
// for the one with it as many derivations as are said to need the hotfix, and
// the package itself.
func TestNeedingIsBuilt(t *testing.T) {
	b := exampleBench(t)
	file := filepath.Join(b.dir, "fleet.toml")
	with, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	before, after, found := strings.Cut(string(with), "[[overlay.hotfix]]\npackage = \"goaccess\"")
	_, after, more := strings.Cut(after, "[[overlay.hotfix]]")
	if !found || !more {
		t.Fatal("the example has no hotfix of goaccess")
	}
	write(t, file, before+"[[overlay.hotfix]]"+after)
	b.build(t.Context(), b.evaluate(t.Context(), "electrum").all(t, 1)...).all(t, 1)
	write(t, file, string(with)+"# files differ from the commit, as before\n")
	systems := b.evaluate(t.Context(), "electrum").all(t, 1)
	todo, err := b.engine.Todo(t.Context(), systems)
	if err != nil {
		t.Fatal(err)
	}
	_, told := b.asked(t, session.PackageQuestion{Packages: []string{"goaccess"}, Machine: "electrum"})
	counts, err := b.engine.Needing(t.Context(), systems, []string{told[0].Derivation})
	if err != nil {
		t.Fatal(err)
	}
	if n := counts[told[0].Derivation]; n != len(todo.Build)-1 || n == 0 || !slices.Contains(todo.Build, "goaccess-1.9.3") {
		t.Errorf("%d need it, and Nix would build %q", n, todo.Build)
	}
}

// TestNeedingStopsAtSources: what is fetched is the same whatever fetches it.
func TestNeedingStopsAtSources(t *testing.T) {
	files := map[string]string{"flake.nix": `{
  outputs = { self }: let
    mk = more: derivation ({ system = "x86_64-linux"; builder = "/bin/sh"; } // more);
    tool = mk { name = "tool"; };
    source = mk { name = "source"; inherit tool; outputHashMode = "flat"; outputHashAlgo = "sha256"; outputHash = "` + strings.Repeat("0", 64) + `"; };
    through = mk { name = "through"; inherit source; };
    toplevel = mk { name = "system"; inherit through; direct = mk { name = "direct"; inherit tool; }; };
  in {
    nixosConfigurations.m1.config.system.build = { inherit toplevel; };
    nixosConfigurations.tool.config.system.build.toplevel = tool;
  };
}
`}
	for _, nix := range oldestAndNewest(t) {
		t.Run(nix.Version, func(t *testing.T) {
			b := newBenchOf(t, nix, files, Options{Class: func(string) string { return string(fleet.NixOS) }})
			systems := b.evaluate(t.Context(), "m1", "tool").all(t, 2)
			counts, err := b.engine.Needing(t.Context(), systems[:1], []string{systems[1].Derivation})
			if err != nil || counts[systems[1].Derivation] != 2 { // direct, and the system
				t.Errorf("%v, %v", counts, err)
			}
		})
	}
}

func FuzzReadOutputs(f *testing.F) {
	f.Add(`Derive([("out","/nix/store/x","",""),("dev","/nix/store/y","r:sha256","00")],[]`)
	f.Add(`Derive([("out","","r:sha256","")],`)
	f.Add(`Derive([],`)
	f.Add(`Derive([("out","`)
	f.Add(`DrvWithVersion("xp-dyn-drv",[`)
	f.Fuzz(func(t *testing.T, text string) {
		outputs, ok := readOutputs(text)
		if ok != (len(outputs) > 0) || ok && !strings.HasPrefix(text, `Derive([("`) {
			t.Errorf("%q: %q, %v", text, outputs, ok)
		}
	})
}
