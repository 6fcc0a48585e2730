package repo_test

import (
	"os"
	"path/filepath"
	"reflect"
	"slices"
	"testing"

	"assay/fleet/repo"
	"assay/modules/compose"
)

// TestInstalled: what installs packages is the same whether or not the other
// options are read.
func TestInstalled(t *testing.T) {
	dirs := []string{"../.."}
	if corpus := os.Getenv("ASSAY_CORPUS"); corpus != "" {
		found, err := filepath.Glob(filepath.Join(corpus, "*"))
		if err != nil {
			t.Fatal(err)
		}
		dirs = append(dirs, found...)
	}
	total := 0
	for _, dir := range dirs {
		r, err := repo.Open(dir)
		if err != nil {
			continue // no fleet
		}
		for _, m := range r.Fleet.Machines {
			whole, _ := r.Compose(m.Name)
			quick := r.Installed(m.Name)
			want, got := installs(whole), installs(quick)
			if total += len(got); !reflect.DeepEqual(want, got) {
				t.Errorf("%s in %s: %d packages of all options, %d of those that install\n%v\n%v", m.Name, dir, len(want), len(got), want, got)
			}
		}
	}
	if total < 100 {
		t.Errorf("only %d packages were compared", total)
	}
	if c := open(t).Installed("nobody"); c.Machine != "nobody" || len(c.Scope.Packages) != 0 {
		t.Errorf("a machine that is not there: %+v", c)
	}
}

// open opens the example fleet.
func open(t *testing.T) *repo.Repository {
	t.Helper()
	r, err := repo.Open("../..")
	if err != nil {
		t.Fatal(err)
	}
	return r
}

// installed is a package with whose scope has it.
type installed struct {
	user string
	compose.Package
}

func installs(c compose.Composition) []installed {
	var out []installed
	for _, s := range append([]compose.Scope{c.Scope}, c.Homes...) {
		for _, p := range slices.Concat(s.Packages, s.Named) {
			out = append(out, installed{s.User, p})
		}
	}
	return out
}
