package native_test

import (
	"bytes"
	"encoding/json"
	"errors"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"assay/fleet/engine/nix/miniature"
	"assay/fleet/repo"
	"assay/modules/compose"
)

func exists(name string) bool {
	_, err := os.Stat(name)
	return err == nil
}

func check(t testing.TB, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

// fixture is a fleet in a git repository of its own.
type fixture struct {
	t      *testing.T
	dir    string
	env    []string
	asked  map[string]*asked
	commit string
}

// open makes the directory and Nix' environment; put fills the repository.
func open(t *testing.T) *fixture {
	t.Helper()
	for _, program := range []string{"nix", "git"} {
		if _, err := exec.LookPath(program); err != nil {
			t.Skip("not run: " + program + " is not installed")
		}
	}
	f := &fixture{t: t, dir: t.TempDir(), asked: map[string]*asked{}}
	t.Cleanup(func() {
		if err := miniature.Remove(filepath.Join(f.dir, "nix")); err != nil {
			t.Error(err)
		}
	})
	env, err := miniature.Environment(filepath.Join(f.dir, "nix"))
	if errors.Is(err, miniature.ErrNoShell) {
		t.Skip("not run: busybox is not installed")
	}
	check(t, err)
	f.env = append(os.Environ(), env...)
	return f
}

// prepare opens a fixture with the example fleet, and a module that answers
// questions. In its fleet.toml the first of two texts is replaced by the second.
func prepare(t *testing.T, replaced ...string) *fixture {
	t.Helper()
	f := open(t)
	to := filepath.Join(f.dir, "fleet")
	for _, dir := range []string{"modules/aspects", "modules/packages"} {
		check(t, os.CopyFS(filepath.Join(to, dir), os.DirFS(filepath.Join(root, dir))))
	}
	files := map[string][]byte{}
	for _, name := range []string{"flake.nix", "fleet.toml", "assay.nix", "fleet/engine/nix/native/testdata/ask.nix"} {
		text, err := os.ReadFile(filepath.Join(root, name))
		check(t, err)
		files[filepath.Base(name)] = text
	}
	change := func(name, from, to string) {
		if !bytes.Contains(files[name], []byte(from)) {
			t.Fatalf("%s has no %q", name, from)
		}
		files[name] = bytes.Replace(files[name], []byte(from), []byte(to), 1)
	}
	change("flake.nix", "./assay.nix\n", "./assay.nix\n        ./ask.nix\n")
	if len(replaced) == 2 {
		change("fleet.toml", replaced[0], replaced[1])
	}
	f.put(files)
	r, err := repo.Open(to)
	check(t, err)
	tree, err := r.Tree()
	check(t, err)
	questions := map[string]question{}
	for i := range r.Fleet.Machines {
		m := &r.Fleet.Machines[i]
		a := questionsOf(compose.Compose(tree, compose.Request{Fleet: r.Fleet, Machine: m}), r.Fleet, r.Stack())
		f.asked[m.Name], questions[m.Name] = a, a.question
	}
	text, err := json.Marshal(questions)
	check(t, err)
	f.put(map[string][]byte{"questions.json": text})
	return f
}

// put writes files and makes the directory a repository.
func (f *fixture) put(files map[string][]byte) {
	f.t.Helper()
	for name, content := range files {
		name = filepath.Join(f.dir, "fleet", name)
		check(f.t, os.MkdirAll(filepath.Dir(name), 0o755))
		check(f.t, os.WriteFile(name, content, 0o644))
	}
	f.run("git", "init", "-q")
	f.run("git", "add", "--all")
}

func (f *fixture) run(program string, args ...string) string {
	f.t.Helper()
	cmd := exec.CommandContext(f.t.Context(), program, args...)
	cmd.Dir, cmd.Env = filepath.Join(f.dir, "fleet"), f.env
	var out, errs bytes.Buffer
	cmd.Stdout, cmd.Stderr = &out, &errs
	if err := cmd.Run(); err != nil {
		f.t.Fatalf("%s %s: %v\n%s", program, strings.Join(args, " "), err, errs.String())
	}
	return out.String()
}

// lock locks the inputs to what the arguments say, and commits.
func (f *fixture) lock(args []string) {
	f.t.Helper()
	f.run("nix", append([]string{"flake", "lock"}, args...)...)
	f.run("git", "add", "--all")
	f.run("git", "-c", "user.name=test", "-c", "user.email=test@example.org", "-c", "commit.gpgsign=false", "commit", "-q", "-m", "the fleet")
	f.commit = strings.TrimSpace(f.run("git", "rev-parse", "HEAD"))
}
