package session

import (
	"context"
	"errors"
	"fmt"
	"regexp"
	"slices"
	"strings"
)

// Commit is one commit of the fleet's repository.
type Commit struct {
	Hash    string `json:"hash"`
	Date    string `json:"date"` // of the commit, RFC 3339
	Author  string `json:"author"`
	Subject string `json:"subject"`
}

// Since is what was committed since the configuration that a machine runs.
type Since struct {
	Machine  string   `json:"machine"`
	Revision string   `json:"revision"` // of the configuration that it runs
	Files    []string `json:"files"`    // that the machine is made of; none means that they are not known
	Commits  []Commit `json:"commits"`  // that touch these files, or any; the newest first
}

// revisionForm is a commit as a configuration's revision has it.
var revisionForm = regexp.MustCompile(`^[0-9a-f]{7,64}$`)

// Since asks the machine which revision of the configuration it runs, and git
// what was committed since that touches the files that the machine is made of.
// Where these are not known, every commit counts.
func (s *Session) Since(ctx context.Context, machine string) (Since, error) {
	out := Since{Machine: machine}
	if s.reach == nil {
		return out, ErrNoHosts
	}
	conn, err := s.Connect(ctx, machine)
	if err != nil {
		return out, err
	}
	defer conn.Close()
	facts, err := s.read(ctx, conn, machine)
	if err != nil {
		return out, err
	}
	revision := strings.TrimSuffix(facts.Revision, "-dirty") // with changes that were never committed
	switch {
	case facts.Revision == "":
		return out, fmt.Errorf("%s does not say which revision it runs; hint: set system.configurationRevision in its configuration", machine)
	case !revisionForm.MatchString(revision):
		return out, fmt.Errorf("%s runs the revision %q, which is no commit", machine, facts.Revision)
	}
	out.Revision = facts.Revision
	g := git{ctx: ctx, dir: s.Repo.Dir}
	if _, err := g.ask("cat-file", "-e", revision+"^{commit}"); err != nil {
		return out, fmt.Errorf("%s runs the revision %s, which is not in this repository; hint: git fetch", machine, revision)
	}
	out.Files, _ = s.filesOf(machine)
	out.Commits, err = g.commits(revision, out.Files)
	return out, err
}

// filesOf are the files that a machine is made of, with the registry, sorted;
// ok is false where they are not all known. A flake that defines its machines
// itself may read any file anywhere.
func (s *Session) filesOf(machine string) (files []string, ok bool) {
	if s.Repo.Adopted {
		return nil, false
	}
	c, err := s.Repo.Compose(machine)
	if err != nil {
		return nil, false
	}
	files = []string{"fleet.toml", "flake.nix", lockName}
	for _, scope := range scopes(c) {
		for _, aspect := range scope.Aspects {
			for _, at := range aspect.Files {
				files = append(files, at.File)
			}
		}
	}
	slices.Sort(files)
	return slices.Compact(files), true
}

// field separates the fields of a commit as git prints it.
const field = "\x1f"

// commits are those from a revision to what is checked out that touch files,
// or, with none, any file of the fleet's directory.
func (g git) commits(since string, files []string) ([]Commit, error) {
	if len(files) == 0 {
		files = []string{"."}
	}
	args := append([]string{"log", "--no-show-signature", "--format=%H" + field + "%cI" + field + "%an" + field + "%s", since + "..HEAD", "--"}, files...)
	text, err := g.ask(args...)
	if err != nil {
		return nil, err
	}
	commits := []Commit{}
	for line := range strings.Lines(text) {
		parts := strings.SplitN(strings.TrimSuffix(line, "\n"), field, 4)
		if len(parts) != 4 {
			return nil, errors.New("git log prints something else than it was asked for")
		}
		commits = append(commits, Commit{parts[0], parts[1], parts[2], parts[3]})
	}
	return commits, nil
}
