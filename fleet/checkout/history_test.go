package checkout

import (
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"
)

// grown is a repository whose history is read twice after every change: on top
// of what was kept, and anew.
type grown struct {
	*testing.T
	dir, cache string
}

func (g grown) git(args ...string) {
	g.Helper()
	args = append([]string{"-C", g.dir, "-c", "user.name=a", "-c", "user.email=a@example.org", "-c", "commit.gpgsign=false", "-c", "init.defaultBranch=main"}, args...)
	if out, err := exec.Command("git", args...).CombinedOutput(); err != nil {
		g.Fatalf("%v: %s", args, out)
	}
}

func (g grown) write(name, text string) {
	g.Helper()
	if err := os.WriteFile(filepath.Join(g.dir, name), []byte(text), 0o644); err != nil {
		g.Fatal(err)
	}
	g.git("add", "-A")
	g.git("commit", "-q", "-m", "x")
}

func (g grown) texts(cache string) string {
	g.Helper()
	found, err := read(g.T, g.dir, cache, []string{"s", "t"}, asked(), []string{"s", "t"})
	if err != nil {
		g.Fatal(err)
	}
	return told(found)
}

// same checks that both readings say the same, and that.
func (g grown) same(want string) {
	g.Helper()
	if got := g.texts(""); got != want {
		g.Fatalf("anew: %q, want %q", got, want)
	}
	for range 2 { // what is kept then, too
		if got := g.texts(g.cache); got != want {
			g.Fatalf("on top of what was kept: %q, want %q", got, want)
		}
	}
}

// forget empties what is kept but for the commit that it is of, so that a
// reading on top of it shows.
func (g grown) forget() {
	g.Helper()
	kept, err := filepath.Glob(filepath.Join(g.cache, histories))
	if err != nil || len(kept) != 1 {
		g.Fatalf("%q, %v", kept, err)
	}
	text, err := os.ReadFile(kept[0])
	if err != nil {
		g.Fatal(err)
	}
	head, _, _ := strings.Cut(string(text), "\n")
	if err := os.WriteFile(kept[0], []byte(head+"\n"), 0o600); err != nil {
		g.Fatal(err)
	}
}

// top checks what is read on top of what was kept and forgotten; then what is
// kept is made whole again.
func (g grown) top(want string) {
	g.Helper()
	if got := g.texts(g.cache); got != want {
		g.Errorf("on top: %q, want %q", got, want)
	}
	if err := os.RemoveAll(g.cache); err != nil {
		g.Fatal(err)
	}
	g.texts(g.cache)
}

// TestHistoryGrows: git is asked only for the commits since those of which is
// kept what it said; where they do not simply follow, for all of them.
func TestHistoryGrows(t *testing.T) {
	if _, err := exec.LookPath("git"); err != nil {
		t.Skip("not run: git is not installed")
	}
	g := grown{t, t.TempDir(), filepath.Join(t.TempDir(), "history")}
	g.git("init", "-q")
	g.write("s", "1")
	g.same("s=1")
	g.write("s", "2")
	g.same("s=2 s=1")
	g.write("other", "x")
	g.same("s=2 s=1")

	g.forget()
	g.write("s", "3")
	g.write("t", "4")
	g.top("t=4 s=3") // the others are those that were forgotten
	g.same("t=4 s=3 s=2 s=1")

	g.forget()
	g.write("s", "5")
	g.git("commit", "-q", "--amend", "-m", "y") // not what was asked about
	g.top("s=5")
	g.forget()
	g.git("reset", "-q", "--hard", "HEAD~2") // the former one is no ancestor
	g.top("s=3 s=2 s=1")
	g.write("s", "6")
	g.same("s=6 s=3 s=2 s=1")
	g.git("commit", "-q", "--amend", "--date=2001-01-01T00:00:00", "-m", "z") // as another commit
	g.forget()
	g.top("s=6 s=3 s=2 s=1")

	g.git("checkout", "-q", "-b", "side", "HEAD~1")
	g.write("t", "7")
	g.git("checkout", "-q", "main")
	g.same("s=6 s=3 s=2 s=1")
	g.forget()
	g.git("merge", "-q", "--no-edit", "side")
	if got, want := g.texts(g.cache), g.texts(""); got != want || !strings.Contains(got, "t=7") || !strings.Contains(got, "s=1") {
		t.Errorf("after a merge: %q, anew: %q", got, want)
	}

	g.git("checkout", "-q", "-b", "lost", "HEAD~1") // of which nothing stays
	g.write("s", "8")
	g.git("checkout", "-q", "main")
	g.texts(g.cache)
	g.git("merge", "-q", "--no-edit", "-s", "ours", "lost")
	if got, want := g.texts(g.cache), g.texts(""); got != want {
		t.Errorf("after a merge that nothing came of: %q, anew: %q", got, want)
	}

	if err := os.Mkdir(filepath.Join(g.dir, "below"), 0o755); err != nil {
		t.Fatal(err)
	}
	g.write("below/s", "9")
	below := grown{t, filepath.Join(g.dir, "below"), g.cache}
	if got := below.texts(g.cache); got != "s=9" {
		t.Errorf("below: %q", got)
	}
}

