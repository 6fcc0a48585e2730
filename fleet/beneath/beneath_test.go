package beneath

import (
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"syscall"
	"testing"
	"testing/fstest"
)

// tree makes a directory with every kind of file and link beside a secret.
func tree(t *testing.T) *os.Root {
	t.Helper()
	top := t.TempDir()
	dir := filepath.Join(top, "fleet")
	for _, d := range []string{"fleet/a/b/c", "fleet/empty", "outside"} {
		if err := os.MkdirAll(filepath.Join(top, d), 0o755); err != nil {
			t.Fatal(err)
		}
	}
	for name, text := range map[string]string{
		"outside/secret": "no", "fleet/one": "1", "fleet/none": "", "fleet/a/two": "22", "fleet/a/b/c/three": "333",
		"fleet/a/b/large": fmt.Sprintf("%0100000d", 1),
	} {
		if err := os.WriteFile(filepath.Join(top, name), []byte(text), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	for name, to := range map[string]string{
		"file": "one", "dir": "a/b", "a/up": "../one", "a/b/dir": "../../a", "out": "../outside/secret", "outdir": "../outside",
		"absolute": filepath.Join(dir, "one"), "gone": "nothing", "loop": "loop", "a/around": "../../fleet/one", "magic": "/proc/self/cwd",
	} {
		if err := os.Symlink(to, filepath.Join(dir, name)); err != nil {
			t.Fatal(err)
		}
	}
	if err := syscall.Mkfifo(filepath.Join(dir, "pipe"), 0o644); err != nil {
		t.Fatal(err)
	}
	root, err := os.OpenRoot(dir)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { root.Close() })
	return root
}

// TestAsRoot reads everything as os.Root does: what can be read, what is
// refused, and the errors.
func TestAsRoot(t *testing.T) {
	root := tree(t)
	slow, fast := root.FS(), FS(root)
	names := []string{
		".", "", "/", "/one", "..", "../outside/secret", "a/../one", "a//two", "one/", "one", "none", "missing", "missing/x", "one/x", "a", "a/two", "a/b", "a/b/c",
		"a/b/c/three", "a/b/large", "empty", "file", "dir", "dir/c/three", "dir/dir/two", "a/up", "out", "outdir", "outdir/secret", "absolute", "gone", "loop",
		"loop/x", "a/around", "magic", "pipe",
	}
	for _, name := range names {
		for what, ask := range map[string]func(fs.FS) (any, error){
			"stat":  func(f fs.FS) (any, error) { return info(fs.Stat(f, name)) },
			"lstat": func(f fs.FS) (any, error) { return info(fs.Lstat(f, name)) },
			"link":  func(f fs.FS) (any, error) { return fs.ReadLink(f, name) },
			"list":  func(f fs.FS) (any, error) { return list(fs.ReadDir(f, name)) },
			"read":  func(f fs.FS) (any, error) { b, err := fs.ReadFile(f, name); return string(b), err },
			"open":  func(f fs.FS) (any, error) { return opened(Open(root, f, name)) },
		} {
			if name == "pipe" && (what == "read" || what == "list") {
				continue // os.Root would wait
			}
			want, wantErr := ask(slow)
			got, err := ask(fast)
			if fmt.Sprint(got) != fmt.Sprint(want) || fmt.Sprint(err) != fmt.Sprint(wantErr) {
				t.Errorf("%s of %q: got %.80v, %v; want %.80v, %v", what, name, got, err, want, wantErr)
			}
		}
	}
}

// opened reads an open file where it is a regular one.
func opened(f *os.File, err error) (any, error) {
	if err != nil {
		return nil, err
	}
	defer f.Close()
	st, err := f.Stat()
	if err != nil || !st.Mode().IsRegular() {
		return st.Mode(), err
	}
	text, err := io.ReadAll(f)
	return string(text), err
}

func info(i fs.FileInfo, err error) (any, error) {
	if err != nil {
		return nil, err
	}
	return fmt.Sprint(i.Name(), i.Size(), i.Mode(), i.ModTime()), nil
}

func list(entries []fs.DirEntry, err error) (any, error) {
	var out []string
	for _, e := range entries {
		i, err := e.Info()
		out = append(out, fmt.Sprint(e.Name(), e.Type(), e.IsDir(), i.Mode(), err))
	}
	return out, err
}

// TestFiles checks the contract of fs.FS.
func TestFiles(t *testing.T) {
	root := tree(t)
	for _, name := range []string{"out", "outdir", "absolute", "gone", "loop", "pipe", "magic", "a/around"} {
		if err := root.Remove(name); err != nil {
			t.Fatal(err)
		}
	}
	if err := fstest.TestFS(FS(root), "one", "a/b/c/three", "dir"); err != nil {
		t.Error(err)
	}
}
