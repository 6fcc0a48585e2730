package syntax

import (
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
)

// langDir is the directory with the language tests of Nix itself
// (tests/functional/lang of its sources).
func langDir(t *testing.T) string {
	t.Helper()
	dir := os.Getenv("ASSAY_NIX_LANG")
	if dir == "" {
		t.Skip("not run: ASSAY_NIX_LANG names no directory with Nix's own language tests")
	}
	dir, err := filepath.Abs(dir)
	if err != nil {
		t.Fatal(err)
	}
	return dir
}

// langFiles are the tests of a kind; there are at least some.
func langFiles(t *testing.T, dir, kind string, some int) []string {
	t.Helper()
	files, err := filepath.Glob(filepath.Join(dir, kind+"-*.nix"))
	if err != nil || len(files) < some {
		t.Fatalf("%s: %d files of %s, %v", dir, len(files), kind, err)
	}
	return files
}

// TestLang parses what Nix parses and refuses what it refuses.
func TestLang(t *testing.T) {
	dir := langDir(t)
	okay := append(langFiles(t, dir, "parse-okay", 10), langFiles(t, dir, "eval-okay", 140)...)
	for _, name := range okay {
		if _, err := load(name, readLang(t, name)); err != nil {
			t.Errorf("refused: %v", err)
		}
	}
	fail := langFiles(t, dir, "parse-fail", 40)
	for _, name := range fail {
		if _, err := load(name, readLang(t, name)); err == nil {
			t.Errorf("%s: accepted", name)
		}
	}
	t.Logf("%d parse, %d are refused", len(okay), len(fail))
}

func readLang(t *testing.T, name string) []byte {
	t.Helper()
	src, err := os.ReadFile(name)
	if err != nil {
		t.Fatal(err)
	}
	return src
}

// TestLangReference compares the trees of these files with those of the newest
// Nix of the test bed.
func TestLangReference(t *testing.T) {
	dir := langDir(t)
	nix := newestNix(t)
	files := append(langFiles(t, dir, "parse-okay", 10), langFiles(t, dir, "eval-okay", 140)...)
	files = append(files, langFiles(t, dir, "eval-fail", 100)...)
	compareTree(t, nix, true, files)
	refused := 0
	for _, name := range langFiles(t, dir, "parse-fail", 40) {
		if v := reference(t, nix, []string{name}); v[0].err != "" {
			refused++
		} else {
			t.Errorf("%s: Nix accepts it", name)
		}
	}
	t.Logf("Nix refuses %d of parse-fail", refused)
}

// newestNix is the nix-instantiate of the newest version of the test bed (what
// script/nixes has made).
func newestNix(t *testing.T) string {
	t.Helper()
	cache, err := os.UserCacheDir()
	if err != nil {
		t.Skip("not run: " + err.Error())
	}
	found, _ := filepath.Glob(filepath.Join(cache, "assay", "nix", "[0-9]*", "bin", "nix-instantiate"))
	if len(found) == 0 {
		t.Skip("not run: script/nixes has made no newer Nix")
	}
	return slices.MaxFunc(found, func(a, b string) int { return strings.Compare(padded(a), padded(b)) })
}

// padded is the version in a path with its numbers as long as each other.
func padded(path string) string {
	var b strings.Builder
	for part := range strings.SplitSeq(filepath.Base(filepath.Dir(filepath.Dir(path))), ".") {
		b.WriteString(strings.Repeat("0", max(0, 8-len(part))) + part)
	}
	return b.String()
}
