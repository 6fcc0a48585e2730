package repo_test

import (
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"syscall"
	"testing"

	"assay/fleet/fleetfile"
	"assay/fleet/repo"
)

// example is this repository: the example fleet.
const example = "../.."

func TestFind(t *testing.T) {
	deep := filepath.Join(t.TempDir(), "a", "b")
	if err := os.MkdirAll(deep, 0o755); err != nil {
		t.Fatal(err)
	}
	top := filepath.Dir(filepath.Dir(deep))
	if err := os.WriteFile(filepath.Join(top, "fleet.toml"), nil, 0o644); err != nil {
		t.Fatal(err)
	}
	found, err := repo.Find(deep)
	if err != nil || found != top {
		t.Errorf("found %q, %v; want %q", found, err, top)
	}
	if err := os.WriteFile(filepath.Join(filepath.Dir(deep), "flake.nix"), nil, 0o644); err != nil {
		t.Fatal(err)
	}
	if found, err := repo.Find(deep); err != nil || found != filepath.Dir(deep) {
		t.Errorf("found %q, %v: the nearest wins", found, err)
	}
}

func TestOpenRefuses(t *testing.T) {
	empty := t.TempDir()
	if _, err := repo.Open(empty); err == nil || !strings.Contains(err.Error(), "fleet.toml") {
		t.Errorf("an empty directory: %v", err)
	}
	if _, err := repo.Open(filepath.Join(empty, "none")); !errors.Is(err, fs.ErrNotExist) {
		t.Errorf("no directory: %v", err)
	}
	wrong := t.TempDir()
	if err := os.WriteFile(filepath.Join(wrong, "fleet.toml"), []byte("[fleet]\nnam = \"x\"\n"), 0o644); err != nil {
		t.Fatal(err)
	}
	_, err := repo.Open(wrong)
	if faults, ok := errors.AsType[fleetfile.Errors](err); !ok || faults[0].At.Line == 0 {
		t.Errorf("a wrong key: %v", err)
	}
	pipe := t.TempDir()
	if err := syscall.Mkfifo(filepath.Join(pipe, "fleet.toml"), 0o644); err != nil {
		t.Fatal(err)
	}
	if _, err := repo.Open(pipe); err == nil || !strings.Contains(err.Error(), "regular") {
		t.Errorf("a pipe: %v", err)
	}
}

func TestExample(t *testing.T) {
	r, err := repo.Open(example)
	if err != nil {
		t.Fatal(err)
	}
	for _, m := range r.Fleet.Machines {
		if _, err := r.Compose(m.Name); err != nil {
			t.Error(err)
		}
	}
	if _, err := r.Compose("cinabar"); err == nil || !strings.Contains(err.Error(), `"cinnabar"`) {
		t.Errorf("a misspelt machine: %v", err)
	}
	if _, err := r.ReadFile("../outside"); err == nil {
		t.Error("read a file outside of the fleet")
	}
	base, err := r.ComposeOnly("cinnabar", []string{"base"})
	if err != nil || len(base.Scope.Aspects) != 1 || len(base.Homes) != 0 {
		t.Errorf("base only: %d aspects, %d homes, %v", len(base.Scope.Aspects), len(base.Homes), err)
	}
}

// TestOpenWritesNothing looks at the whole directory before and after every
// reading of it.
func TestOpenWritesNothing(t *testing.T) {
	before := listing(t)
	r, err := repo.Open(example)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := r.Compose("stibnite"); err != nil {
		t.Error(err)
	}
	r.Problems()
	r.Stack()
	if after := listing(t); after != before {
		t.Errorf("the directory has changed:\n%s\nwas\n%s", after, before)
	}
}

// listing names what the reader could have touched, with times and sizes.
func listing(t *testing.T) string {
	t.Helper()
	var b strings.Builder
	for _, top := range []string{"fleet.toml", "modules/aspects", "modules/packages", "vars", "sops"} {
		err := filepath.WalkDir(filepath.Join(example, top), func(path string, d fs.DirEntry, err error) error {
			if errors.Is(err, fs.ErrNotExist) {
				return nil
			}
			if err != nil {
				return err
			}
			info, err := d.Info()
			if err == nil {
				b.WriteString(path + " " + info.ModTime().String() + " " + info.Mode().String() + "\n")
			}
			return err
		})
		if err != nil {
			t.Fatal(err)
		}
	}
	return b.String()
}
