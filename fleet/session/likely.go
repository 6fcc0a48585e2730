package session

import (
	"context"
	"os"
	"path"
	"path/filepath"
	"slices"
	"strings"

	"assay/fleet/checkout"
	"assay/secrets/audit"
	"assay/secrets/files"
	"assay/secrets/sops/policy"
)

// likelyHistory begins to ask git for the history of those top directories of
// dir that look as if they held secrets, since git takes as long for it as all
// the rest of an audit; nil where none does.
func likelyHistory(ctx context.Context, dir, cache string, tracked []string) *checkout.History {
	rules := rulesOf(dir, tracked)
	var tops []string
	for _, f := range tracked {
		if top := topOf(f); !slices.Contains(tops, top) && (clanDirs[top] || likelyEncrypted(f, rules)) {
			tops = append(tops, top)
		}
	}
	if len(tops) == 0 {
		return nil
	}
	slices.Sort(tops)
	var until []string
	for _, f := range tracked {
		if likelyEncrypted(f, rules) && slices.Contains(tops, topOf(f)) {
			until = append(until, f)
		}
	}
	return readHistory(ctx, dir, cache, tops, until, rules)
}

// readHistory asks git for the history of tops; until are the files that are
// surely in it. rules may be nil.
func readHistory(ctx context.Context, dir, cache string, tops, until []string, rules *policy.Config) *checkout.History {
	if cache != "" {
		cache = filepath.Join(cache, "history")
	}
	likely := func(file string) bool { return likelyEncrypted(file, rules) }
	return checkout.ReadHistory(ctx, dir, cache, tops, checkout.Question{Likely: likely, Say: audit.Say, As: audit.SaidAs, Until: until})
}

func topOf(file string) string {
	top, _, _ := strings.Cut(file, "/")
	return top
}

// rulesOf reads the .sops.yaml of dir, nil where git tracks none or it cannot be
// read.
func rulesOf(dir string, tracked []string) *policy.Config {
	if !slices.Contains(tracked, policy.FileName) {
		return nil
	}
	root, err := os.OpenRoot(dir)
	if err != nil {
		return nil
	}
	defer root.Close()
	text, err := files.ReadRules(root, policy.FileName)
	if err != nil {
		return nil
	}
	rules, _ := policy.Parse(policy.FileName, text)
	return rules
}

// clanDirs are the top directories with secrets whatever their files are called.
var clanDirs = map[string]bool{"vars": true, "sops": true, "secrets": true}

// likelyEncrypted tells by its path whether a file's history will be read. What
// it misses is asked for later. rules may be nil.
func likelyEncrypted(file string, rules *policy.Config) bool {
	name := path.Base(file)
	switch {
	case name == "secret":
		return true
	case !structured(name):
		return false
	}
	return strings.HasPrefix(file, "secrets/") || namedSecret(name) || rules != nil && rules.Names(file)
}

// namedSecret reports whether a file has the name of one that is encrypted.
func namedSecret(name string) bool {
	return strings.Contains(name, "secret") || strings.Contains(name, ".sops") || strings.Contains(name, ".enc")
}

// structured reports whether files of that name are of a format of sops.
func structured(name string) bool {
	if name == policy.FileName {
		return false
	}
	switch path.Ext(name) {
	case ".yaml", ".yml", ".json", ".env", ".ini", ".enc", ".sops":
		return true
	}
	return false
}
