package clan

import (
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"assay/modules/symbolic"
)

// corpus are real repositories with the files that define their clan: as
// modules with an option clan or flake.clan, or below an attribute of a
// function's result.
var corpus = []struct {
	repo     string
	files    string // a glob; every file's config.clan, or config.flake.clan
	machines int
	targets  int
}{
	{"cameronraysmith+vanixiets", "modules/clan/*.nix modules/clan/inventory/*.nix modules/clan/inventory/services/*.nix modules/clan/inventory/services/users/*.nix modules/clan/services/*/*.nix", 10, 6},
	{"clan-lol+clan-infra", "machines/flake-module.nix", 8, 8},
	{"perstarkse+infra", "flake/parts/clan.nix", 5, 0},
	{"Mic92+dotfiles", "machines/inventory.nix", 0, 9},
	{"pinpox+nixos", "inventory.nix", 13, 0},
}

// TestCorpus reads real inventories. What they must contain is counted; the
// rest is compared with clan where it can evaluate them (TestCorpusAgainstClan).
func TestCorpus(t *testing.T) {
	dir := os.Getenv("ASSAY_CORPUS")
	if dir == "" {
		t.Skip("not run: ASSAY_CORPUS names no directory with checkouts")
	}
	for _, c := range corpus {
		t.Run(c.repo, func(t *testing.T) {
			root := filepath.Join(dir, c.repo)
			if _, err := os.Stat(root); err != nil {
				t.Skip("not run: " + c.repo + " is not in ASSAY_CORPUS")
			}
			v := readRepo(t, root, c.files)
			unknown, members := 0, 0
			for _, i := range v.Instances {
				for _, r := range i.Roles {
					members += len(r.Members)
					if r.Why != "" {
						unknown++
						t.Logf("%s/%s: %s", i.Name, r.Name, r.Why)
					}
				}
			}
			t.Logf("%d machines, %d addresses, %d instances, %d members, %d roles with unknown members, more: %q", len(v.Machines), len(v.Addresses()), len(v.Instances), members, unknown, v.More)
			for _, p := range v.Problems {
				t.Log(p.Error())
			}
			if c.machines > 0 && len(v.Machines) != c.machines || len(v.Addresses()) != c.targets {
				t.Errorf("%d machines with %d addresses, want %d with %d", len(v.Machines), len(v.Addresses()), c.machines, c.targets)
			}
			for _, a := range v.Addresses() {
				if a.At.Line == 0 {
					t.Errorf("the address of %s has no place", a.Machine)
				}
			}
		})
	}
}

func readRepo(t *testing.T, root, globs string) *Inventory {
	t.Helper()
	fsys := os.DirFS(root)
	ev := symbolic.New(tree{fsys}, symbolic.DefaultLimits)
	s := sourcesOf(t, fsys)
	if clanCore() != "" {
		s.Foreign = map[string]symbolic.Value{"": services(t)}
	}
	for _, glob := range strings.Fields(globs) {
		names, err := fs.Glob(fsys, glob)
		if err != nil {
			t.Fatal(err)
		}
		for _, name := range names {
			ev.Begin()
			for _, v := range clanOf(t, ev, name) {
				s.Definitions = append(s.Definitions, Definition{Value: v})
			}
		}
	}
	return Read(ev, s)
}

// TestCorpusAgainstClan compares with clan's own modules.
func TestCorpusAgainstClan(t *testing.T) {
	dir := os.Getenv("ASSAY_CORPUS")
	if dir == "" {
		t.Skip("not run: ASSAY_CORPUS names no directory with checkouts")
	}
	_, core, lib := reference(t)
	loader, err := filepath.Abs("testdata/nix/definitions.nix")
	if err != nil {
		t.Fatal(err)
	}
	for _, c := range corpus {
		t.Run(c.repo, func(t *testing.T) {
			root := filepath.Join(dir, c.repo)
			if _, err := os.Stat(root); err != nil {
				t.Skip("not run: " + c.repo + " is not in ASSAY_CORPUS")
			}
			files := ""
			for _, glob := range strings.Fields(c.files) {
				names, err := filepath.Glob(filepath.Join(root, glob))
				if err != nil {
					t.Fatal(err)
				}
				for _, name := range names {
					files += fmt.Sprintf(" (/. + %q)", name)
				}
			}
			said := askClan(t, root, fmt.Sprintf("import %s { clan = /. + %q; lib = /. + %q; files = [%s ]; }", loader, core, libOf(lib), files))
			n := compare(t, readRepo(t, root, c.files), said)
			t.Logf("%d facts agree, %d checks of clan", n, len(said.Checks))
			if n < 40 {
				t.Errorf("only %d facts are known, the comparison shows little", n)
			}
		})
	}
}

// clanOf finds the definitions of clan in a file: a module's, an argument of
// lib.clan, or an inventory alone.
func clanOf(t *testing.T, ev *symbolic.Evaluator, name string) []symbolic.Value {
	t.Helper()
	v := ev.Import(symbolic.Place{}, name)
	if f, ok := v.(*symbolic.Func); ok {
		var arg symbolic.Value = symbolic.FlakeModuleArgs(f.Place)
		if _, _, pattern := symbolic.Formals(f); !pattern {
			arg = &symbolic.Ref{Root: symbolic.Flake, Path: []string{"flake"}}
		}
		v = ev.Apply(f.Place, f, arg)
	}
	if c, ok := v.(*symbolic.Call); ok {
		return []symbolic.Value{c.Arg.Force()}
	}
	set, ok := v.(*symbolic.Attrs)
	if !ok {
		t.Fatalf("%s: %s", name, symbolic.Why(v))
	}
	if a := set.Attr("flake"); a != nil {
		if inner, ok := a.V.Force().(*symbolic.Attrs); ok && inner.Attr("clan") != nil {
			set = inner
		}
	}
	switch {
	case set.Attr("clan") != nil:
		return []symbolic.Value{set.Attr("clan").V.Force()}
	case set.Attr("instances") != nil:
		return []symbolic.Value{symbolic.NewAttrs(set.Place, map[string]symbolic.Value{"inventory": set})}
	}
	return nil
}