// TestHistoryOfAnother: what lies in the cache is no word for git's options.
func TestHistoryOfAnother(t *testing.T) {
	for _, former := range []string{"", "\n", "false \n", "false --all\n", "false --output=x sub/\n", "\x00 \n"} {
		if from := follows(t.Context(), t.TempDir(), former, "false 00\n"); from != "" {
			t.Errorf("%q: %q", former, from)
		}
	}
}

// TestSaid: what was said of a text is not said again; what is kept under
// another name, or damaged, does not count.
func TestSaid(t *testing.T) {
	if _, err := exec.LookPath("git"); err != nil {
		t.Skip("not run: git is not installed")
	}
	g := grown{t, t.TempDir(), filepath.Join(t.TempDir(), "history")}
	g.git("init", "-q")
	g.write("s", "one")
	g.write("t", "one")
	g.write("s", "")
	var said []string
	ask := func(as, want string, wantSaid ...string) {
		t.Helper()
		said = nil
		q := asked()
		q.As, q.Say = as, func(path string, text []byte) string {
			said = append(said, path+"="+string(text))
			return path + " " + strings.ToUpper(string(text)) + "\n!"
		}
		found, err := read(t, g.dir, g.cache, []string{"s", "t"}, q, []string{"s", "t"})
		if err != nil {
			t.Fatal(err)
		}
		slices.Sort(said)
		if got := told(found); got != want || !slices.Equal(said, wantSaid) {
			t.Errorf("%q, want %q; was told %q, want %q", got, want, said, wantSaid)
		}
	}
	const two = "s=s \n! t=t ONE\n! s=s ONE\n!"
	ask(".a", two, "s=", "s=one", "t=one")
	ask(".a", two)
	ask(".b", two, "s=", "s=one", "t=one")
	g.write("t", "two")
	ask(".a", "t=t TWO\n! "+two, "t=two")
	ask(".a", "t=t TWO\n! "+two)

	kept, err := filepath.Glob(filepath.Join(g.cache, "*.a"))
	if err != nil || len(kept) != 1 {
		t.Fatalf("%q, %v", kept, err)
	}
	text, err := os.ReadFile(kept[0])
	if err != nil {
		t.Fatal(err)
	}
	for damaged, again := range map[string][]string{
		"":                         {"s=", "s=one", "t=one", "t=two"},
		"\x00":                     {"s=", "s=one", "t=one", "t=two"},
		string(text[:len(text)-2]): {"s=one"}, // the last one
	} {
		if err := os.WriteFile(kept[0], []byte(damaged), 0o600); err != nil {
			t.Fatal(err)
		}
		ask(".a", "t=t TWO\n! "+two, again...)
	}
}

