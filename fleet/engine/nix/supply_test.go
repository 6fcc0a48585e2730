package nix

import (
	"errors"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"assay/fleet"
	"assay/fleet/engine/nix/miniature"
	"assay/fleet/host/bed"
	"assay/fleet/repo"
	"assay/fleet/session"
	"assay/overlay"
)

// supplyBench is a repository whose inputs are those of the miniature world,
// with a store of its own.
func supplyBench(t *testing.T, files map[string]string, inputs ...string) *bench {
	t.Helper()
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
	b := newBenchOf(t, bed.Nixes(t)[0], files, Options{Class: func(machine string) string {
		if slices.Contains([]string{"stibnite", "blackphos", "rosegold", "argentum"}, machine) {
			return "darwin"
		}
		return "nixos"
	}})
	b.use(append(b.env, env...))
	lock := exec.CommandContext(t.Context(), filepath.Join(b.bin, "nix"), append([]string{"flake", "lock"}, w.Overrides(inputs...)...)...)
	lock.Dir, lock.Env = b.dir, append(os.Environ(), b.env...)
	if out, err := lock.CombinedOutput(); err != nil {
		t.Fatalf("nix flake lock: %v\n%s", err, out)
	}
	b.commit(t)
	return b
}

// exampleBench is the example fleet, with texts of fleet.toml replaced.
func exampleBench(t *testing.T, replaced ...string) *bench {
	t.Helper()
	root := filepath.Join("..", "..", "..")
	files := map[string]string{}
	for _, name := range []string{"flake.nix", "assay.nix", "fleet.toml"} {
		text, err := os.ReadFile(filepath.Join(root, name))
		if err != nil {
			t.Fatal(err)
		}
		files[name] = string(text)
	}
	files["fleet.toml"] = strings.NewReplacer(replaced...).Replace(files["fleet.toml"])
	for _, dir := range []string{"modules/aspects", "modules/packages"} {
		err := filepath.WalkDir(filepath.Join(root, dir), func(path string, d os.DirEntry, err error) error {
			if err != nil || d.IsDir() {
				return err
			}
			text, err := os.ReadFile(path)
			rel, _ := filepath.Rel(root, path)
			files[rel] = string(text)
			return err
		})
		if err != nil {
			t.Fatal(err)
		}
	}
	return supplyBench(t, files)
}

// asked opens the flake and asks Nix about packages.
func (b *bench) asked(t *testing.T, q session.PackageQuestion) (*session.Session, []overlay.Evaluated) {
	t.Helper()
	r, err := repo.Open(b.dir)
	if err != nil {
		t.Fatal(err)
	}
	s := session.New(r, session.Options{Reach: &session.Reach{Engine: b.engine}})
	told, err := s.EvaluatePackages(t.Context(), q, nil)
	if err != nil {
		t.Fatal(err)
	}
	return s, told
}

func layerNames(e overlay.Evaluated) []string {
	var names []string
	for _, l := range e.Layers {
		name := l.Layer
		switch {
		case l.Matters == fleet.True:
			name += "+"
		case l.Matters == fleet.False:
			name += "-"
		}
		names = append(names, strings.Join(append([]string{name}, l.Through...), "<"))
	}
	return names
}

// TestSupplyOfExample asks about the example fleet, with both compositions.
func TestSupplyOfExample(t *testing.T) {
	for composition, ncdu := range map[string][]string{"merge": {"hotfixes-", "overrides+"}, "compose": {"hotfixes+", "overrides+"}} {
		b := exampleBench(t, `composition = "merge"`, `composition = "`+composition+`"`)
		packages := []string{"micromamba", "ncdu", "htop", "nuenv", "nowhere"}
		s, told := b.asked(t, session.PackageQuestion{Packages: packages, Machine: "stibnite", Layers: true})
		for i, want := range []struct {
			layers  []string
			version string
			same    []string
		}{
			{[]string{"hotfixes+"}, "2.1.1", []string{"darwin-stable"}},
			{ncdu, "", nil},
			{nil, "3.4.1", []string{"unstable", "darwin-stable", "patched"}},
			{[]string{"flake-inputs+"}, "", nil},
			{nil, "", nil},
		} {
			e := told[i]
			if got := layerNames(e); !slices.Equal(got, want.layers) {
				t.Errorf("%s: %s has layers %q, want %q: %+v", composition, e.Package, got, want.layers, e)
			}
			if want.version != "" && e.Version != want.version || !slices.Equal(e.Same(), want.same) && want.same != nil {
				t.Errorf("%s: %s is %s, the same in %q: %+v", composition, e.Package, e.Version, e.Same(), e)
			}
			answer := s.Repo.Stack().Which(e.Package, e.System)
			for _, p := range overlay.Compare(answer, e) {
				t.Errorf("%s: %v", composition, p)
			}
		}
		without := func(e overlay.Evaluated, layer int) string {
			return e.Layers[layer].Without.Version + e.Layers[layer].Without.Unknown
		}
		if got := without(told[0], 0); got != "2.3.2" || told[0].Layers[0].Without.Derivation != told[0].Channels[0].Derivation {
			t.Errorf("%s: micromamba without its hotfix is %s: %+v", composition, got, told[0].Layers[0].Without)
		}
		// Without the override the hotfix lives, also with merge.
		if got := without(told[1], 1); got != "2.8.2" || told[1].Layers[1].Without.Derivation != told[1].Channels[1].Derivation {
			t.Errorf("%s: ncdu without its override is %s: %+v", composition, got, told[1].Layers[1].Without)
		}
		if got := without(told[1], 0); got != "2.9.1" {
			t.Errorf("%s: ncdu without its hotfix is %s", composition, got)
		}
		if got := without(told[3], 0); got != "there is none" {
			t.Errorf("%s: nuenv without its input is %s", composition, got)
		}
		if e := told[4]; e.Derivation != "" || e.Unknown == "" {
			t.Errorf("%s: a package that there is not: %+v", composition, e)
		}
		b.use(b.env) // as the next assay would
		if b.asked(t, session.PackageQuestion{Packages: packages[:2], Machine: "stibnite", Layers: true}); b.runs("eval") != 1 {
			t.Errorf("nix eval ran %d times", b.runs("eval"))
		}
	}
}
