package generate_test

import (
	"bytes"
	"context"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"testing"

	"assay/secrets/generate"
	"assay/secrets/secret"
)

// cases is how many random cases a tool is asked about: what ASSAY_CASES says
// (script/test --full: 200), else n.
func cases(t testing.TB, n int) int {
	t.Helper()
	if text := os.Getenv("ASSAY_CASES"); text != "" {
		var err error
		if n, err = strconv.Atoi(text); err != nil {
			t.Fatal(err)
		}
	}
	return n
}

// long skips what makes RSA keys of 4096 bits, which takes seconds for each.
func long(t testing.TB) {
	t.Helper()
	if os.Getenv("ASSAY_CASES") == "" {
		t.Skip("not run: RSA keys of 4096 bits take long (ASSAY_CASES=200)")
	}
}

// tool finds the program that a generator stands in for.
func tool(t testing.TB, name string) string {
	t.Helper()
	path, err := exec.LookPath(name)
	if err != nil {
		if path, err = exec.LookPath("/usr/sbin/" + name); err != nil {
			t.Skipf("not run: %s is not installed", name)
		}
	}
	return path
}

// ask runs a tool with input and returns what it prints.
func ask(t testing.TB, input []byte, argv ...string) []byte {
	t.Helper()
	cmd := exec.CommandContext(t.Context(), argv[0], argv[1:]...)
	cmd.Stdin = bytes.NewReader(input)
	var stderr bytes.Buffer
	cmd.Stderr = &stderr
	out, err := cmd.Output()
	if err != nil {
		t.Fatalf("%s: %v: %s", filepath.Base(argv[0]), err, stderr.Bytes())
	}
	return out
}

// keep writes a value where a tool can read it.
func keep(t testing.TB, dir, name string, v secret.Value) string {
	t.Helper()
	path := filepath.Join(dir, name)
	if err := os.WriteFile(path, v.Bytes(), 0o600); err != nil {
		t.Fatal(err)
	}
	return path
}

// produce runs a generator and returns its files by their names.
func produce(t testing.TB, g generate.Generator, in generate.Input) generate.Contents {
	t.Helper()
	out, err := g.Generate(context.Background(), in)
	if err != nil {
		t.Fatal(err)
	}
	made := generate.Contents{}
	for i, o := range out {
		if o.File != g.Files[i] {
			t.Fatalf("%s: made %+v in place of %+v", g.Name, o.File, g.Files[i])
		}
		made[o.Name] = o.Content
	}
	return made
}

func hold(text string) secret.Value { return secret.New([]byte(text)) }
