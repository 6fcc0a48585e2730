// Package batch writes a set of files of one directory tree wholly or not at
// all. Before anything is replaced, a record outside of the tree says what is
// about to happen; every new file lies complete beside its target by then.
// After a crash at any moment, Settle moves the whole set forward or back:
//
//	record says preparing  the new files are removed, the old ones stay
//	record says committed  what is not in its place yet is moved there
//
// The record holds paths and hashes of what is written, never contents. What
// goes into the tree is for the caller to encrypt first: the files beside the
// targets, though of mode 0600 until they are complete, are contents.
//
// A Log may be used by several goroutines and processes: Write and Settle hold
// a lock on the tree's directory, which is the one of secrets/vars too, so the
// caller must not hold that.
package batch

import (
	"crypto/rand"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path"
	"path/filepath"
	"slices"
	"time"
)

var (
	// ErrChanged is a file that is not any more what the change was made from.
	ErrChanged = errors.New("it has changed in the meantime")
	// ErrPath is a path that cannot be written: out of the tree, or where
	// something else than a file is.
	ErrPath = errors.New("cannot be written")
	// ErrLost is a file whose new content somebody has removed or changed
	// before it came to its place.
	ErrLost = errors.New("its new content is lost")
)

// Change is what happens to one path. Exactly one of Content, Link and Remove
// says what.
type Change struct {
	Path    string // below the tree, with slashes
	Was     string // what Hash says of the content that the change was made from; "" for a path that was not there
	Content []byte // the new content, if not nil
	Mode    fs.FileMode
	Link    string // the target of a symbolic link to make
	Remove  bool   // the path goes, and directories above it that it leaves empty
}

// check reports a change that says nothing, or more than one thing.
func (c Change) check() error {
	says := 0
	for _, one := range []bool{c.Content != nil, c.Link != "", c.Remove} {
		if one {
			says++
		}
	}
	if says != 1 {
		return fmt.Errorf("%s: %w: it is given %d new contents", c.Path, ErrPath, says)
	}
	return nil
}

// Log writes sets of files into one tree.
type Log struct {
	tree   string // the tree's directory
	record string // the file of the record

	patience time.Duration // for which another writer is waited for
}

// patience is longer than any writing takes.
const patience = time.Minute

// ErrBusy is returned where another process writes the tree, and does not end.
var ErrBusy = errors.New("another process writes its secrets, and does not end")

// New returns a Log for the tree at the directory tree, which must exist, with
// its record in the directory private, which is made with mode 0700 when
// something is written, and must lie on the same machine's disk to outlive it.
func New(tree, private string) *Log {
	return &Log{tree, filepath.Join(private, "writing.json"), patience}
}

// tempPrefix starts the names of new files until they are in their places. It
// is not that of secrets/vars, which removes its own without asking.
const tempPrefix = ".assay.new-"

// Write makes all changes, or none of them. It first settles what an earlier
// process left behind. Errors wrap ErrChanged or ErrPath where that is why;
// after an error all paths are as they were, unless the error is about the
// end of the writing: then Settle finishes it.
func (l *Log) Write(changes []Change) (err error) {
	if len(changes) == 0 {
		return nil
	}
	tree, unlock, err := l.open()
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, unlock()) }()
	if _, err := l.settle(tree); err != nil {
		return err
	}
	r, err := plan(tree, l.tree, changes)
	if err != nil {
		return err
	}
	if err := l.save(r); err != nil {
		return err
	}
	if err := prepare(tree, r, changes); err != nil {
		return errors.Join(err, l.back(tree, r))
	}
	r.State = committed
	if err := l.save(r); err != nil {
		return errors.Join(err, l.back(tree, r))
	}
	return l.forward(tree, r)
}

// plan checks the changes and names what will be made for them.
func plan(tree *os.Root, dir string, changes []Change) (*record, error) {
	r := &record{Version: recordVersion, Tree: dir, State: preparing}
	seen := map[string]bool{}
	for _, c := range changes {
		if !fs.ValidPath(c.Path) || c.Path == "." || seen[c.Path] {
			return nil, fmt.Errorf("%q: %w", c.Path, ErrPath)
		}
		seen[c.Path] = true
		if err := c.check(); err != nil {
			return nil, err
		}
		was, err := hashAt(tree, c.Path)
		if err != nil {
			return nil, err
		}
		if was != c.Was {
			return nil, fmt.Errorf("%s: %w; nothing is written; hint: try again", c.Path, ErrChanged)
		}
		s := step{Path: c.Path, Was: was, Remove: c.Remove}
		if !c.Remove {
			s.Temp = path.Join(path.Dir(c.Path), tempPrefix+rand.Text())
			s.New = Hash(c.Content)
			if c.Link != "" {
				s.New = linkHash(c.Link)
			}
			made, err := missing(tree, path.Dir(c.Path))
			if err != nil {
				return nil, err
			}
			r.Made = append(r.Made, made...)
		}
		r.Steps = append(r.Steps, s)
	}
	slices.Sort(r.Made)
	r.Made = slices.Compact(r.Made)
	return r, nil
}

// missing lists the directories that have to be made for dir.
func missing(tree *os.Root, dir string) (out []string, err error) {
	for ; dir != "."; dir = path.Dir(dir) {
		st, err := tree.Stat(dir)
		switch {
		case errors.Is(err, fs.ErrNotExist):
			out = append(out, dir)
			continue
		case err != nil:
			return nil, err
		case !st.IsDir():
			return nil, fmt.Errorf("%s: %w: no directory", dir, ErrPath)
		}
		break
	}
	return out, nil
}

// prepare writes every new file beside its target and flushes it.
func prepare(tree *os.Root, r *record, changes []Change) error {
	for _, dir := range r.Made { // sorted: parents come first
		if err := tree.Mkdir(dir, 0o777); err != nil && !errors.Is(err, fs.ErrExist) {
			return err
		}
	}
	for i, c := range changes {
		switch s := r.Steps[i]; {
		case s.Remove:
		case c.Link != "":
			if err := tree.Symlink(c.Link, s.Temp); err != nil {
				return err
			}
		default:
			if err := writeTemp(tree, s.Temp, c); err != nil {
				return err
			}
		}
	}
	return flush(tree, r)
}

func writeTemp(tree *os.Root, temp string, c Change) error {
	f, err := tree.OpenFile(temp, os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0o600)
	if err != nil {
		return err
	}
	_, err = f.Write(c.Content)
	if mode := c.Mode.Perm(); err == nil && mode != 0 && mode != 0o600 {
		err = f.Chmod(mode)
	}
	return errors.Join(err, f.Sync(), f.Close())
}

// flush makes the entries of all directories of the set durable.
func flush(tree *os.Root, r *record) error {
	dirs := map[string]bool{}
	for _, s := range r.Steps {
		for dir := path.Dir(s.Path); !dirs[dir]; dir = path.Dir(dir) {
			dirs[dir] = true
		}
	}
	for dir := range dirs {
		d, err := tree.Open(dir)
		if errors.Is(err, fs.ErrNotExist) { // removed with what was in it
			continue
		}
		if err != nil {
			return err
		}
		if err := errors.Join(d.Sync(), d.Close()); err != nil {
			return err
		}
	}
	return nil
}
