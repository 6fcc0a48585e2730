package nix

import (
	"os"
	"path/filepath"
	"testing"
	"time"
)

// TestLooks: what is remembered of a repository is what git would say now,
// whatever has happened to it since.
func TestLooks(t *testing.T) {
	b := newBench(t, map[string]string{"flake.nix": "{ outputs = _: { }; }\n", "a/one.nix": "1\n", "two": "2\n"}, Options{})
	known := b.opts.Looks
	if known == nil {
		known = b.engine.opts.Looks
	}
	look := func() *repository {
		t.Helper()
		r, err := b.engine.look(t.Context())
		if err != nil {
			t.Fatal(err)
		}
		return r
	}
	// settled looks until it is remembered, which it is not right after a change.
	settled := func() *repository {
		t.Helper()
		for {
			r := look()
			if known.of[b.engine.opts.Dir].known != nil {
				return r
			}
			time.Sleep(racy / 10)
		}
	}
	same := func(r *repository) {
		t.Helper()
		fresh := New(b.engine.opts)
		fresh.opts.Looks = &Looks{}
		want, err := fresh.look(t.Context())
		if err != nil {
			t.Fatal(err)
		}
		if r.content != want.content || r.dirty != want.dirty || r.commit != want.commit || r.url != want.url || len(r.untracked) != len(want.untracked) {
			t.Errorf("%+v, want %+v", r, want)
		}
	}
	path := func(name string) string { return filepath.Join(b.dir, name) }
	before := settled()
	same(before)
	if again := look(); again.content != before.content || again == before {
		t.Errorf("%+v, then %+v", before, again)
	}
	for what, change := range map[string]func(){
		"a text": func() { write(t, path("a/one.nix"), "3\n") },
		"of old times": func() {
			write(t, path("two"), "4\n")
			if err := os.Chtimes(path("two"), time.Unix(1, 0), time.Unix(1, 0)); err != nil {
				t.Fatal(err)
			}
		},
		"a mode":              func() { _ = os.Chmod(path("two"), 0o755) },
		"a file that is gone": func() { _ = os.Remove(path("two")) },
		"a new file":          func() { write(t, path("a/new.nix"), "5\n") },
		"added":               func() { write(t, path("b/c/d.nix"), "6\n"); b.git(t, "add", "b") },
		"a commit":            func() { b.git(t, "commit", "--quiet", "--allow-empty", "--message", "x") },
		"a link":              func() { _ = os.Remove(path("a/one.nix")); _ = os.Symlink("../two", path("a/one.nix")) },
	} {
		write(t, path("two"), "before "+what)
		b.commit(t)
		was := settled()
		change()
		now := look()
		if now.content == was.content && len(now.untracked) == len(was.untracked) {
			t.Errorf("%s: it was not seen", what)
		}
		same(now)
		same(settled())
	}
}