// TestHistoryIsCut: git is stopped at the commits that added the files; whoever
// asks for others then learns all of them.
func TestHistoryIsCut(t *testing.T) {
	if _, err := exec.LookPath("git"); err != nil {
		t.Skip("not run: git is not installed")
	}
	g := grown{t, t.TempDir(), filepath.Join(t.TempDir(), "history")}
	g.git("init", "-q")
	for _, text := range []string{"1", "2"} {
		g.write("old", text)
	}
	if err := os.Mkdir(filepath.Join(g.dir, "d"), 0o755); err != nil {
		t.Fatal(err)
	}
	g.write("d/s", "3")
	g.git("rm", "-q", "d/s")
	g.git("commit", "-q", "-m", "x")
	if err := os.Mkdir(filepath.Join(g.dir, "d"), 0o755); err != nil {
		t.Fatal(err)
	}
	g.write("d/s", "4")
	g.write("d/s", "5")
	g.write("d/t", "6")
	g.write("d/s", "7")
	ask := func(cache string, until, files []string) string {
		t.Helper()
		q := asked()
		q.Until = until
		found, err := read(t, g.dir, cache, []string{"d", "old"}, q, files)
		if err != nil {
			t.Fatal(err)
		}
		return told(found)
	}
	isCut := func(want bool) {
		t.Helper()
		kept, err := filepath.Glob(filepath.Join(g.cache, histories))
		if err != nil || len(kept) != 1 {
			t.Fatalf("%q, %v", kept, err)
		}
		text, err := os.ReadFile(kept[0])
		if err != nil {
			t.Fatal(err)
		}
		if got := strings.HasSuffix(string(text), cutMark); got != want || strings.Contains(string(text), "old") == want {
			t.Errorf("cut %t, want %t: %q", got, want, text)
		}
	}
	both := []string{"d/s", "d/t"}
	const said = "d/s=7 d/t=6 d/s=5 d/s=4"
	if got := ask("", nil, both); got != said {
		t.Errorf("%q, want %q", got, said)
	}
	for range 2 {
		if got := ask(g.cache, both, both); got != said {
			t.Errorf("%q, want %q", got, said)
		}
		isCut(true)
	}
	g.write("d/s", "8")
	if got := ask(g.cache, both, both); got != "d/s=8 "+said {
		t.Errorf("on top of it: %q", got)
	}
	isCut(true)
	if got := ask(g.cache, both, []string{"old", "d/s"}); got != "d/s=8 d/s=7 d/s=5 d/s=4 old=2 old=1" {
		t.Errorf("older than where it was cut: %q", got)
	}
	isCut(false)
	if got := ask(g.cache, both, both); got != "d/s=8 "+said {
		t.Errorf("of all that is kept: %q", got)
	}
	if err := os.RemoveAll(g.cache); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(filepath.Join(g.dir, "d", "new"), []byte("9"), 0o644); err != nil {
		t.Fatal(err)
	}
	g.git("add", "-A") // and not committed
	if got := ask(g.cache, both, append(both, "d/new")); got != "d/s=8 "+said {
		t.Errorf("with a file that no commit has: %q", got)
	}
}

