package checkout

import (
	"bufio"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
)

// asked is the question for whole texts, some of which are not read ahead.
func asked() Question {
	return Question{Likely: func(path string) bool { return path != "t" }, Say: func(_ string, text []byte) string { return string(text) }, As: ".texts"}
}

// histories is the pattern of what is kept of commits.
const histories = "*[0-9a-f]"

// told is what versions say, in one line.
func told(found []Version) string {
	var out []string
	for _, v := range found {
		out = append(out, v.Path+"="+v.Said)
	}
	return strings.Join(out, " ")
}

// read is what ReadHistory says of files, when it has been stopped.
func read(t *testing.T, dir, cache string, paths []string, q Question, files []string) ([]Version, error) {
	t.Helper()
	h := ReadHistory(t.Context(), dir, cache, paths, q)
	defer h.Stop()
	return h.Versions(t.Context(), files)
}

// TestVersions reads the history of a real repository, with names that need
// quoting, a removal and a file that is not asked for.
func TestVersions(t *testing.T) {
	if _, err := exec.LookPath("git"); err != nil {
		t.Skip("not run: git is not installed")
	}
	dir := t.TempDir()
	git := func(args ...string) {
		t.Helper()
		args = append([]string{"-C", dir, "-c", "user.name=a", "-c", "user.email=a@example.org", "-c", "commit.gpgsign=false"}, args...)
		if out, err := exec.Command("git", args...).CombinedOutput(); err != nil {
			t.Fatalf("%v: %s", err, out)
		}
	}
	git("init", "-q")
	const name = "s/ä \"b\".yaml"
	for _, text := range []string{"one", "two\n", ""} {
		path := filepath.Join(dir, name)
		if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
			t.Fatal(err)
		}
		if text == "" {
			if err := os.Remove(path); err != nil {
				t.Fatal(err)
			}
		} else if err := os.WriteFile(path, []byte(text), 0o644); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(filepath.Join(dir, "s", "other"), []byte("x"+text), 0o644); err != nil {
			t.Fatal(err)
		}
		git("add", "-A")
		git("commit", "-q", "-m", "x")
	}
	found, err := read(t, dir, "", []string{"s"}, asked(), []string{name})
	if err != nil {
		t.Fatal(err)
	}
	var texts []string
	for _, v := range found {
		if v.Path != name || v.At.IsZero() {
			t.Errorf("%+v", v)
		}
		texts = append(texts, v.Said)
	}
	if strings.Join(texts, "|") != "|two\n|one" {
		t.Errorf("%q", texts)
	}
	if _, err := read(t, t.TempDir(), "", []string{"s"}, asked(), []string{"s"}); err == nil {
		t.Error("a directory without git has a history")
	}
}

// FuzzRaw reads anything as what git prints.
func FuzzRaw(f *testing.F) {
	f.Add("commit 17 ab cd\x00\n:100644 100644 a b M\x00s/x\x00cut\x00", "b blob 3\nabc\n")
	f.Add("commit 17\n\n:1\x00", "b missing\n")
	f.Fuzz(func(_ *testing.T, log, batch string) {
		_, _ = eachChange(strings.NewReader(log), func(change) bool { return true })
		_ = readBatch(bufio.NewReader(strings.NewReader(batch)), new(int64), func(string, []byte) error { return nil })
	})
}

// TestHistoryKept: what was said of a commit is not asked for again, and said of
// no other commit, of no other paths and of no shallow clone.
func TestHistoryKept(t *testing.T) {
	if _, err := exec.LookPath("git"); err != nil {
		t.Skip("not run: git is not installed")
	}
	dir, cache := t.TempDir(), filepath.Join(t.TempDir(), "history")
	git := func(args ...string) {
		t.Helper()
		args = append([]string{"-C", dir, "-c", "user.name=a", "-c", "user.email=a@example.org", "-c", "commit.gpgsign=false"}, args...)
		if out, err := exec.Command("git", args...).CombinedOutput(); err != nil {
			t.Fatalf("%v: %s", err, out)
		}
	}
	write := func(name, text string) {
		t.Helper()
		if err := os.WriteFile(filepath.Join(dir, name), []byte(text), 0o644); err != nil {
			t.Fatal(err)
		}
		git("add", "-A")
		git("commit", "-q", "-m", "x")
	}
	texts := func(in string, paths ...string) string {
		t.Helper()
		found, err := read(t, in, cache, paths, asked(), paths)
		if err != nil {
			t.Fatal(err)
		}
		return told(found)
	}
	is := func(got, want string) {
		t.Helper()
		if got != want {
			t.Errorf("%q, want %q", got, want)
		}
	}
	git("init", "-q")
	write("s", "1")
	is(texts(dir, "s"), "s=1")
	write("s", "2")
	is(texts(dir, "s"), "s=2 s=1")
	is(texts(dir, "t"), "")
	write("t", "3")
	is(texts(dir, "t"), "t=3")
	is(texts(dir, "s"), "s=2 s=1")

	kept, err := filepath.Glob(filepath.Join(cache, histories))
	if err != nil || len(kept) != 2 {
		t.Fatalf("%q, %v", kept, err)
	}
	for _, name := range kept {
		text, err := os.ReadFile(name)
		if err != nil {
			t.Fatal(err)
		}
		first, _, _ := strings.Cut(string(text), "\n")
		if err := os.WriteFile(name, []byte(first+"\n"), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	is(texts(dir, "s"), "") // it was not asked for again

	shallow := filepath.Join(t.TempDir(), "shallow")
	git("clone", "-q", "--depth", "1", "file://"+dir, shallow)
	is(texts(shallow, "s"), "s=2")
	if again, _ := filepath.Glob(filepath.Join(cache, histories)); len(again) != 2 {
		t.Errorf("a shallow clone's history is kept: %q", again)
	}
}
