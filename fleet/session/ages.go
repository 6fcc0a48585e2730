package session

import (
	"context"
	"errors"
	"maps"
	"os/exec"
	"path"
	"path/filepath"
	"slices"
	"strings"

	"assay/fleet/checkout"
	"assay/secrets/audit"
	"assay/secrets/sops/policy"
)

// likelyHistory begins to ask git for the history of those top directories of
// dir that look as if they held secrets, since git takes as long for it as all
// the rest of an audit; nil where none does.
func likelyHistory(ctx context.Context, dir, cache string, tracked []string) *checkout.History {
	var tops []string
	for _, f := range tracked {
		if top, _, _ := strings.Cut(f, "/"); likelySecret(top, f) && !slices.Contains(tops, top) {
			tops = append(tops, top)
		}
	}
	if len(tops) == 0 {
		return nil
	}
	slices.Sort(tops)
	var until []string
	for _, f := range tracked {
		if top, _, _ := strings.Cut(f, "/"); likelyEncrypted(f) && slices.Contains(tops, top) {
			until = append(until, f)
		}
	}
	return readHistory(ctx, dir, cache, tops, until)
}

func readHistory(ctx context.Context, dir, cache string, tops, until []string) *checkout.History {
	if cache != "" {
		cache = filepath.Join(cache, "history")
	}
	return checkout.ReadHistory(ctx, dir, cache, tops, checkout.Question{Likely: likelyEncrypted, Say: audit.Say, As: audit.SaidAs, Until: until})
}

// likelySecret tells by the name of a file below a top directory whether it
// may be encrypted. What it misses is asked for later.
func likelySecret(top, file string) bool {
	switch top {
	case "vars", "sops", "secrets":
		return true
	}
	return namedSecret(path.Base(file))
}

// likelyEncrypted tells by its path whether a file's history will be read.
func likelyEncrypted(file string) bool {
	name := path.Base(file)
	return name == "secret" || namedSecret(name) || structured(name) && strings.HasPrefix(file, "secrets/")
}

// namedSecret reports whether a file has the name of one that is encrypted.
func namedSecret(name string) bool {
	return structured(name) && (strings.Contains(name, "secret") || strings.Contains(name, ".sops") || strings.Contains(name, ".enc"))
}

// structured reports whether files of that name are of a format of sops.
func structured(name string) bool {
	if name == policy.FileName {
		return false
	}
	switch path.Ext(name) {
	case ".yaml", ".yml", ".json", ".env", ".ini", ".enc":
		return true
	}
	return false
}

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
// where it is of these; nil of no files.
func historyOf(ctx context.Context, dir, cache string, begun *checkout.History, files []string) *checkout.History {
	var tops []string
	for _, f := range files {
		top, _, _ := strings.Cut(f, "/")
		tops = append(tops, top)
	}
	slices.Sort(tops)
	if tops = slices.Compact(tops); begun.Of(tops) {
		return begun
	}
	begun.Stop()
	if len(tops) == 0 {
		return nil
	}
	return readHistory(ctx, dir, cache, tops, files)
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
