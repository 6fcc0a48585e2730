package files

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path"
	"regexp"
	"runtime"
	"slices"
	"strings"
	"sync"

	"assay/fleet/beneath"
	"assay/secrets/sops"
	"assay/secrets/sops/policy"
)

// Tree is what Scan found.
type Tree struct {
	Files   []File                    // by path
	Configs map[string]*policy.Config // every .sops.yaml, by its path below the tree
	// Unread are files that no rule covers, and directories with a slash at the
	// end, which may not be read: nobody knows what in them is encrypted.
	Unread []string
}

// left are directories that are not looked into: what tools keep there is no
// part of the fleet.
var left = []string{".git", ".direnv", "node_modules", ".jj", ".hg"}

// generated reports whether a path is one of a generated secret, which
// secrets/vars looks after.
func generated(name string) bool {
	if path.Base(name) != "secret" {
		return false
	}
	for _, top := range []string{"vars/per-machine/", "vars/shared/", "vars/per-export/", "sops/secrets/"} {
		if strings.HasPrefix(name, top) {
			return true
		}
	}
	return false
}

// Scan finds all encrypted files of a tree, and those that a rule covers and
// that are not encrypted: a rule covers a plain file if most of what it matches
// is encrypted, or if it matches just that one. Replaced
// is as for Look.
func Scan(ctx context.Context, dir string, replaced map[string][]byte) (*Tree, error) {
	root, err := os.OpenRoot(dir)
	if err != nil {
		return nil, err
	}
	defer root.Close()
	names, closed, err := list(ctx, root)
	if err != nil {
		return nil, err
	}
	found := Encrypted(ctx, root, names)
	if err := ctx.Err(); err != nil {
		return nil, err
	}
	t := &Tree{Unread: closed}
	r := newRules(root, replaced)
	plain := map[*policy.Rule][]string{}
	secret := map[*policy.Rule]int{}
	for i, name := range names {
		f := File{Path: name, Store: sops.StoreOf(name)}
		err := f.govern(r)
		if found[i].Text == nil && found[i].Err == nil {
			if f.Rule != nil && err == nil && f.Rule.PathRegex != "" && path.Base(name) != policy.FileName {
				plain[f.Rule] = append(plain[f.Rule], name)
			}
		} else if errors.Is(found[i].Err, fs.ErrPermission) && f.Rule == nil {
			t.Unread = append(t.Unread, name)
		} else if f.sealed(found[i], err) {
			secret[f.Rule]++
			t.Files = append(t.Files, f)
		}
	}
	for rule, names := range plain {
		if secret[rule] >= len(names) || secret[rule] == 0 && len(names) == 1 {
			t.plain(r, rule, names)
		}
	}
	slices.SortFunc(t.Files, func(a, b File) int { return strings.Compare(a.Path, b.Path) })
	slices.Sort(t.Unread)
	t.Configs = r.configs()
	return t, nil
}

// sealed judges a file that looks encrypted; ruled is why no rule can be told.
// False is a text about such files.
func (f *File) sealed(found Sealed, ruled error) bool {
	if found.Err != nil {
		f.State, f.Why = Malformed, found.Err.Error()
	} else if f.judge(found.Text); f.State == Plain {
		return false
	}
	about := f.State == Malformed && f.Rule == nil && found.Err == nil
	if ruled != nil {
		f.State, f.Why, about = NoRule, ruled.Error(), false
	}
	return !about
}

// plain adds the files that a rule covers and that are not encrypted.
func (t *Tree) plain(r *rules, rule *policy.Rule, names []string) {
	for _, name := range names {
		f := File{Path: name, Store: sops.StoreOf(name), State: Plain, Why: rule.At.String() + " says who may read it, and it is not encrypted"}
		_ = f.govern(r) // it was read before
		t.Files = append(t.Files, f)
	}
}

// list returns the paths of all regular files, sorted, and of the directories
// that may not be read.
func list(ctx context.Context, root *os.Root) (names, closed []string, err error) {
	err = fs.WalkDir(beneath.FS(root), ".", func(name string, d fs.DirEntry, err error) error {
		switch {
		case ctx.Err() != nil:
			return ctx.Err()
		case err != nil && d != nil && d.IsDir() && name != ".": // one that may not be read hides only itself
			if errors.Is(err, fs.ErrPermission) && !slices.Contains(left, d.Name()) {
				closed = append(closed, name+"/")
			}
			return fs.SkipDir
		case err != nil:
			return err
		case d.IsDir() && slices.Contains(left, d.Name()):
			return fs.SkipDir
		case d.Type().IsRegular() && !generated(name):
			names = append(names, name)
		}
		return nil
	})
	return names, closed, err
}

