package cli

import (
	"bytes"
	"encoding/json"
	"errors"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"assay/fleet"
	"assay/fleet/engine/nix/miniature"
)

// locked is a copy of the example fleet that Nix can evaluate, in a repository
// with the inputs of the miniature world; composition is that of its overlay.
func locked(t *testing.T, composition string) string {
	t.Helper()
	for _, program := range []string{"nix", "git"} {
		if _, err := exec.LookPath(program); err != nil {
			t.Skip("not run: " + program + " is not installed")
		}
	}
	top := t.TempDir()
	t.Cleanup(func() {
		if err := miniature.Remove(filepath.Join(top, "nix")); err != nil {
			t.Error(err)
		}
	})
	env, err := miniature.Environment(filepath.Join(top, "nix"))
	if errors.Is(err, miniature.ErrNoShell) {
		t.Skip("not run: busybox is not installed")
	}
	world, err2 := miniature.Write(filepath.Join(top, "world"))
	if err := errors.Join(err, err2); err != nil {
		t.Fatal(err)
	}
	for _, v := range env {
		name, value, _ := strings.Cut(v, "=")
		t.Setenv(name, value)
	}
	dir := filepath.Join(top, "fleet")
	for _, part := range []string{"modules/aspects", "modules/packages"} {
		if err := os.CopyFS(filepath.Join(dir, part), os.DirFS(filepath.Join("../..", part))); err != nil {
			t.Fatal(err)
		}
	}
	for _, name := range []string{"flake.nix", "assay.nix", "fleet.toml"} {
		text, err := os.ReadFile(filepath.Join("../..", name))
		if err != nil {
			t.Fatal(err)
		}
		text = bytes.Replace(text, []byte(`composition = "merge"`), []byte(`composition = "`+composition+`"`), 1)
		if err := os.WriteFile(filepath.Join(dir, name), text, 0o644); err != nil {
			t.Fatal(err)
		}
	}
	for _, args := range [][]string{{"init", "-q"}, {"add", "--all"}} {
		if out, err := exec.CommandContext(t.Context(), "git", append([]string{"-C", dir}, args...)...).CombinedOutput(); err != nil {
			t.Fatalf("git %s: %v\n%s", args, err, out)
		}
	}
	if err := world.Lock(t.Context(), dir, os.Environ()); err != nil {
		t.Fatal(err)
	}
	if out, err := exec.CommandContext(t.Context(), "git", "-C", dir, "add", "--all").CombinedOutput(); err != nil {
		t.Fatalf("git add: %v\n%s", err, out)
	}
	return dir
}

// evaluatedJSON is of what `which --json --evaluate` says.
type evaluatedJSON struct {
	Packages []struct {
		Shadowed []struct{ Dead fleet.Truth }
	}
	Evaluated []struct {
		Layers []struct {
			Layer, At string
			Matters   fleet.Truth
			Without   struct{ Derivation, Version string }
		}
	}
	Problems []struct{ Text string }
}

// TestWhichEvaluated asks Nix about the example fleet, with both compositions.
func TestWhichEvaluated(t *testing.T) {
	for composition, ncdu := range map[string]struct {
		text    string
		matters fleet.Truth
	}{
		"merge":   {"layer hotfixes fleet.toml:84: dead, the package is the same without it", fleet.False},
		"compose": {"layer hotfixes fleet.toml:84: defines it; without that it is another one, 2.9.1", fleet.True},
	} {
		s := newShell(t)
		s.dir = locked(t, composition)
		s.here("which", "micromamba", "--on", "stibnite", "--evaluate").want(t, exitDone,
			"darwin-stable (pkgs.stable), layer 2 hotfixes  fleet.toml:57", "read      from fleet.toml, without Nix", "fmt 11 breaks the build",
			"since     2025-10-14", "remove    when unstable >= 2.3.3",
			"evaluated by Nix, on stibnite: 2.1.1", "the very package of darwin-stable", "layer hotfixes fleet.toml:57: defines it")
		s.here("which", "micromamba", "--on", "cinnabar", "--evaluate").want(t, exitDone,
			"linux-stable (pkgs.stable), layer 2 hotfixes  fleet.toml:57", "evaluated by Nix, on cinnabar: 2.1.1", "the very package of linux-stable")
		s.here("which", "ncdu", "--on", "stibnite", "--evaluate").want(t, exitDone, ncdu.text, "layer overrides")
		var told evaluatedJSON
		out := s.here("which", "ncdu", "--system", "aarch64-darwin", "--evaluate", "--json").want(t, exitDone).stdout
		if err := json.Unmarshal([]byte(out), &told); err != nil || len(told.Evaluated) != 1 || len(told.Problems) != 0 {
			t.Fatalf("%v\n%s", err, out)
		}
		if l := told.Evaluated[0].Layers; len(l) != 2 || l[0].Layer != "hotfixes" || l[0].Matters != ncdu.matters ||
			l[0].Without.Version != "2.9.1" || l[1].Without.Version != "2.8.2" || l[1].Without.Derivation == l[0].Without.Derivation {
			t.Errorf("%s: %+v", composition, l)
		}
		if read := told.Packages[0]; len(read.Shadowed) != 1 || read.Shadowed[0].Dead != ncdu.matters.Not() {
			t.Errorf("%s: %+v", composition, read.Shadowed)
		}
		if composition == "merge" {
			s.here("hotfixes", "--evaluate").want(t, exitDone, "Nix makes another derivation of it in unstable", "needed   duckdb", "unstable has ")
			hs := s.here("hotfixes", "--evaluate", "--json").want(t, exitDone).hotfixes(t)
			if dead, alive := hs["ncdu"].Rebuilds, hs["micromamba"].Rebuilds; dead == nil || *dead != 0 || alive == nil || *alive < len(hs["micromamba"].UsedBy) {
				t.Errorf("rebuilt are %+v", hs)
			}
			c := s.here("layers", "--system", "x86_64-linux", "--evaluate").want(t, exitDone, "evaluated: matters, 2.1.1", "fmt 11 breaks the build")
			if strings.Contains(c.stdout, "warning") {
				t.Error(c.stdout)
			}
			s.here("which", "hello", "--system", "riscv64-linux", "--evaluate").want(t, exitNothing, "no machine has the system riscv64-linux")
		}
	}
}
