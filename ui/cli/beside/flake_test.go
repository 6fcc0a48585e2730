package beside

import (
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"assay/fleet/engine/nix/miniature"
)

// plainFlake makes the directory a flake with n servers, which know of no
// assay, and returns their names.
func (at *bench) plainFlake(b *testing.B, n int) []string {
	b.Helper()
	world, err := miniature.Write(b.TempDir())
	if err != nil {
		b.Fatal(err)
	}
	if err := miniature.PlainFlake(at.dir, world); err != nil {
		b.Fatal(err)
	}
	names := miniature.PlainMachines()[:7] // the eighth is a Mac
	var more strings.Builder
	for i := len(names); i < n; i++ {
		name := fmt.Sprintf("extra%d", i)
		names = append(names, name)
		fmt.Fprintf(&more, "        %s = server %q;\n", name, name)
		at.write(b, "machines/"+name+".nix", "{ }\n")
	}
	text, err := os.ReadFile(filepath.Join(at.dir, "flake.nix"))
	if err != nil {
		b.Fatal(err)
	}
	const first = "      nixosConfigurations = {\n"
	if !strings.Contains(string(text), first) {
		b.Fatal("the plain flake has changed")
	}
	at.write(b, "flake.nix", strings.Replace(string(text), first, first+more.String(), 1))
	at.run(b, "git", "init", "--quiet")
	at.run(b, "git", "add", "--all")
	at.run(b, "nix", "flake", "lock")
	at.commit(b)
	names = names[:n]
	slices.Sort(names) // as Nix numbers the links to what it builds
	return names
}

// change makes every machine another one than it ever was.
func (at *bench) change(b *testing.B, names []string, what string) {
	b.Helper()
	for _, name := range names {
		at.write(b, "knobs/"+name+".nix", fmt.Sprintf("{ environment.etc.\"workshop/round.txt\".text = %q; }\n", what))
	}
	at.commit(b)
}

// installables are the machines' systems as nix build takes them.
func installables(names []string) []string {
	refs := make([]string, len(names))
	for i, name := range names {
		refs[i] = ".#nixosConfigurations." + name + ".config.system.build.toplevel"
	}
	return refs
}
