package syntax

import (
	"flag"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

var update = flag.Bool("update", false, "write the golden files of the tests")

// corpus returns the committed files by base name.
func corpus(tb testing.TB) map[string][]byte {
	tb.Helper()
	names, err := filepath.Glob("testdata/corpus/*.nix")
	if err != nil || len(names) < 30 {
		tb.Fatalf("testdata/corpus: %d files, %v", len(names), err)
	}
	files := make(map[string][]byte)
	for _, n := range names {
		src, err := os.ReadFile(n)
		if err != nil {
			tb.Fatal(err)
		}
		files[filepath.Base(n)] = src
	}
	return files
}

// load parses src and checks its scopes.
func load(name string, src []byte) (*File, error) {
	f, err := Parse(name, src)
	if err != nil {
		return nil, err
	}
	return f, CheckScope(f)
}

func TestCorpus(t *testing.T) {
	for name, src := range corpus(t) {
		f, err := load(name, src)
		if strings.HasPrefix(name, "refused-") {
			if err == nil {
				t.Errorf("%s: accepted", name)
			}
			continue
		}
		if err != nil {
			t.Error(err)
			continue
		}
		checkRanges(t, f)
		checkReprint(t, f)
	}
}

// TestEveryNode fails if the corpus stops using some part of the language.
func TestEveryNode(t *testing.T) {
	seen := make(map[string]bool)
	for name, src := range corpus(t) {
		if f, err := Parse(name, src); err == nil {
			Inspect(f.Root, func(n Node) bool {
				seen[strings.TrimPrefix(typeName(n), "*syntax.")] = true
				if b, ok := n.(*Binary); ok {
					seen[string(b.Op)] = true
				}
				return true
			})
		}
	}
	const all = "Ident Int Float String Path SearchPath URI List Attrs LegacyLet Let With Assert If Lambda Apply Select HasAttr " +
		"Unary Binary Paren Assign Inherit AttrName Pattern Formal Part ++ * / + - // < <= > >= == != && || -> |> <|"
	for _, n := range strings.Fields(all) {
		if !seen[n] {
			t.Errorf("no corpus file uses %s", n)
		}
	}
}

// TestErrorMessages compares the messages for the refused files, and for some more, with testdata/errors.golden.
func TestErrorMessages(t *testing.T) {
	files := corpus(t)
	more, err := os.ReadFile("testdata/errors.nix.txt")
	if err != nil {
		t.Fatal(err)
	}
	var b strings.Builder
	for _, name := range sortedKeys(files) {
		if strings.HasPrefix(name, "refused-") {
			_, err := load(name, files[name])
			b.WriteString(errorLine(t, err, name))
		}
	}
	for line := range strings.Lines(string(more)) {
		src := strings.ReplaceAll(strings.TrimSuffix(line, "\n"), `\n`, "\n")
		_, err := load("x.nix", []byte(src))
		b.WriteString("\n" + line + errorLine(t, err, line))
	}
	const golden = "testdata/errors.golden"
	if *update {
		if err := os.WriteFile(golden, []byte(b.String()), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	want, err := os.ReadFile(golden)
	if err != nil {
		t.Fatal(err)
	}
	got, rest := strings.Split(b.String(), "\n"), strings.Split(string(want), "\n")
	for i := range max(len(got), len(rest)) {
		if i >= len(got) || i >= len(rest) || got[i] != rest[i] {
			t.Fatalf("line %d of %s differs\n got: %q\nwant: %q", i+1, golden, line(got, i), line(rest, i))
		}
	}
}

func errorLine(t *testing.T, err error, src string) string {
	t.Helper()
	if _, ok := err.(*Error); !ok {
		t.Errorf("%s: error is a %T, not an *Error: %v", src, err, err)
		return "\n"
	}
	return err.Error() + "\n"
}

func line(lines []string, i int) string {
	if i < len(lines) {
		return lines[i]
	}
	return "(none)"
}