// TestHistoryOfTwoLines: where two lines of history were merged, the text that
// is there may be of the one that added it earlier.
func TestHistoryOfTwoLines(t *testing.T) {
	if _, err := exec.LookPath("git"); err != nil {
		t.Skip("not run: git is not installed")
	}
	g := grown{t, t.TempDir(), filepath.Join(t.TempDir(), "history")}
	g.git("init", "-q")
	on := func(day, text string) {
		t.Helper()
		t.Setenv("GIT_COMMITTER_DATE", "2026-01-"+day+"T00:00:00Z")
		if text != "" {
			g.write("s", text)
		}
	}
	on("01", "")
	g.write("other", "x")
	on("02", "main 1")
	on("04", "main 2")
	g.git("checkout", "-q", "-b", "side", "HEAD~2")
	on("03", "side 1")
	g.git("checkout", "-q", "main")
	on("05", "")
	g.git("merge", "-q", "--no-edit", "-s", "ours", "side")
	on("06", "")
	g.write("t", "y") // both lines are gone through, as the merge is told of
	for _, until := range [][]string{nil, {"s"}, {"s", "t"}} {
		q := asked()
		q.Until = until
		found, err := read(t, g.dir, "", []string{"s", "t"}, q, []string{"s", "t"})
		if err != nil {
			t.Fatal(err)
		}
		if got := told(found); got != "t=y s=main 2 s=side 1 s=main 1" {
			t.Errorf("until %q: %q", until, got)
		}
	}
}

// TestHistoryTakenBack: a text is told of that was taken back on one line of
// history while another one, which was merged, never had it; also of a directory
// below the top, where a merge made a text of its own.
func TestHistoryTakenBack(t *testing.T) {
	if _, err := exec.LookPath("git"); err != nil {
		t.Skip("not run: git is not installed")
	}
	g := grown{t, t.TempDir(), filepath.Join(t.TempDir(), "history")}
	g.git("init", "-q")
	if err := os.Mkdir(filepath.Join(g.dir, "below"), 0o755); err != nil {
		t.Fatal(err)
	}
	g.write("below/s", "for ann")
	g.git("checkout", "-q", "-b", "side")
	g.write("below/t", "x")
	g.git("checkout", "-q", "main")
	g.write("below/s", "for ann and bob")
	g.write("below/s", "for ann")
	g.git("merge", "-q", "--no-edit", "side")
	below := grown{t, filepath.Join(g.dir, "below"), g.cache}
	has := func(want string) {
		t.Helper()
		for range 2 { // what is kept then, too
			if got := below.texts(g.cache); !strings.Contains(got, want) {
				t.Errorf("%q has no %q", got, want)
			}
		}
	}
	has("s=for ann and bob")

	g.git("checkout", "-q", "-b", "other")
	g.write("below/s", "for cid")
	g.git("checkout", "-q", "main")
	g.write("below/s", "for dan")
	g.git("merge", "-q", "--no-edit", "-X", "ours", "other")
	if err := os.WriteFile(filepath.Join(g.dir, "below/s"), []byte("for all"), 0o644); err != nil {
		t.Fatal(err)
	}
	g.git("commit", "-q", "--all", "--amend", "--no-edit")
	has("s=for all")
}

// TestShallow: where a clone begins, its files were perhaps so before; with all
// commits nothing is Cut.
func TestShallow(t *testing.T) {
	if _, err := exec.LookPath("git"); err != nil {
		t.Skip("not run: git is not installed")
	}
	g := grown{t, t.TempDir(), t.TempDir()}
	g.git("init", "-q")
	for _, text := range []string{"one", "two", "three"} {
		g.write("s", text)
	}
	for depth, want := range map[string]string{"1": "three cut", "2": "three, two cut", "4": "three, two, one"} {
		dir := filepath.Join(t.TempDir(), "clone")
		if out, err := exec.Command("git", "clone", "-q", "--depth", depth, "file://"+g.dir, dir).CombinedOutput(); err != nil {
			t.Fatalf("%v: %s", err, out)
		}
		for _, cache := range []string{"", t.TempDir()} {
			found, err := read(t, dir, cache, []string{"s"}, asked(), []string{"s"})
			if err != nil {
				t.Fatal(err)
			}
			var said []string
			for _, v := range found {
				if v.Cut {
					v.Said += " cut"
				}
				said = append(said, v.Said)
			}
			if got := strings.Join(said, ", "); got != want {
				t.Errorf("%s deep: %q, want %q", depth, got, want)
			}
		}
	}
}
