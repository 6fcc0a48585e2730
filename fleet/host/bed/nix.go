package bed

import (
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
)

// Nix is one version of Nix that can be run here.
type Nix struct {
	Version string // "2.8.0"
	Bin     string // the directory with nix, nix-store, nix-build, nix-daemon, ...
}

// Nixes returns the Nix of PATH and those that script/nixes has made. The
// test is skipped where there is none.
func Nixes(t testing.TB) []Nix {
	t.Helper()
	script, err := scriptPath("nixes")
	if err != nil {
		t.Fatal(err)
	}
	out, err := exec.Command(script, "--have").Output()
	if err != nil {
		t.Fatalf("script/nixes --have: %v", err)
	}
	var all []Nix
	for line := range strings.Lines(string(out)) {
		version, bin, _ := strings.Cut(strings.TrimSpace(line), " ")
		all = append(all, Nix{version, bin})
	}
	if len(all) == 0 {
		t.Skip("not run: nix is not installed")
	}
	return all
}

// Env returns the environment to run this Nix with: nothing of the user's
// settings, no substituters, no registry, sandboxed builds that have /bin/sh,
// and home and cache of its own, gone when the test ends. As root it is the
// store of this machine, which other tests have as well; otherwise a store of
// its own.
func (n Nix) Env(t testing.TB) []string {
	t.Helper()
	dir, err := os.MkdirTemp("", "assay-nix-")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { removeStore(t, dir) })
	registry := filepath.Join(dir, "registry.json")
	if err := os.WriteFile(registry, []byte(`{"flakes":[],"version":2}`), 0o644); err != nil {
		t.Fatal(err)
	}
	shell := "/bin/busybox"
	if found, err := exec.LookPath("busybox"); err == nil {
		shell = found
	}
	env := []string{
		"PATH=" + n.Bin + ":" + os.Getenv("PATH"),
		"HOME=" + dir,
		"XDG_CACHE_HOME=" + filepath.Join(dir, "cache"),
		"XDG_CONFIG_HOME=" + filepath.Join(dir, "config"),
		"XDG_DATA_HOME=" + filepath.Join(dir, "data"),
		"XDG_STATE_HOME=" + filepath.Join(dir, "state"),
		"NIX_CONF_DIR=" + dir,
		"NIX_USER_CONF_FILES=/dev/null",
		"NIX_CONFIG=" + strings.Join([]string{
			"experimental-features = nix-command flakes",
			"build-users-group =",
			"sandbox = true",
			"sandbox-paths = /bin/sh=" + shell,
			"substituters =",
			"flake-registry = " + registry,
			"connect-timeout = 1",
			"warn-dirty = false",
			"fsync-metadata = false",
			"require-sigs = false",
		}, "\n"),
	}
	if os.Geteuid() != 0 {
		env = append(env, "NIX_REMOTE="+filepath.Join(dir, "store"))
	}
	for _, inherited := range os.Environ() {
		name, _, _ := strings.Cut(inherited, "=")
		if name != "PATH" && name != "HOME" && !strings.HasPrefix(name, "NIX_") && !strings.HasPrefix(name, "XDG_") {
			env = append(env, inherited)
		}
	}
	return env
}

// Command prepares a command in the environment of Env; the program may be
// one of Nix's.
func (n Nix) Command(t testing.TB, program string, args ...string) *exec.Cmd {
	t.Helper()
	if found := filepath.Join(n.Bin, program); strings.HasPrefix(program, "nix") {
		program = found
	}
	cmd := exec.CommandContext(t.Context(), program, args...)
	cmd.Env = n.Env(t)
	return cmd
}

// NixSSH is the environment variable that lets Nix reach the hosts of the set
// by name, as in ssh-ng://root@h1.
func (h Host) NixSSH() string { return "NIX_SSHOPTS=-F " + h.SSHConfig }

// removeStore removes a directory that may hold a store, whose directories
// nobody may write to.
func removeStore(t testing.TB, dir string) {
	filepath.WalkDir(dir, func(path string, entry fs.DirEntry, err error) error {
		if err == nil && entry.IsDir() {
			os.Chmod(path, 0o755)
		}
		return nil
	})
	if err := os.RemoveAll(dir); err != nil {
		t.Errorf("removing what Nix left: %v", err)
	}
}
