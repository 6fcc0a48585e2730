// Package miniature is a small world of flakes for tests and demos: our own
// nixpkgs, flake-parts, import-tree, home-manager, nix-darwin and a few more,
// with real derivations that /bin/sh builds in Nix's sandbox, without network
// and in milliseconds. Names and meaning are those of the real ones, as far as
// the example fleet and ordinary flakes use them; the code is not.
//
// Systems are real: a toplevel has etc, unit files, init, and a
// switch-to-configuration that links /etc, starts and stops units with
// systemctl where systemd runs, and ends with NixOS' exit codes. They leave
// the host's sshd, network, users and Nix alone. A toplevel for
// aarch64-darwin is built by a Nix that takes that platform for its own
// (system or extra-platforms in its settings).
//
// Functions write files below the directories that they are given and may be
// called concurrently for different ones.
package miniature

import (
	"context"
	"embed"
	"fmt"
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
)

//go:embed all:world all:channels all:plain
var files embed.FS

// Inputs are the names of the flake inputs that a World has, sorted: what the
// flake.nix at the top of this repository asks for.
func Inputs() []string {
	var names []string
	for _, dir := range []string{"world", "channels"} {
		entries, err := files.ReadDir(dir)
		if err != nil {
			panic(err) // embedded
		}
		for _, e := range entries {
			names = append(names, strings.TrimSuffix(e.Name(), ".nix"))
		}
	}
	slices.Sort(names)
	return names
}

// World is where the inputs have been written: a directory with one flake per
// input, named as the input.
type World struct {
	Dir string // absolute
}

// Write writes the inputs below dir, which is made if it does not exist.
func Write(dir string) (World, error) {
	dir, err := filepath.Abs(dir)
	if err != nil {
		return World{}, fmt.Errorf("miniature: %w", err)
	}
	if err := copyTree(dir, "world", nil); err != nil {
		return World{}, err
	}
	channels, err := files.ReadDir("channels")
	if err != nil {
		return World{}, fmt.Errorf("miniature: %w", err)
	}
	for _, c := range channels {
		text, err := files.ReadFile("channels/" + c.Name())
		if err != nil {
			return World{}, fmt.Errorf("miniature: %w", err)
		}
		to := filepath.Join(dir, strings.TrimSuffix(c.Name(), ".nix"))
		if err := copyTree(to, "world/nixpkgs", map[string]string{"channel.nix": string(text)}); err != nil {
			return World{}, err
		}
	}
	return World{Dir: dir}, nil
}

// Reference is the flake reference of an input: "path:/…/nixpkgs".
func (w World) Reference(input string) string {
	return "path:" + filepath.Join(w.Dir, input)
}

// Overrides are the arguments of nix that put this world in the place of a
// flake's inputs: --override-input NAME REFERENCE for each of the names, or for
// all of Inputs when there are none. Nix refuses names that the flake does not
// have.
func (w World) Overrides(names ...string) []string {
	if len(names) == 0 {
		names = Inputs()
	}
	var args []string
	for _, name := range names {
		args = append(args, "--override-input", name, w.Reference(name))
	}
	return args
}

// Lock writes flake.lock in the repository at dir, with this world's inputs in
// the place of those that flake.nix names; git must track both files. Then the
// flake evaluates by itself, without network, and has its commit's revision,
// which Nix withholds from a flake with overridden inputs. The names are those
// of Overrides, env is what Nix runs with.
func (w World) Lock(ctx context.Context, dir string, env []string, names ...string) error {
	cmd := exec.CommandContext(ctx, "nix", append([]string{"flake", "lock"}, w.Overrides(names...)...)...)
	cmd.Dir, cmd.Env = dir, env
	if out, err := cmd.CombinedOutput(); err != nil {
		return fmt.Errorf("miniature: nix flake lock in %s: %w\n%s", dir, err, out)
	}
	return nil
}

// copyTree writes the embedded tree from below dir; replaced are files with
// another content, by their path in the tree.
func copyTree(dir, from string, replaced map[string]string) error {
	return fs.WalkDir(files, from, func(name string, d fs.DirEntry, err error) error {
		if err != nil {
			return fmt.Errorf("miniature: %w", err)
		}
		rel := strings.TrimPrefix(strings.TrimPrefix(name, from), "/")
		to := filepath.Join(dir, filepath.FromSlash(rel))
		if d.IsDir() {
			return os.MkdirAll(to, 0o755)
		}
		text, ok := replaced[rel]
		if !ok {
			b, err := files.ReadFile(name)
			if err != nil {
				return fmt.Errorf("miniature: %w", err)
			}
			text = string(b)
		}
		return os.WriteFile(to, []byte(text), 0o644)
	})
}
