package audit

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path"
	"slices"
	"strings"

	"assay/fleet/beneath"
	"assay/secrets/files"
	"assay/secrets/sops"
	"assay/secrets/sops/policy"
	"assay/secrets/vars"
)

// maxFiles bounds what is listed without git, so that a hostile directory costs
// little.
const maxFiles = 200_000

// Gather reads what lies in the directory: tier 1's keys and claims, every
// .sops.yaml, and the encrypted files. Tracked are the files to look at; nil
// means all of them but those in directories that begin with a dot. Links are
// not followed, but that of a .sops.yaml is. What cannot be read is told in
// Faults. Untracked, if it is not nil, is asked last for the files that git does
// not track and is not told to ignore, which are looked at too.
func Gather(ctx context.Context, store *vars.Store, tracked []string, untracked func() []string, in Input) (Input, error) {
	root, err := os.OpenRoot(store.Dir())
	if err != nil {
		return in, err
	}
	defer root.Close()
	fault := func(err error) {
		if err != nil {
			in.Faults = append(in.Faults, err)
		}
	}
	if tracked == nil {
		tracked, err = walk(ctx, root)
		fault(err)
	}
	in.Tracked = slices.Compact(slices.Sorted(slices.Values(tracked))) // git names a file in conflict several times
	var dirs []string
	for i := range in.Vars {
		dirs = append(dirs, in.Vars[i].Dir())
	}
	in.Claims, err = store.Claims(dirs)
	fault(err)
	in.Members, err = store.Members()
	fault(err)
	in.Strays, err = store.Strays()
	fault(err)
	rules(root, &in, in.Tracked, fault)
	in.encrypted(ctx, root, in.Tracked, false)
	if untracked != nil {
		in.Untracked = untracked()
		if len(in.Untracked) > maxFiles {
			in.Untracked = in.Untracked[:maxFiles]
			fault(fmt.Errorf("%s: git does not track more than %d files; the others are not looked at", root.Name(), maxFiles))
		}
		rules(root, &in, in.Untracked, fault)
		in.encrypted(ctx, root, in.Untracked, true)
	}
	slices.SortFunc(in.Files, func(a, b File) int { return strings.Compare(a.Path, b.Path) })
	return in, ctx.Err()
}

// encrypted reads those of the files that are encrypted.
func (in *Input) encrypted(ctx context.Context, root *os.Root, names []string, untracked bool) {
	names = slices.DeleteFunc(slices.Clone(names), func(f string) bool { return tier1(f) || path.Base(f) == policy.FileName })
	for i, f := range files.Encrypted(ctx, root, names) {
		switch {
		case errors.Is(f.Err, fs.ErrPermission):
			if !untracked { // which Nix does not see
				in.Faults = append(in.Faults, fmt.Errorf("%s: %w, so nobody knows whether it is encrypted", names[i], f.Err))
			}
		case f.Err != nil:
			in.Files = append(in.Files, File{Path: names[i], Err: f.Err, Untracked: untracked})
		case f.Text != nil:
			if parsed, ok := parse(names[i], f.Text); ok {
				parsed.Untracked = untracked
				in.Files = append(in.Files, parsed)
			}
		}
	}
}

// rules reads every .sops.yaml among the files.
func rules(root *os.Root, in *Input, names []string, fault func(error)) {
	for _, name := range names {
		if path.Base(name) != policy.FileName {
			continue
		}
		text, err := files.ReadRules(root, name)
		if errors.Is(err, fs.ErrNotExist) { // removed, and git knows it still
			continue
		}
		c := &policy.Config{File: name} // it decides for its files, also where for none of them can be told how
		if err == nil {
			var read *policy.Config
			if read, err = policy.Parse(name, text); err == nil {
				c = read
			}
		}
		fault(err)
		in.Rules = append(in.Rules, Policy{path.Dir(name), c})
	}
}

// parse reads an encrypted file; false is a text that tells of sops.
func parse(name string, text []byte) (File, bool) {
	store := sops.StoreOf(name)
	f, err := sops.ParseAs(store, text)
	switch {
	case errors.Is(err, sops.ErrForeign):
		recipients, kinds := files.ForeignKeys(text)
		f, err = &sops.File{Store: store, Foreign: kinds}, nil
		for _, r := range recipients {
			f.Age = append(f.Age, sops.Stanza{Recipient: r})
		}
	case errors.Is(err, sops.ErrFormat) && store == sops.Binary && !bytes.HasPrefix(bytes.TrimSpace(text), []byte("{")): // those of the binary store are JSON
		return File{}, false
	}
	return File{Path: name, File: f, Err: err}, true
}

// walk lists the files of a directory that is not under git. The error says
// that these are not all.
func walk(ctx context.Context, root *os.Root) (out []string, err error) {
	out = []string{}
	_ = fs.WalkDir(beneath.FS(root), ".", func(p string, d fs.DirEntry, bad error) error {
		switch {
		case ctx.Err() != nil:
			return fs.SkipAll
		case len(out) >= maxFiles:
			err = fmt.Errorf("%s: more than %d files; the others are not looked at", root.Name(), maxFiles)
			return fs.SkipAll
		case bad != nil:
			err = fmt.Errorf("%s is not looked at: %w", p, bad)
		case d.IsDir() && p != "." && (strings.HasPrefix(d.Name(), ".") || d.Name() == "node_modules"):
			return fs.SkipDir
		case d.Type().IsRegular(), d.Name() == policy.FileName:
			out = append(out, p)
		}
		return nil
	})
	return out, err
}

// tier1 reports whether a path is one of clan's layout.
func tier1(file string) bool {
	for _, dir := range []string{"vars/per-machine/", "vars/shared/", "vars/per-export/", "sops/users/", "sops/machines/", "sops/groups/"} {
		if strings.HasPrefix(file, dir) {
			return true
		}
	}
	ok, err := path.Match("sops/secrets/*/secret", file)
	return ok && err == nil
}
