package syntax

import (
	"bytes"
	"errors"
	"io/fs"
	"iter"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"
)

// withoutReference lists corpus files that Nix 2.8 cannot judge, with the reason.
var withoutReference = map[string]string{
	"pipes.nix":            "pipe operators are newer than Nix 2.8",
	"merge-dynamic.nix":    "Nix 2.8 loses the dynamic names of a set that it merges",
	"globals-newer.nix":    "uses global names that are newer than Nix 2.8",
	"refused-nul-byte.nix": "Nix 2.8 ends the file at a NUL byte",
}

// TestReference compares the printed tree with what nix-instantiate --parse prints: over the corpus, over the example tree if it is
// there, and over the trees named in SYNTAX_TREES (a list as in PATH). What Nix refuses must be refused, and the reverse.
func TestReference(t *testing.T) {
	nix, err := exec.LookPath("nix-instantiate")
	if err != nil {
		t.Skip("not run: nix-instantiate is not installed")
	}
	trees := []string{"testdata/corpus", "../aspects", "../packages"}
	trees = append(trees, filepath.SplitList(os.Getenv("SYNTAX_TREES"))...)
	for _, tree := range trees {
		files := nixFiles(t, tree)
		if len(files) == 0 && tree != "testdata/corpus" {
			t.Logf("%s: no Nix files there", tree)
			continue
		}
		t.Run(filepath.Base(tree), func(t *testing.T) { compareTree(t, nix, false, files) })
	}
}

// nixFiles returns the absolute names of the files below dir that the reference can judge.
func nixFiles(t *testing.T, dir string) []string {
	t.Helper()
	dir, err := filepath.Abs(dir)
	if err != nil {
		t.Fatal(err)
	}
	var files []string
	err = filepath.WalkDir(dir, func(path string, d fs.DirEntry, err error) error {
		if err == nil && d.Type().IsRegular() && filepath.Ext(path) == ".nix" {
			if why, ok := withoutReference[filepath.Base(path)]; ok {
				t.Logf("%s is not compared: %s", filepath.Base(path), why)
			} else {
				files = append(files, path)
			}
		}
		return err
	})
	if err != nil && !errors.Is(err, fs.ErrNotExist) {
		t.Fatal(err)
	}
	return files
}

func compareTree(t *testing.T, nix string, newer bool, files []string) {
	same, refused := 0, 0
	for chunk := range chunks(files) {
		want := reference(t, nix, chunk)
		for i, name := range chunk {
			src, err := os.ReadFile(name)
			if err != nil {
				t.Fatal(err)
			}
			file, err := Parse(name, src)
			if err == nil {
				err = CheckScope(file)
			}
			switch {
			case err != nil && want[i].err != "":
				refused++
			case err != nil:
				t.Errorf("refused, but Nix accepts: %v", err)
			case want[i].err != "":
				t.Errorf("%s: accepted, but Nix says: %s", name, want[i].err)
			default:
				o := Printer{Dir: filepath.Dir(name), Home: "/homeless", Newer: newer}
				got, want := canonical(o.String(file.Root)), canonical(want[i].text)
				if got != want {
					t.Errorf("%s: printed tree differs\n%s", name, firstDifference(got, want))
				} else {
					same++
				}
			}
		}
	}
	t.Logf("%d files: %d trees are the same, %d refused by both", len(files), same, refused)
}

// chunks groups the files for one call of Nix each. Files that are meant to be refused go alone: an error ends the call.
func chunks(files []string) iter.Seq[[]string] {
	return func(yield func([]string) bool) {
		var rest []string
		for _, f := range files {
			if !strings.HasPrefix(filepath.Base(f), "refused-") {
				rest = append(rest, f)
			} else if !yield([]string{f}) {
				return
			}
		}
		slices.Chunk(rest, 100)(yield)
	}
}

// verdict is what Nix says about one file: its tree or its error.
type verdict struct{ text, err string }

