// Package files finds the secrets that people edit: files in the format of the
// sops command, anywhere in a tree, under the rules of .sops.yaml. Generated
// vars are not among them: those are for secrets/vars.
//
// A file's readers are what the rules say. What the file claims is compared
// with that, and nothing is decrypted. Nothing outside of the tree is read, and
// no symbolic link is followed but that of a .sops.yaml. The functions keep no
// state and may be called from several goroutines.
package files

import (
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path"
	"slices"
	"strings"
	"syscall"
	"time"

	"assay/secrets/sops"
	"assay/secrets/sops/policy"
)

// State is what can be told of a file without opening it.
type State string

// The states, the worst first.
const (
	Malformed State = "malformed" // a rule covers it, and it cannot be read
	Plain     State = "plain"     // a rule covers it, and it is not encrypted
	NoRule    State = "no rule"   // no rule says who may read it
	Drifted   State = "drifted"   // its readers are not those of the rule
	Foreign   State = "foreign"   // only the sops command opens or writes it
	OK        State = "ok"
)

// File is one file.
type File struct {
	Path   string // below the tree, with slashes
	Store  sops.Store
	State  State
	Why    string // of a state that is not OK
	Config string // the .sops.yaml that governs it; "" for none
	Rule   *policy.Rule
	Form   sops.Form // how the rule has it written

	Claims   []string  // the age recipients that the file names, by text; unauthenticated
	Wanted   []string  // those of the rule, by text
	Extra    []string  // claimed and not wanted
	Missing  []string  // wanted and not claimed
	Others   []string  // other kinds of keys that it names
	Modified time.Time // as it says itself; zero where it is not known
}

// Key makes texts of one recipient equal: the comment of an SSH key is no part
// of it.
func Key(recipient string) string {
	if words := strings.Fields(recipient); len(words) > 2 && strings.HasPrefix(words[0], "ssh-") {
		return words[0] + " " + words[1]
	}
	return recipient
}

// keys are the recipients by text, each once.
func keys(recipients []string) []string {
	out := make([]string, 0, len(recipients))
	for _, r := range recipients {
		out = append(out, Key(r))
	}
	slices.Sort(out)
	return slices.Compact(out)
}

// Look tells the state of one file of the tree, which may be one that is not
// there yet: then its State is Plain. The text of the file comes with it.
// Replaced has the texts of .sops.yaml files, by path, to read instead of what
// is there.
func Look(dir, name string, replaced map[string][]byte) (*File, []byte, error) {
	root, err := os.OpenRoot(dir)
	if err != nil {
		return nil, nil, err
	}
	defer root.Close()
	f := &File{Path: name, Store: sops.StoreOf(name)}
	r := newRules(root, replaced)
	if err := f.govern(r); err != nil {
		return nil, nil, err
	}
	text, err := Read(root, name)
	switch {
	case errors.Is(err, fs.ErrNotExist):
		f.State, f.Why = Plain, "it is not there yet"
		return f, nil, nil
	case err != nil:
		return nil, nil, err
	}
	f.judge(text)
	return f, text, nil
}

// govern finds the rule of a file.
func (f *File) govern(r *rules) error {
	c, below, err := r.of(path.Dir(f.Path))
	if c == nil || err != nil {
		return err
	}
	f.Config = c.File
	if err := c.Err(); err != nil {
		return err
	}
	if rule, ok := c.Match(strings.TrimPrefix(f.Path, below)); ok {
		f.Rule = rule
		f.Form, _, _ = c.Form(strings.TrimPrefix(f.Path, below)) // judge tells why it cannot be written
		f.Wanted = keys(rule.AgeKeys())
	}
	return nil
}

// judge reads an encrypted file.
func (f *File) judge(text []byte) {
	set := func(s State, why string) { f.State, f.Why = s, why }
	parsed, err := sops.ParseAs(f.Store, text)
	switch {
	case errors.Is(err, sops.ErrForeign):
		f.Claims, f.Others = ForeignKeys(text)
	case err != nil && !marked(text):
		set(Plain, "a rule says who may read it, and it is not encrypted")
		return
	case err != nil:
		set(Malformed, err.Error())
		return
	default:
		f.Claims, f.Modified = keys(parsed.Recipients()), parsed.Modified
		f.Others = parsed.Foreign
		for _, fp := range parsed.PGP {
			f.Others = append(f.Others, "pgp "+fp)
		}
	}
	f.compare()
	switch {
	case f.Rule == nil && f.Config == "":
		set(NoRule, "there is no .sops.yaml in its directory or above")
	case f.Rule == nil:
		set(NoRule, "no rule of "+f.Config+" matches it")
	case f.Rule.Err != nil:
		set(NoRule, f.Rule.Err.Error())
	case len(f.Extra)+len(f.Missing) > 0:
		set(Drifted, "its readers are not those of "+f.Rule.At.String())
	case !f.Store.Native():
		set(Foreign, fmt.Sprintf("the store %s is for the sops command", f.Store))
	case len(f.Others) > 0:
		set(Foreign, "its key is also given to "+strings.Join(f.Others, ", ")+": that takes the sops command")
	case f.Rule.Native() != nil:
		set(Foreign, f.Rule.Native().Error())
	default:
		set(OK, "")
	}
}

func (f *File) compare() {
	f.Extra, f.Missing = nil, nil
	if f.Rule == nil {
		return
	}
	for _, c := range f.Claims {
		if !slices.Contains(f.Wanted, c) {
			f.Extra = append(f.Extra, c)
		}
	}
	for _, w := range f.Wanted {
		if !slices.Contains(f.Claims, w) {
			f.Missing = append(f.Missing, w)
		}
	}
}

// maxFile bounds what is read of one file, in bytes.
const maxFile = 32 << 20

// Read reads a regular file of the tree.
func Read(root *os.Root, name string) ([]byte, error) {
	f, err := root.OpenFile(name, os.O_RDONLY|syscall.O_NONBLOCK|syscall.O_NOFOLLOW, 0)
	if errors.Is(err, syscall.ELOOP) {
		return nil, fmt.Errorf("%s: a symbolic link; hint: name what it leads to", name)
	}
	if err != nil {
		return nil, err
	}
	defer f.Close()
	return readRegular(f, name, maxFile)
}

// readRegular reads an open file of at most limit bytes, a multiple of a MiB.
func readRegular(f *os.File, name string, limit int64) ([]byte, error) {
	st, err := f.Stat()
	switch {
	case err != nil:
		return nil, err
	case !st.Mode().IsRegular():
		return nil, fmt.Errorf("%s: not a regular file", name)
	case st.Size() > limit:
		return nil, fmt.Errorf("%s: larger than %d MiB", name, limit>>20)
	}
	return io.ReadAll(io.LimitReader(f, limit))
}
