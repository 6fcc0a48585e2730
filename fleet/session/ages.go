package session

import (
	"context"
	"errors"
	"maps"
	"os/exec"
	"path"
	"slices"
	"strings"

	"assay/fleet/checkout"
	"assay/secrets/audit"
)

// encrypted are the encrypted files whose history git can know: those that it
// tracks, where that is known.
func encrypted(in *audit.Input, tracked []string) []string {
	files := map[string]bool{}
	for _, c := range in.Claims {
		files[path.Join(c.Dir, "secret")] = true
	}
	for _, f := range in.Files {
		files[f.Path] = true
	}
	if tracked == nil {
		return slices.Sorted(maps.Keys(files))
	}
	return slices.DeleteFunc(slices.Clone(tracked), func(f string) bool { return !files[f] })
}

// historyOf is the history of the files' top directories: that which was begun,
// where it has these; nil of no files.
func historyOf(ctx context.Context, dir, cache string, begun *checkout.History, files []string) *checkout.History {
	var tops []string
	for _, f := range files {
		top, _, _ := strings.Cut(f, "/")
		tops = append(tops, top)
	}
	slices.Sort(tops)
	if tops = slices.Compact(tops); begun.Has(tops) {
		return begun
	}
	begun.Stop()
	if len(tops) == 0 {
		return nil
	}
	return readHistory(ctx, dir, cache, tops, files, nil)
}

// agesOf is what a history says became of files.
func agesOf(ctx context.Context, history *checkout.History, files []string) (ages audit.Ages) {
	if history == nil {
		return ages
	}
	versions, err := history.Versions(ctx, files)
	if err != nil {
		ages.NoGit = noHistory(err)
		return ages
	}
	at := map[string]int{} // places in ages.History, from 1
	for _, v := range versions {
		if v.Cut {
			ages.NoGit = audit.Shallow
		}
		if at[v.Path] == 0 {
			ages.History = append(ages.History, audit.Versions{Path: v.Path})
			at[v.Path] = len(ages.History)
		}
		of := &ages.History[at[v.Path]-1]
		of.All = append(of.All, audit.Version{At: v.At, Said: v.Said, Cut: v.Cut})
	}
	return ages
}

// noHistory is why git says nothing.
func noHistory(err error) string {
	switch {
	case errors.Is(err, exec.ErrNotFound):
		return "git is not installed"
	case strings.Contains(err.Error(), "not a git repository"):
		return "the directory is not under git"
	}
	first, _, _ := strings.Cut(err.Error(), "\n")
	return "git cannot say: " + first
}
