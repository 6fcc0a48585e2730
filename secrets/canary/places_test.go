package canary_test

import (
	"encoding/base64"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"strings"
	"sync"
	"testing"

	"assay/secrets/canary"
)

// finds counts what is found, by where it was.
type finds struct {
	mu    sync.Mutex
	known *canary.Scanner
	at    map[string]bool
}

func newFinds(t *testing.T) *finds {
	t.Helper()
	f := &finds{known: &canary.Scanner{}, at: map[string]bool{}}
	if err := f.known.Add("a", []byte(secret)); err != nil {
		t.Fatal(err)
	}
	return f
}

func (f *finds) look(name string, text []byte) {
	f.mu.Lock()
	defer f.mu.Unlock()
	if len(f.known.Find(text)) > 0 {
		f.at[name] = true
	}
}

func (f *finds) has(name string) bool {
	f.mu.Lock()
	defer f.mu.Unlock()
	return f.at[name]
}

// TestPlaces plants a secret in a file, in the name of one, behind a link, and
// in a commit, an index and a blob of git that nothing leads to any more.
func TestPlaces(t *testing.T) {
	dir := t.TempDir()
	must := func(err error) {
		t.Helper()
		if err != nil {
			t.Fatal(err)
		}
	}
	git := func(args ...string) {
		t.Helper()
		cmd := exec.CommandContext(t.Context(), "git", append([]string{"-C", dir, "-c", "user.name=a", "-c", "user.email=a@b"}, args...)...)
		if out, err := cmd.CombinedOutput(); err != nil {
			t.Fatalf("git %v: %v\n%s", args, err, out)
		}
	}
	name := filepath.Join(dir, "sub", "f")
	must(os.Mkdir(filepath.Dir(name), 0o700))
	must(os.WriteFile(name, []byte(base64.StdEncoding.EncodeToString([]byte(secret))), 0o600))
	must(os.Symlink("/nowhere/"+secret, filepath.Join(dir, "link")))
	plain := strings.NewReplacer("/", "_").Replace(secret)
	must(os.WriteFile(filepath.Join(dir, plain), nil, 0o600))
	f := newFinds(t)
	files, err := canary.Walk(dir, f.look)
	must(err)
	if files != 2 || !f.has(name) || !f.has(filepath.Join(dir, "link")) || !f.has(filepath.Join(dir, plain)) {
		t.Errorf("%d files, %v", files, f.at)
	}
	git("init", "-q")
	must(os.WriteFile(name, []byte("x"), 0o600))
	git("add", "sub")
	git("commit", "-q", "-m", "clean")
	f = newFinds(t)
	seen := func(what string, places ...string) {
		t.Helper()
		f = newFinds(t)
		if _, err := canary.Repository(t.Context(), dir, f.look); err != nil || len(f.at) != len(places) {
			t.Fatalf("%s: %v, %v", what, f.at, err)
		}
		for _, place := range places {
			if !f.has("git " + place) {
				t.Errorf("%s: not in git %s", what, place)
			}
		}
	}
	must(os.Remove(filepath.Join(dir, plain)))
	must(os.Remove(filepath.Join(dir, "link")))
	seen("nothing")
	must(os.WriteFile(name, []byte(secret), 0o600))
	seen("the working tree", "diff")
	git("add", "sub")
	seen("the index", "cat-file", "diff")
	git("reset", "-q", "--hard")
	seen("an object that nothing leads to", "cat-file")
}

// TestWatch: a process has a secret among its arguments, in its environment,
// and in an open file that has no name any more.
func TestWatch(t *testing.T) {
	if runtime.GOOS != "linux" {
		t.Skip("not run: there is no /proc")
	}
	f, mark := newFinds(t), t.TempDir()
	seen := map[canary.Kind]chan bool{}
	for _, kind := range []canary.Kind{canary.Arguments, canary.Environment, canary.Open} {
		seen[kind] = make(chan bool)
	}
	told := map[canary.Kind]bool{}
	stop := canary.Watch(mark, func(s canary.Sight) {
		if !told[s.Kind] && len(f.known.Find(s.Text)) > 0 {
			told[s.Kind] = true
			close(seen[s.Kind])
		}
	})
	for kind, cmd := range map[canary.Kind]*exec.Cmd{
		canary.Arguments:   exec.CommandContext(t.Context(), "sh", "-c", "cat", secret),
		canary.Environment: exec.CommandContext(t.Context(), "sh", "-c", "cat"),
		canary.Open:        exec.CommandContext(t.Context(), "sh", "-c", `exec 3<"$MARK"/file; rm "$MARK"/file; cat`),
	} {
		cmd.Env = append(os.Environ(), "MARK="+mark)
		if kind == canary.Environment {
			cmd.Env = append(cmd.Env, "X="+secret)
		}
		if err := os.WriteFile(filepath.Join(mark, "file"), []byte(secret), 0o600); err != nil {
			t.Fatal(err)
		}
		in, err := cmd.StdinPipe()
		if err != nil {
			t.Fatal(err)
		}
		if err := cmd.Start(); err != nil {
			t.Fatal(err)
		}
		<-seen[kind]
		in.Close()
		if err := cmd.Wait(); err != nil {
			t.Error(err)
		}
	}
	if looks := stop(); looks < 3 {
		t.Errorf("%d looks", looks)
	}
}
