package embedded

import (
	"io/fs"
	"os"
	"os/exec"
	"path"
	"path/filepath"
	"strings"
	"testing"
)

// nixStoreAdd lets the real nix-store add a file or directory to a private
// store and returns the path that it gives.
func nixStoreAdd(t *testing.T, store, file string) string {
	t.Helper()
	nix, err := exec.LookPath("nix-store")
	if err != nil {
		t.Skip("not run: there is no nix-store on this computer")
	}
	cmd := exec.Command(nix, "--store", store, "--add", file)
	cmd.Env = append(os.Environ(), "NIX_CONFIG=build-users-group =\nsubstituters =\n", "NIX_USER_CONF_FILES=/dev/null",
		"NIX_REMOTE=", "HOME="+t.TempDir())
	var stderr strings.Builder
	cmd.Stderr = &stderr
	out, err := cmd.Output()
	if err != nil {
		t.Fatalf("nix-store --add: %v: %s", err, stderr.String())
	}
	return strings.TrimSpace(string(out))
}

// nixStore is a private store. Nix takes the write permission off directories,
// without which an ordinary user cannot remove them.
func nixStore(t *testing.T) string {
	t.Helper()
	dir := t.TempDir()
	t.Cleanup(func() {
		filepath.WalkDir(dir, func(p string, d fs.DirEntry, err error) error {
			if err == nil && d.IsDir() {
				os.Chmod(p, 0o755)
			}
			return nil
		})
	})
	return dir
}

func TestPathsAreThoseOfNix(t *testing.T) {
	store := nixStore(t)
	for name, content := range map[string]string{"etc-motd": "welcome\n", "empty": "", "etc-x+y_z?1=2": strings.Repeat("long ", 4000)} {
		for _, executable := range []bool{false, true} {
			file := filepath.Join(t.TempDir(), name)
			mode := os.FileMode(0o444)
			if executable {
				mode = 0o555
			}
			if err := os.WriteFile(file, []byte(content), mode); err != nil {
				t.Fatal(err)
			}
			hash, _, err := hashTree(single([]byte(content), executable))
			if err != nil {
				t.Fatal(err)
			}
			if got, want := makePath(hash, name), nixStoreAdd(t, store, file); got != want {
				t.Errorf("%s executable=%t: %s, Nix says %s", name, executable, got, want)
			}
		}
	}
}

// A whole generation, as it lies on a host, has the path that Nix gives its
// directory, and so has each of its objects.
func TestGenerationPathIsThatOfNix(t *testing.T) {
	e, conn := testEngine(t, sampleFleet()), newHost(t)
	_, c := built(t, e, "cinnabar")
	if err := e.Copy(t.Context(), conn, c.Objects, nil); err != nil {
		t.Fatal(err)
	}
	store := nixStore(t)
	for _, o := range c.Objects {
		// Nix takes the name of the path from the name of the file.
		_, name, _ := strings.Cut(path.Base(o.Path), "-")
		copied := filepath.Join(t.TempDir(), name)
		if err := os.Rename(conn.path(o.Path), copied); err != nil {
			t.Fatal(err)
		}
		if got := nixStoreAdd(t, store, copied); got != o.Path {
			t.Errorf("%s, Nix says %s", o.Path, got)
		}
	}
}

// The fixed value is what nix-store 2.8.0 --add printed, for computers
// without it.
func TestMakePath(t *testing.T) {
	hash, size, err := hashTree(single([]byte("welcome\n"), false))
	if err != nil {
		t.Fatal(err)
	}
	if got, want := makePath(hash, "etc-motd"), "/nix/store/z8w51gh3mgn2qp8aqyskgmkmahx1dqaw-etc-motd"; got != want {
		t.Errorf("%s, want %s", got, want)
	}
	if size != 120 {
		t.Errorf("NAR size %d", size)
	}
}
