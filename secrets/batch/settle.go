package batch

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path"
	"slices"
	"syscall"
)

// Outcome is what Settle found.
type Outcome string

// The outcomes.
const (
	Clean   Outcome = ""        // nothing was left behind
	Forward Outcome = "forward" // the set is new now
	Back    Outcome = "back"    // the set is old
)

// Pending reports whether an interrupted set waits to be settled. It changes
// nothing. A set that is being written at the moment counts too.
func (l *Log) Pending() bool {
	_, err := os.Lstat(l.record)
	return err == nil
}

// Settle moves what an interrupted Write left behind wholly forward or back.
// An error that wraps ErrChanged or ErrLost names a file that somebody has
// changed since, or the new content of which: then nothing more is touched.
func (l *Log) Settle() (o Outcome, err error) {
	if !l.Pending() {
		return Clean, nil
	}
	tree, unlock, err := l.open()
	if err != nil {
		return Clean, err
	}
	defer func() { err = errors.Join(err, unlock()) }()
	return l.settle(tree)
}

// settle is Settle under the lock.
func (l *Log) settle(tree *os.Root) (Outcome, error) {
	r, err := l.load()
	switch {
	case err != nil || r == nil:
		return Clean, err
	case r.State == preparing:
		if err := l.back(tree, r); err != nil {
			return Clean, err
		}
		return Back, nil
	}
	if err := l.untouched(tree, r); err != nil {
		return Clean, err
	}
	if err := l.forward(tree, r); err != nil {
		return Clean, err
	}
	return Forward, nil
}

// untouched checks that every path is as the set found it or as it makes it,
// and that what is to come there lies beside it.
func (l *Log) untouched(tree *os.Root, r *record) error {
	wrong := func(s step, why error, hint string) error {
		return fmt.Errorf("%s: %w, while an interrupted change of %d files waits to be completed; hint: %sremove %s, and the files %s* there, to leave all others as they are",
			s.Path, why, len(r.Steps), hint, l.record, tempPrefix)
	}
	for _, s := range r.Steps {
		now, err := hashAt(tree, s.Path)
		if err != nil {
			return err
		}
		if now != s.Was && now != s.New {
			return wrong(s, ErrChanged, "restore it, or ")
		}
		if s.Remove || now == s.New {
			continue
		}
		if to, err := hashAt(tree, s.Temp); err != nil {
			return err
		} else if to != s.New {
			return wrong(s, ErrLost, "")
		}
	}
	return nil
}

// forward moves everything to its place. It may be done any number of times.
func (l *Log) forward(tree *os.Root, r *record) error {
	for _, s := range r.Steps {
		if err := s.forward(tree); err != nil {
			return fmt.Errorf("%s: %w; hint: the next command that writes completes it", s.Path, err)
		}
	}
	if err := flush(tree, r); err != nil {
		return err
	}
	return l.drop()
}

func (s step) forward(tree *os.Root) error {
	if s.Remove {
		if err := tree.Remove(s.Path); err != nil && !errors.Is(err, fs.ErrNotExist) {
			return err
		}
		return prune(tree, path.Dir(s.Path))
	}
	err := tree.Rename(s.Temp, s.Path)
	if !errors.Is(err, fs.ErrNotExist) {
		return err
	}
	now, err := hashAt(tree, s.Path)
	if err == nil && now != s.New {
		err = ErrLost
	}
	return err
}

// prune removes directories that have become empty, upwards; git knows none.
func prune(tree *os.Root, dir string) error {
	for ; dir != "."; dir = path.Dir(dir) {
		err := tree.Remove(dir)
		if errors.Is(err, fs.ErrNotExist) {
			continue
		}
		if errors.Is(err, fs.ErrExist) || errors.Is(err, syscall.ENOTEMPTY) {
			return nil
		}
		if err != nil {
			return err
		}
	}
	return nil
}

// back removes what was made for the set. It may be done any number of times.
func (l *Log) back(tree *os.Root, r *record) error {
	for _, s := range r.Steps {
		if s.Temp == "" {
			continue
		}
		if err := tree.Remove(s.Temp); err != nil && !errors.Is(err, fs.ErrNotExist) {
			return err
		}
	}
	for _, dir := range slices.Backward(r.Made) {
		if err := tree.Remove(dir); err != nil && !errors.Is(err, fs.ErrNotExist) && !errors.Is(err, fs.ErrExist) && !errors.Is(err, syscall.ENOTEMPTY) {
			return err
		}
	}
	return l.drop()
}