// reference asks Nix about all files at once and, if it refuses one, about each half.
func reference(t *testing.T, nix string, files []string) []verdict {
	t.Helper()
	cmd := exec.Command(nix, append([]string{"--parse"}, files...)...)
	state := t.TempDir()
	cmd.Env = append(os.Environ(), "HOME=/homeless", "NIX_STATE_DIR="+state, "NIX_STORE_DIR="+state+"/store",
		"NIX_CONFIG=substituters =\nbuild-users-group =\nextra-experimental-features = pipe-operators", "NIX_USER_CONF_FILES=/dev/null")
	var stdout, stderr bytes.Buffer
	cmd.Stdout, cmd.Stderr = &stdout, &stderr
	err := cmd.Run()
	var exit *exec.ExitError
	switch {
	case err != nil && !errors.As(err, &exit):
		t.Fatalf("nix-instantiate: %v", err)
	case err != nil && len(files) == 1:
		return []verdict{{err: err.Error() + ": " + strings.Join(strings.Fields(stderr.String()), " ")}}
	case err != nil:
		half := len(files) / 2
		return append(reference(t, nix, files[:half]), reference(t, nix, files[half:])...)
	}
	lines := strings.Split(strings.TrimSuffix(stdout.String(), "\n"), "\n")
	if len(lines) != len(files) {
		t.Fatalf("nix-instantiate printed %d lines for %d files", len(lines), len(files))
	}
	var r []verdict
	for _, l := range lines {
		r = append(r, verdict{text: l})
	}
	return r
}

func firstDifference(got, want string) string {
	n := 0
	for n < len(got) && n < len(want) && got[n] == want[n] {
		n++
	}
	near := func(s string) string { return s[max(0, n-60):min(len(s), n+60)] }
	return "ours: " + near(got) + "\n nix: " + near(want)
}

// canonical sorts the formals of every function and the bindings of every let in a printed tree: Nix 2.8 prints them in the
// order of memory addresses.
func canonical(s string) string {
	r := reorder{s: s}
	return strings.Join(r.until(0, ','), "")
}

// reorder reads a printed tree. Only brackets, commas, semicolons and strings matter.
type reorder struct {
	s string
	i int
}

// until reads up to the closing bracket end, 0 for the end of the text, and cuts at the separators.
func (r *reorder) until(end, separator byte) []string {
	var parts []string
	var b strings.Builder
	for r.i < len(r.s) && (end == 0 || r.s[r.i] != end) {
		c := r.s[r.i]
		switch {
		case c == '"':
			b.WriteString(r.quoted())
		case strings.IndexByte("({[", c) >= 0:
			b.WriteString(r.group(c))
		case c == separator:
			parts = append(parts, b.String())
			b.Reset()
			r.i++
		default:
			b.WriteByte(c)
			r.i++
		}
	}
	return append(parts, b.String())
}

func (r *reorder) group(open byte) string {
	r.i++
	end := map[byte]byte{'(': ')', '{': '}', '[': ']'}[open]
	separator := byte(',')
	let := strings.HasPrefix(r.s[r.i:], "let ")
	if let {
		r.i += len("let ")
		separator = ';'
	}
	parts := r.until(end, separator)
	r.i = min(r.i+1, len(r.s))
	rest := r.s[r.i:]
	if let || open == '{' && (strings.HasPrefix(rest, ": ") || strings.HasPrefix(rest, " @ ")) {
		for i := range parts {
			parts[i] = strings.TrimSpace(parts[i])
		}
		slices.Sort(parts)
	}
	return string(open) + strings.Join(parts, string(separator)) + string(end)
}

func (r *reorder) quoted() string {
	if strings.HasPrefix(r.s[r.i:], `"${`) { // a dynamic name; in strings $ is always escaped
		r.i += 3
		inner := strings.Join(r.until('}', ','), ",")
		r.i = min(r.i+2, len(r.s))
		return `"${` + inner + `}"`
	}
	start := r.i
	for r.i++; r.i < len(r.s) && r.s[r.i] != '"'; r.i++ {
		if r.s[r.i] == '\\' {
			r.i++
		}
	}
	r.i = min(r.i+1, len(r.s))
	return r.s[start:r.i]
}
