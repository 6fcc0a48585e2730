package nix

import (
	"context"
	"crypto/sha256"
	"fmt"
	"os"
	"path"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"time"
)

// Looks remembers what repositories looked like, for the engines that share it.
// Of one whose files have not been touched since, git is asked for the commit
// only. It may be used by several goroutines at once.
type Looks struct {
	mu sync.Mutex
	of map[string]*looked // by directory
}

// looked is what a repository looked like.
type looked struct {
	turn  chan struct{} // whose value is taken by whoever looks
	known *repository   // nil: nothing
	trace string        // of the files then
}

// at waits until nobody else looks at a directory.
func (l *Looks) at(ctx context.Context, dir string) (*looked, error) {
	l.mu.Lock()
	if l.of == nil {
		l.of = map[string]*looked{}
	}
	found := l.of[dir]
	if found == nil {
		found = &looked{turn: make(chan struct{}, 1)}
		l.of[dir] = found
	}
	l.mu.Unlock()
	select {
	case found.turn <- struct{}{}:
		return found, nil
	case <-ctx.Done():
		return nil, context.Cause(ctx)
	}
}

func (l *looked) leave() { <-l.turn }

// still is what is known, if it is still so.
func (l *looked) still(ctx context.Context, e *Engine) *repository {
	if l.known == nil {
		return nil
	}
	var trace string
	var all sync.WaitGroup
	all.Go(func() { trace, _ = l.known.trace() })
	head, err := e.git(ctx, l.known.top, "rev-parse", "--verify", "--quiet", "HEAD")
	all.Wait()
	if err != nil || strings.TrimSpace(string(head)) != l.known.commit || trace != l.trace {
		l.known = nil
		return nil
	}
	return l.known.again()
}

// For so long after a change of a file another one may not be told from it by
// the time: that of a file system has steps, which are seconds where no file has
// a fraction of one.
const (
	racy       = 100 * time.Millisecond
	racyCoarse = 4 * time.Second
)

// note remembers what git has said since begun, if nothing has changed
// meanwhile, or so shortly before that it cannot be told.
func (l *looked) note(r *repository, begun time.Time) {
	if r.files == nil || r.commit == "" {
		return
	}
	trace, last := r.trace()
	step := racy
	if last.Nanosecond() == 0 {
		step = racyCoarse
	}
	if last.Before(begun.Add(-step)) {
		l.known, l.trace = r.again(), trace
	}
}

// again is the same repository, of which nothing else has been asked.
func (r *repository) again() *repository {
	return &repository{dir: r.dir, top: r.top, sub: r.sub, url: r.url, content: r.content, untracked: slices.Clone(r.untracked),
		dirty: r.dirty, commit: r.commit, own: r.own, files: r.files}
}

// trace tells one state of the files that a look goes by from another without
// reading them, and when the last of them was changed: what is tracked, the
// directories that it lies in, and git's own. A file that git does not track and
// that came into a directory where there is nothing else is not seen, nor that
// another one is ignored now.
func (r *repository) trace() (trace string, last time.Time) {
	sum := sha256.New()
	add := func(name string) {
		stat, err := os.Lstat(name)
		if err != nil {
			fmt.Fprintf(sum, "gone %q\n", name)
			return
		}
		number, changed := numbers(stat)
		if at := time.Unix(0, changed); at.After(last) {
			last = at
		}
		fmt.Fprintf(sum, "%q %d %d %d %v\n", name, number, changed, stat.Size(), stat.Mode())
	}
	add(r.own[0])
	add(r.own[1])
	seen := map[string]bool{}
	for _, f := range r.files {
		for dir := path.Dir(f); !seen[dir]; dir = path.Dir(dir) {
			seen[dir] = true
			add(filepath.Join(r.top, filepath.FromSlash(dir)))
		}
		add(filepath.Join(r.top, filepath.FromSlash(f)))
	}
	return string(sum.Sum(nil)), last
}
