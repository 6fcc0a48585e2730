package audit

import (
	"bytes"
	"context"
	"errors"
	"io"
	"io/fs"
	"os"
	"path"
	"runtime"
	"slices"
	"strings"
	"sync"
	"sync/atomic"

	"assay/secrets/sops"
	"assay/secrets/sops/policy"
	"assay/secrets/vars"
)

// Limits on what is read, so that a hostile directory costs little.
const (
	maxFiles = 200_000  // listed without git
	maxFile  = 16 << 20 // bytes of a file
)

// Gather reads what lies in the directory: tier 1's keys and claims, every
// .sops.yaml, and the encrypted files. Tracked are the files to look at; nil
// means all of them but those in directories that begin with a dot. Links are
// not followed. What cannot be read is told in Faults.
func Gather(ctx context.Context, store *vars.Store, tracked []string, in Input) (Input, error) {
	root, err := os.OpenRoot(store.Dir())
	if err != nil {
		return in, err
	}
	defer root.Close()
	if tracked == nil {
		tracked = walk(ctx, root)
	}
	in.Tracked = tracked
	fault := func(err error) {
		if err != nil {
			in.Faults = append(in.Faults, err)
		}
	}
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
	texts := encrypted(ctx, root, tracked)
	for _, t := range texts {
		if path.Base(t.path) == policy.FileName {
			c, err := policy.Parse(t.path, t.text)
			if fault(err); err == nil {
				in.Rules = append(in.Rules, Policy{path.Dir(t.path), c})
			}
			continue
		}
		f, err := sops.ParseAs(sops.StoreOf(t.path), t.text)
		if errors.Is(err, sops.ErrFormat) && sops.StoreOf(t.path) == sops.Binary && !envelope(t.text) {
			continue // a text that tells of sops
		}
		in.Files = append(in.Files, File{t.path, f, err})
	}
	return in, ctx.Err()
}

// walk lists the files of a directory that is not under git.
func walk(ctx context.Context, root *os.Root) []string {
	out := []string{}
	_ = fs.WalkDir(root.FS(), ".", func(p string, d fs.DirEntry, err error) error {
		switch {
		case ctx.Err() != nil || len(out) >= maxFiles:
			return fs.SkipAll
		case err != nil:
			return nil
		case d.IsDir() && p != "." && (strings.HasPrefix(d.Name(), ".") || d.Name() == "node_modules"):
			return fs.SkipDir
		case d.Type().IsRegular():
			out = append(out, p)
		}
		return nil
	})
	return out
}

type text struct {
	path string
	text []byte
}

// encrypted reads those files that look like ones of the sops command, and
// every .sops.yaml, in the order of the list.
func encrypted(ctx context.Context, root *os.Root, files []string) []text {
	var candidates []string
	for _, f := range files {
		if !tier1(f) && !foreign(f) {
			candidates = append(candidates, f)
		}
	}
	found := make([][]byte, len(candidates))
	var group sync.WaitGroup
	var next atomic.Int64
	for range runtime.GOMAXPROCS(0) {
		group.Go(func() {
			for i := next.Add(1) - 1; i < int64(len(candidates)) && ctx.Err() == nil; i = next.Add(1) - 1 {
				found[i] = read(root, candidates[i])
			}
		})
	}
	group.Wait()
	var out []text
	for i, t := range found {
		if t != nil {
			out = append(out, text{candidates[i], t})
		}
	}
	slices.SortFunc(out, func(a, b text) int { return strings.Compare(a.path, b.path) })
	return out
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

// foreign reports whether a file is, by its name, of a kind that nobody
// encrypts with sops.
func foreign(file string) bool {
	switch path.Ext(file) {
	case ".nix", ".md", ".mdx", ".png", ".jpg", ".jpeg", ".svg", ".webp", ".gif", ".pdf", ".ttf", ".woff2", ".go", ".rs", ".py",
		".lua", ".sh", ".fish", ".zsh", ".ts", ".tsx", ".js", ".css", ".html", ".lock", ".patch", ".el", ".org", ".vim", ".c", ".h":
		return true
	}
	return false
}

// read returns the text of a file that looks like one of the sops command;
// nil for all others.
func read(root *os.Root, name string) []byte {
	info, err := root.Lstat(name)
	if err != nil || !info.Mode().IsRegular() || info.Size() > maxFile || info.Size() == 0 {
		return nil
	}
	f, err := root.Open(name)
	if err != nil {
		return nil
	}
	defer f.Close()
	t := make([]byte, info.Size())
	if n, err := io.ReadFull(f, t); err != nil {
		t = t[:n] // it became shorter
	}
	if path.Base(name) == policy.FileName {
		return t
	}
	if bytes.Contains(t, []byte("ENC[AES256_GCM,data:")) && bytes.Contains(t, []byte("lastmodified")) {
		return t
	}
	return nil
}

// envelope reports whether a text is a JSON object, as every file of the
// binary store is.
func envelope(t []byte) bool { return bytes.HasPrefix(bytes.TrimSpace(t), []byte("{")) }
