package cli

import (
	"context"
	"errors"
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"strings"

	"assay/fleet"
	"assay/fleet/engine/nix/native"
	"assay/fleet/fleetfile"
	"assay/fleet/host"
	"assay/fleet/repo"
)

// nativeProblems is what keeps Nix from reading a flake whose machines
// fleet.toml defines: the module, the lock, files that git does not track.
func nativeProblems(ctx context.Context, r *repo.Repository) []fleet.Problem {
	if _, err := os.Stat(filepath.Join(r.Dir, "flake.nix")); err != nil || r.Adopted {
		return nil
	}
	var problems []fleet.Problem
	warn := func(file, text, hint string) {
		problems = append(problems, fleet.Problem{At: fleet.Pos{File: file}, Severity: fleet.Warning, Text: text, Hint: hint})
	}
	if text, err := os.ReadFile(filepath.Join(r.Dir, fleetfile.Name)); err != nil || !fleetfile.Native(fleetfile.Name, text) {
		return nil
	}
	module, err := os.ReadFile(filepath.Join(r.Dir, native.Name))
	switch state := native.Compare(module); {
	case errors.Is(err, fs.ErrNotExist):
		warn(native.Name, "there is none: Nix cannot read fleet.toml", "assay init")
	case err != nil:
		warn(native.Name, err.Error(), "")
	case state == native.Newer:
		warn(native.Name, "it is of a later version than this assay knows", "use a newer assay")
	case state != native.Current:
		warn(native.Name, "it is not the module of this assay: "+string(state), "assay init shows the difference")
	}
	if _, err := os.Stat(filepath.Join(r.Dir, "flake.lock")); errors.Is(err, fs.ErrNotExist) {
		warn("flake.lock", "there is none: which inputs are used is not settled", "nix flake lock")
	}
	untracked, ok := untrackedNix(ctx, r.Dir)
	if !ok {
		warn("", r.Dir+" is in no git repository", "git init, and git add what Nix shall see")
	}
	for _, file := range untracked {
		warn(file, "git does not track it: Nix does not see it", "git add "+file)
	}
	return problems
}

// mostUntracked is how many untracked files are told.
const mostUntracked = 20

// untrackedNix lists Nix files and the registry that git neither tracks nor
// ignores; ok is false where there is no git repository. Without git nothing
// is known, and nothing said.
func untrackedNix(ctx context.Context, dir string) (files []string, ok bool) {
	git, err := exec.LookPath("git")
	if err != nil {
		return nil, true
	}
	if err := exec.CommandContext(ctx, git, "-C", dir, "rev-parse", "--git-dir").Run(); err != nil {
		exit, ended := errors.AsType[*exec.ExitError](err)
		return nil, !ended || exit.ExitCode() != 128
	}
	out, err := exec.CommandContext(ctx, git, "-C", dir, "ls-files", "-z", "--others", "--exclude-standard", "--", "*.nix", fleetfile.Name).Output()
	if err != nil {
		return nil, true
	}
	for name := range strings.SplitSeq(strings.TrimSuffix(string(out), "\x00"), "\x00") {
		if name != "" && len(files) < mostUntracked {
			files = append(files, host.Sanitize(name))
		}
	}
	return files, true
}
