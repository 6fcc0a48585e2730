package embedded

import (
	"errors"
	"io/fs"
	"os"
	"path"
	"path/filepath"
	"reflect"
	"strings"
	"testing"

	"assay/fleet"
	"assay/fleet/engine"
	"assay/fleet/fleetfile"
	"assay/modules"
	"assay/modules/compose"
)

// example is the example fleet at the top of the repository.
func example(t testing.TB) (f *fleet.Fleet, machine func(name string) (compose.Composition, error), files fs.FS) {
	t.Helper()
	root := filepath.Join("..", "..", "..")
	src, err := os.ReadFile(filepath.Join(root, fleetfile.Name))
	if err != nil {
		t.Fatal(err)
	}
	parsed, err := fleetfile.Parse(fleetfile.Name, src)
	if err != nil {
		t.Fatal(err)
	}
	f, files = parsed.Fleet, os.DirFS(root)
	tree, err := modules.Read(files, f.Sources.Modules)
	if err != nil {
		t.Fatal(err)
	}
	return f, func(name string) (compose.Composition, error) {
		m := f.Machine(name)
		if m == nil {
			return compose.Composition{}, errors.New("no such machine")
		}
		return compose.Compose(tree, compose.Request{Fleet: f, Machine: m}), nil
	}, files
}

// exampleEngine works on the example fleet.
func exampleEngine(t testing.TB) (*fleet.Fleet, *Engine) {
	f, machine, files := example(t)
	return f, New(Options{
		Store:    filepath.Join(t.TempDir(), "store"),
		Compose:  machine,
		ReadFile: func(p string) ([]byte, error) { return fs.ReadFile(files, p) },
	})
}

// Every machine of the example fleet can be realised, twice to the same
// paths, and machines share objects.
func TestExampleFleet(t *testing.T) {
	f, e := exampleEngine(t)
	_, again := exampleEngine(t)
	users := make(map[string]int) // machines by object
	for _, m := range f.Machines {
		s, c := built(t, e, m.Name)
		s2, c2 := built(t, again, m.Name)
		if !reflect.DeepEqual(s, s2) || !reflect.DeepEqual(c, c2) {
			t.Errorf("%s: %s the first time, %s the second", m.Name, s.Path, s2.Path)
		}
		if !strings.HasSuffix(s.Path, "-"+string(m.Class)+"-system-"+m.Name) {
			t.Errorf("%s has the path %s", m.Name, s.Path)
		}
		r := s.Record
		if len(r.Files) == 0 || len(r.Options) == 0 || len(r.Packages) == 0 || len(r.LeftOut) == 0 {
			t.Errorf("%s: %d files, %d options, %d packages, %d left out", m.Name, len(r.Files), len(r.Options), len(r.Packages), len(r.LeftOut))
		}
		checkCounted(t, r)
		t.Logf("%s: %d objects, %d bytes, %d aspects, %d options, %d files, %d packages, %d left out", path.Base(s.Path),
			len(c.Objects), engine.Size(c.Objects), len(r.Aspects), len(r.Options), len(r.Files), len(r.Packages), len(r.LeftOut))
		for _, o := range c.Objects {
			users[o.Path]++
		}
	}
	shared := 0
	for _, n := range users {
		if n > 1 {
			shared++
		}
	}
	if shared < 5 {
		t.Errorf("%d of %d objects are shared", shared, len(users))
	}
}

// checkCounted fails unless every option of a record is either realised or
// left out, and positions are nowhere.
func checkCounted(t *testing.T, r engine.Record) {
	t.Helper()
	left := make(map[string]bool)
	for _, l := range r.LeftOut {
		left[l.Scope+" "+l.What] = true
		if strings.Contains(l.Why, ".nix:") {
			t.Errorf("%s: %s: %s", r.Machine, l.What, l.Why)
		}
	}
	for _, o := range r.Options {
		realised := strings.HasPrefix(o.Path, "environment.etc.") || strings.HasPrefix(o.Path, "home.file.") ||
			strings.HasPrefix(o.Path, "xdg.configFile.") || strings.HasSuffix(o.Path, "ackages") || strings.HasSuffix(o.Path, ".shell")
		if !realised && !left[o.Scope+" "+o.Path] {
			t.Errorf("%s: %s is neither realised nor left out", r.Machine, o.Path)
		}
		if strings.Contains(o.Value, ".nix:") {
			t.Errorf("%s: %s holds a position: %s", r.Machine, o.Path, o.Value)
		}
	}
}

// Two hosts of the example fleet, one of each class, run what was built.
func TestExampleHosts(t *testing.T) {
	_, e := exampleEngine(t)
	for name, class := range map[string]string{"cinnabar": "nixos", "stibnite": "darwin"} {
		conn := newHost(t)
		s := brought(t, e, conn, name)
		a := switchTo(s)
		a.Class = class
		activate(t, e, conn, a)
		checkHost(t, conn)
		checkPlaces(t, conn)
		checkTidy(t, conn)
		for _, f := range s.Record.Files {
			if f.Binary {
				continue
			}
			place := strings.TrimPrefix(f.Path, "/")
			if user, ok := strings.CutPrefix(place, "~"); ok {
				user, rest, _ := strings.Cut(user, "/")
				place = homeDir(fleet.Class(class), user) + "/" + rest
			}
			if got := conn.read(t, place); got != f.Text {
				t.Errorf("%s: %s holds %q", name, place, got)
			}
		}
	}
}
