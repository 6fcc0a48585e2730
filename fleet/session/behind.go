package session

import (
	"context"
	"slices"
	"strconv"
	"strings"
	"sync"

	"assay/fleet"
)

// Behind is how far the configuration that a host runs lies behind what is
// checked out, in commits. Changes that are not committed do not count.
type Behind struct {
	Revision string      // the commit that the host says it runs, without "-dirty"
	Commits  int         // since then that touch the fleet's directory, or MostBehind when there are more
	Touching int         // of these, those that touch the files that the machine is made of
	Files    fleet.Truth // whether those files are known; Touching means something then only
}

// MostBehind is how many commits are counted at most.
const MostBehind = 1000

// history answers for many machines how far they are behind; git is asked once
// for each revision that some of them runs.
type history struct {
	s     *Session
	ctx   context.Context
	mu    sync.Mutex
	since map[string]func() ([][]string, bool)
}

func (s *Session) history(ctx context.Context) *history {
	return &history{s: s, ctx: ctx, since: map[string]func() ([][]string, bool){}}
}

// behind says how far a machine that runs this revision is behind, nil where
// that is not known: the host does not say, or it is no former commit of what
// is checked out.
func (h *history) behind(machine, revision string) *Behind {
	revision = strings.TrimSuffix(revision, "-dirty")
	if !revisionForm.MatchString(revision) {
		return nil
	}
	commits, ok := h.commits(revision)
	if !ok {
		return nil
	}
	b := &Behind{Revision: revision, Commits: len(commits), Files: fleet.False}
	files, ok := h.s.filesOf(machine)
	if !ok {
		return b
	}
	b.Files = fleet.True
	for _, touched := range commits {
		if slices.ContainsFunc(touched, func(file string) bool { _, is := slices.BinarySearch(files, file); return is }) {
			b.Touching++
		}
	}
	return b
}

// commits are the files of each commit since the revision.
func (h *history) commits(revision string) ([][]string, bool) {
	h.mu.Lock()
	ask := h.since[revision]
	if ask == nil {
		ask = sync.OnceValues(func() ([][]string, bool) {
			return git{ctx: h.ctx, dir: h.s.Repo.Dir}.touched(revision)
		})
		h.since[revision] = ask
	}
	h.mu.Unlock()
	return ask()
}

// touched lists the files of each commit from a revision to what is checked
// out that touches the directory, relative to it; false where the revision is
// not a former one of it.
func (g git) touched(since string) ([][]string, bool) {
	if _, err := g.ask("merge-base", "--is-ancestor", since, "HEAD"); err != nil {
		return nil, false
	}
	text, err := g.ask("log", "--no-show-signature", "--max-count="+strconv.Itoa(MostBehind), "--format=tformat:"+field, "--name-only", "--relative", "-z", since+"..HEAD", "--", ".")
	if err != nil {
		return nil, false
	}
	commits := [][]string{}
	for _, name := range strings.FieldsFunc(text, func(r rune) bool { return r == 0 || r == '\n' }) {
		if name == field {
			commits = append(commits, nil)
		} else if n := len(commits); n > 0 {
			commits[n-1] = append(commits[n-1], name)
		}
	}
	return commits, true
}
