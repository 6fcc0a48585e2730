// Package checkout asks git about the fleet's directory. Nothing that the
// repository configures is run, and nothing is written or fetched that the
// caller does not ask for. Its functions keep no state and may be called
// concurrently.
package checkout

import (
	"bytes"
	"cmp"
	"context"
	"errors"
	"os/exec"
	"strings"
	"time"

	"assay/fleet/engine/nix/runner"
)

// Ask runs git in a directory and returns what it prints, without the last
// line feed. It takes no locks and runs nothing else: no monitor of files, and
// nothing that a remote is reached through. A partial clone would fetch what
// it lacks, and its own settings say by which program; from names the
// protocols by which git may fetch, "" is none. Of a bare repository that lies
// among the files nothing is read. The error has git's first line of
// complaint, and wraps exec.ErrNotFound where there is no git.
func Ask(ctx context.Context, dir, from string, args ...string) (string, error) {
	var out bytes.Buffer
	cmd := command(ctx, dir, from, args...)
	cmd.Stdout = &out
	if err := ended(cmd, cmd.Run()); err != nil {
		return "", err
	}
	return strings.TrimRight(out.String(), "\n"), nil
}

// command is git as Ask runs it, what it complains of on Stderr for ended.
func command(ctx context.Context, dir, from string, args ...string) *exec.Cmd {
	flags := []string{"--no-optional-locks", "-C", dir, "-c", "core.fsmonitor=false", "-c", "safe.bareRepository=explicit"}
	cmd := exec.CommandContext(ctx, "git", append(flags, args...)...)
	cmd.Env = append(runner.Environ(), "GIT_ALLOW_PROTOCOL="+cmp.Or(from, "none"), "GIT_NO_LAZY_FETCH=1", "GIT_FLUSH=0", "GIT_TERMINAL_PROMPT=0")
	cmd.WaitDelay = time.Second
	cmd.Stderr = new(bytes.Buffer)
	return cmd
}

// ended adds to err, with which a command ended, git's first line of complaint.
func ended(cmd *exec.Cmd, err error) error {
	if err == nil {
		return nil
	}
	complaint, _ := cmd.Stderr.(*bytes.Buffer)
	said := strings.TrimSpace(complaint.String())
	if i := strings.Index(said, "\nfatal: "); i >= 0 { // after warnings
		said = said[i+1:]
	}
	if line, _, _ := strings.Cut(said, "\n"); line != "" {
		return errors.Join(errors.New(line), err)
	}
	return err
}

// Tracked returns the files of the directory that git tracks, relative to it,
// with slashes: those that Nix sees of a flake. ok is false where there is no
// git or the directory is not under it; then Nix sees all files.
func Tracked(ctx context.Context, dir string) (files []string, ok bool) {
	out, err := Ask(ctx, dir, "", "ls-files", "-z")
	if err != nil {
		return nil, false
	}
	out = strings.TrimSuffix(out, "\x00")
	if out == "" {
		return []string{}, true
	}
	return strings.Split(out, "\x00"), true
}

// Untracked returns the files of the directory that git neither tracks nor is
// told to ignore, relative to it, with slashes: Nix does not see them of a
// flake. Without git there are none.
func Untracked(ctx context.Context, dir string) []string {
	out, err := Ask(ctx, dir, "", "ls-files", "-z", "--others", "--exclude-standard")
	if out = strings.TrimSuffix(out, "\x00"); err != nil || out == "" {
		return nil
	}
	return strings.Split(out, "\x00")
}
