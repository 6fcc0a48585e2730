package care

import (
	"bytes"
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"assay/fleet"
	"assay/modules/syntax"
)

// defined are the names of a file's bindings, in its order.
func defined(f *syntax.File) []string {
	var names []string
	syntax.Inspect(f.Root, func(n syntax.Node) bool {
		switch b := n.(type) {
		case *syntax.Inherit:
			for i := range b.Names {
				names = append(names, b.Names[i].Name)
			}
		case *syntax.Assign:
			var path []string
			for i := range b.Path {
				path = append(path, b.Path[i].Name)
			}
			names = append(names, strings.Join(path, "."))
		}
		return true
	})
	return names
}

// TestPatchCorpus takes every name that real files inherit from a set out of
// them, and puts another one beside it: just that goes and comes, whatever the
// file looks like.
func TestPatchCorpus(t *testing.T) {
	corpus := os.Getenv("ASSAY_CORPUS")
	if corpus == "" {
		t.Skip("not run: ASSAY_CORPUS names no directory of repositories")
	}
	var made, refused int
	err := filepath.WalkDir(corpus, func(path string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() || filepath.Ext(path) != ".nix" {
			return err
		}
		src, err := os.ReadFile(path)
		if err != nil || len(src) > 64<<10 || !bytes.Contains(src, []byte("inherit (")) {
			return err
		}
		f, err := syntax.Parse(path, src)
		if err != nil {
			return nil
		}
		syntax.Inspect(f.Root, func(n syntax.Node) bool {
			b, ok := n.(*syntax.Inherit)
			if !ok || b.From == nil || strings.Contains(f.Text(b.From), "{") { // which has bindings too
				return true
			}
			for _, name := range b.Names {
				for _, put := range []bool{false, true} {
					if !name.Static() {
						continue
					}
					if patches(t, f, name, put) {
						made++
					} else {
						refused++
					}
				}
			}
			return true
		})
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	if t.Logf("%d patches, %d refused", made, refused); made < 200 {
		t.Error("the corpus shows too little")
	}
}

// patches reports whether a name is taken out of a file, or another one put
// beside it.
func patches(t *testing.T, f *syntax.File, name syntax.AttrName, put bool) bool {
	t.Helper()
	at := fleet.Pos{File: f.Name, Line: f.Position(name.Start).Line}
	want := slices.Sorted(slices.Values(defined(f)))
	var text []byte
	var err error
	if put {
		text, err = PutIn([]byte(f.Source), name.Name, at, fleet.Hotfix{Package: "a package", Reason: "r"})
		want = slices.Sorted(slices.Values(append(want, "a package")))
	} else {
		text, err = TakeOut([]byte(f.Source), name.Name, at)
		i := slices.Index(want, name.Name)
		want = slices.Delete(want, i, i+1)
	}
	if errors.Is(err, ErrByHand) {
		return false
	}
	now, parsed := syntax.Parse(f.Name, text)
	if err = errors.Join(err, parsed); err != nil {
		t.Fatalf("%s: %s: %v", at, name.Name, err)
	}
	if got := slices.Sorted(slices.Values(defined(now))); !slices.Equal(got, want) {
		t.Errorf("%s: %s, put %v: got %q, want %q", at, name.Name, put, got, want)
	}
	return true
}