// Sealed is a file that looks encrypted: its text, or why that cannot be had.
type Sealed struct {
	Text []byte
	Err  error
}

// Encrypted reads those of the files that look encrypted, in their order; zero
// is another one. Of one that may not be read the error is fs.ErrPermission. It
// ends early when ctx does.
func Encrypted(ctx context.Context, root *os.Root, names []string) []Sealed {
	out, fsys := make([]Sealed, len(names)), beneath.FS(root)
	next := make(chan int)
	var work sync.WaitGroup
	for range runtime.NumCPU() {
		work.Go(func() {
			room := make([]byte, tail)
			for i := range next {
				out[i] = readMarked(root, fsys, names[i], room)
			}
		})
	}
	for i := range names {
		if ctx.Err() != nil {
			break
		}
		next <- i
	}
	close(next)
	work.Wait()
	return out
}

// tail is how much of the end of a file is looked at first, in bytes: what
// sops writes there holds its name, before the keys of a hundred people.
const tail = 128 << 10

// readMarked reads a file if it looks encrypted. Room is for its end.
func readMarked(root *os.Root, fsys fs.FS, name string, room []byte) Sealed {
	f, err := beneath.Open(root, fsys, name)
	if errors.Is(err, fs.ErrPermission) {
		return Sealed{Err: fmt.Errorf("it may not be read: %w", fs.ErrPermission)}
	} else if err != nil {
		return Sealed{}
	}
	defer f.Close()
	st, err := f.Stat()
	if err != nil || !st.Mode().IsRegular() {
		return Sealed{}
	}
	end := room[:min(st.Size(), tail)]
	if _, err := f.ReadAt(end, st.Size()-int64(len(end))); err != nil || !bytes.Contains(end, []byte("sops")) && !bytes.Contains(end, []byte("lastmodified")) {
		return Sealed{}
	}
	switch {
	case st.Size() <= tail && marked(end):
		return Sealed{bytes.Clone(end), nil}
	case st.Size() <= tail, st.Size() > maxFile && !marked(end):
		return Sealed{}
	}
	text, err := Read(root, name)
	if err != nil || marked(text) {
		return Sealed{text, err}
	}
	return Sealed{}
}

var (
	claim  = regexp.MustCompile(`(?m)age__list_\d+__map_recipient\s*[=:]\s*"?(age1[a-z0-9]+|ssh-[a-z0-9]+ [A-Za-z0-9+/=]+)`)
	others = regexp.MustCompile(`(?m)^(?:sops_)?(kms|gcp_kms|azure_kv|hc_vault|hckms|pgp|key_groups)__list_`)
)

// marked reports whether a text has what every encrypted file has.
func marked(text []byte) bool {
	return bytes.Contains(text, []byte("ENC[AES256_GCM,")) && bytes.Contains(text, []byte("lastmodified")) && hasMAC(text)
}

// hasMAC reports whether a text has a field mac that is encrypted, in any of the
// formats: mac: ENC[, "mac": "ENC[, sops_mac=ENC[.
func hasMAC(text []byte) bool {
	for at := 0; ; {
		i := bytes.Index(text[at:], []byte("mac"))
		if i < 0 {
			return false
		}
		at += i + len("mac")
		if before := at - len("mac") - 1; before >= 0 && !strings.ContainsRune("\"_\t\n\f\r ", rune(text[before])) {
			continue
		}
		rest := bytes.TrimLeft(bytes.TrimPrefix(text[at:min(at+maxMark, len(text))], []byte{'"'}), "\t\n\f\r ")
		if len(rest) == 0 || rest[0] != ':' && rest[0] != '=' {
			continue
		}
		rest = bytes.TrimPrefix(bytes.TrimLeft(rest[1:], "\t\n\f\r "), []byte{'"'})
		if bytes.HasPrefix(rest, []byte("ENC[")) {
			return true
		}
	}
}

// maxMark is how far behind the name of the field its value begins at most, in
// bytes: a file may be laid out by others than sops.
const maxMark = 1 << 10

// ForeignKeys finds whom a dotenv or INI file, which package sops does not read,
// names: the age recipients by text, and the other kinds of keys. Nothing of it
// is authenticated.
func ForeignKeys(text []byte) (recipients, kinds []string) {
	for _, m := range claim.FindAllSubmatch(text, -1) {
		recipients = append(recipients, string(m[1]))
	}
	for _, m := range others.FindAllSubmatch(text, -1) {
		kinds = append(kinds, string(m[1]))
	}
	slices.Sort(kinds)
	return keys(recipients), slices.Compact(kinds)
}
