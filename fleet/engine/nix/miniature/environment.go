package miniature

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
)

// shells are where a static shell is that Nix's sandbox can have as /bin/sh.
var shells = []string{"/bin/busybox", "/usr/bin/busybox"}

// ErrNoShell says that there is no busybox on this machine.
var ErrNoShell = errors.New("miniature: no busybox, which the sandbox needs as /bin/sh; hint: apt-get install busybox-static")

// Environment returns variables for a Nix of its own below dir: its store,
// cache and settings, no network, no registry. Add them to os.Environ. It
// takes aarch64-darwin for a platform that it can build. Remove removes it.
//
// The store is the one that NIX_REMOTE names; leave that variable out to have
// the settings with the machine's own store.
func Environment(dir string) ([]string, error) {
	dir, err := filepath.Abs(dir)
	if err != nil {
		return nil, fmt.Errorf("miniature: %w", err)
	}
	if err := os.MkdirAll(filepath.Join(dir, "cache"), 0o755); err != nil {
		return nil, fmt.Errorf("miniature: %w", err)
	}
	registry := filepath.Join(dir, "registry.json")
	if err := os.WriteFile(registry, []byte(`{"flakes":[],"version":2}`+"\n"), 0o644); err != nil {
		return nil, fmt.Errorf("miniature: %w", err)
	}
	shell := ""
	for _, s := range shells {
		if _, err := exec.LookPath(s); err == nil && shell == "" {
			shell = s
		}
	}
	if shell == "" {
		return nil, ErrNoShell
	}
	settings := []string{
		"experimental-features = nix-command flakes",
		"build-users-group =",
		"sandbox = true",
		"sandbox-paths = /bin/sh=" + shell,
		"substituters =",
		"max-jobs = auto",
		"extra-platforms = aarch64-darwin",
		"flake-registry = " + registry,
		"connect-timeout = 1",
		"warn-dirty = false",
		"fsync-metadata = false",
		"require-sigs = false",
	}
	return []string{
		"NIX_CONFIG=" + strings.Join(settings, "\n"),
		"NIX_USER_CONF_FILES=/dev/null",
		"NIX_REMOTE=" + filepath.Join(dir, "store"),
		"XDG_CACHE_HOME=" + filepath.Join(dir, "cache"),
	}, nil
}

// Remove removes a directory with a store in it, whose files are read-only.
func Remove(dir string) error {
	err := filepath.WalkDir(dir, func(name string, d fs.DirEntry, err error) error {
		if err == nil && d.IsDir() {
			return os.Chmod(name, 0o700)
		}
		return nil
	})
	return errors.Join(err, os.RemoveAll(dir))
}
