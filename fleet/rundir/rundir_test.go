package rundir

import (
	"bufio"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"testing"
)

// TestMain makes a directory and waits, when this test binary is started for it.
func TestMain(m *testing.M) {
	if os.Getenv("ASSAY_RUNDIR_TEST") == "" {
		os.Exit(m.Run())
	}
	for _, in := range []func(string) (*Dir, error){Small, Large} {
		d, err := in("test")
		if err == nil {
			err = os.WriteFile(filepath.Join(d.Path, "file"), nil, 0o600)
		}
		fmt.Println(d.Path, err)
	}
	select {}
}

// places gives the test directories of its own for both kinds.
func places(t *testing.T) (runtime, temp string) {
	runtime, temp = t.TempDir(), t.TempDir()
	t.Setenv("XDG_RUNTIME_DIR", runtime)
	t.Setenv("TMPDIR", temp)
	return filepath.Join(runtime, "assay"), filepath.Join(temp, fmt.Sprintf("assay-%d", os.Getuid()))
}

// TestKilled: what a process leaves that is killed goes when the next one makes
// a directory; what a living one has stays.
func TestKilled(t *testing.T) {
	small, large := places(t)
	var left []string
	for n := range 2 {
		cmd := exec.Command(os.Args[0])
		cmd.Env = append(os.Environ(), "ASSAY_RUNDIR_TEST=1")
		out, err := cmd.StdoutPipe()
		if err != nil {
			t.Fatal(err)
		}
		if err := cmd.Start(); err != nil {
			t.Fatal(err)
		}
		defer cmd.Process.Kill()
		lines := bufio.NewScanner(out)
		for _, base := range []string{small, large} {
			lines.Scan()
			path, failed, _ := strings.Cut(lines.Text(), " ")
			if failed != "<nil>" || filepath.Dir(path) != base {
				t.Fatalf("%q", lines.Text())
			}
			left = append(left, path)
		}
		if n == 0 {
			cmd.Process.Kill() // SIGKILL
			cmd.Wait()
			if _, err := os.Stat(left[0]); err != nil {
				t.Fatal(err)
			}
		}
	}
	for i, path := range left {
		_, err := os.Stat(filepath.Join(path, "file"))
		if gone := errors.Is(err, fs.ErrNotExist); gone != (i < 2) {
			t.Errorf("%d: %v", i, err)
		}
	}
	for _, base := range []string{small, large} {
		if all, _ := os.ReadDir(base); len(all) != 3 { // lock, and one with its lock
			t.Errorf("%s: %v", base, all)
		}
	}
}

// TestAtOnce makes and removes many side by side.
func TestAtOnce(t *testing.T) {
	small, _ := places(t)
	var all sync.WaitGroup
	for range 20 {
		all.Go(func() {
			d, err := Small("x")
			if err != nil {
				t.Error(err)
				return
			}
			if err := os.WriteFile(filepath.Join(d.Path, "file"), nil, 0o600); err != nil {
				t.Error(err)
			}
			for range 2 {
				if err := d.Remove(); err != nil {
					t.Error(err)
				}
			}
		})
	}
	all.Wait()
	if left, _ := os.ReadDir(small); len(left) != 1 {
		t.Errorf("%v", left)
	}
}

// TestNotOurs: somebody else's directory, or a link to one, is not used.
func TestNotOurs(t *testing.T) {
	_, large := places(t)
	t.Setenv("XDG_RUNTIME_DIR", "/nowhere")
	for name, make := range map[string]func() error{
		"open to all": func() error { return errors.Join(os.Mkdir(large, 0o700), os.Chmod(large, 0o777)) },
		"a link":      func() error { return os.Symlink(t.TempDir(), large) },
	} {
		if err := make(); err != nil {
			t.Fatal(err)
		}
		d, err := Small("x")
		if err != nil || filepath.Dir(d.Path) != filepath.Dir(large) {
			t.Errorf("%s: %v, %v", name, d, err)
		}
		if info, err := os.Stat(d.Path); err != nil || info.Mode().Perm() != 0o700 {
			t.Errorf("%s: %v", name, err)
		}
		if err := errors.Join(d.Remove(), os.Remove(large)); err != nil {
			t.Errorf("%s: %v", name, err)
		}
	}
}
