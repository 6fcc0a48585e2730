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

// secretHistory asks git what became of the encrypted files, of those that it
// tracks, where that is known; why is what keeps it from being all. Begun is a history
// that may be that of all of them.
func secretHistory(ctx context.Context, dir, cache string, begun *checkout.History, tracked []string, in *audit.Input) (out []audit.Versions, why string) {
	files := map[string]int{} // the encrypted files: their places in out, from 1
	for _, c := range in.Claims {
		files[path.Join(c.Dir, "secret")] = 0
	}
	for _, f := range in.Files {
		files[f.Path] = 0
	}
	if len(files) == 0 {
		return nil, ""
	}
	asked := slices.Sorted(maps.Keys(files))
	if tracked != nil {
		asked = slices.DeleteFunc(slices.Clone(tracked), func(f string) bool { _, ok := files[f]; return !ok })
	}
	if len(asked) == 0 {
		return nil, ""
	}
	history := historyOf(ctx, dir, cache, begun, files, asked)
	defer history.Stop()
	versions, err := history.Versions(ctx, asked)
	switch {
	case errors.Is(err, exec.ErrNotFound):
		return nil, "git is not installed"
	case err != nil:
		if strings.Contains(err.Error(), "not a git repository") {
			return nil, "the directory is not under git"
		}
		why, _, _ = strings.Cut(err.Error(), "\n")
		return nil, "git cannot say: " + why
	}
	for _, v := range versions {
		if v.Cut {
			why = audit.Shallow
		}
		i := files[v.Path]
		if i == 0 {
			out = append(out, audit.Versions{Path: v.Path})
			i = len(out)
			files[v.Path] = i
		}
		out[i-1].All = append(out[i-1].All, audit.Version{At: v.At, Said: v.Said, Cut: v.Cut})
	}
	return out, why
}

// historyOf is the history of the files' top directories: that which was begun,
// where it is of these.
func historyOf(ctx context.Context, dir, cache string, begun *checkout.History, files map[string]int, asked []string) *checkout.History {
	var tops []string
	for f := range files {
		top, _, _ := strings.Cut(f, "/")
		tops = append(tops, top)
	}
	slices.Sort(tops)
	if tops = slices.Compact(tops); begun.Of(tops) {
		return begun
	}
	begun.Stop()
	return readHistory(ctx, dir, cache, tops, asked)
}
