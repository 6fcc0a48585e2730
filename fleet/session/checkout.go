package session

import (
	"context"
	"errors"
	"os/exec"
	"strings"

	"assay/fleet"
	"assay/fleet/checkout"
)

// Checkout is where the fleet's directory stands in its version control.
type Checkout struct {
	Revision string      // the commit, 40 or 64 hex digits; "" is not known
	Branch   string      // "" when detached or not known
	Dirty    fleet.Truth // whether files differ from the commit
	Why      string      // why something is not known
}

// Checkout asks git about the fleet's directory. Nothing that the repository
// configures is run: with settings that could, whether it is dirty stays
// unknown.
func (s *Session) Checkout(ctx context.Context) Checkout {
	g := git{ctx: ctx, dir: s.Repo.Dir}
	revision, err := g.ask("rev-parse", "--verify", "HEAD")
	switch {
	case errors.Is(err, exec.ErrNotFound):
		return Checkout{Why: "git is not installed"}
	case err != nil:
		return Checkout{Why: "no git commit here"}
	}
	c := Checkout{Revision: revision}
	c.Branch, _ = g.ask("symbolic-ref", "--short", "--quiet", "HEAD")
	if g.runsPrograms() {
		c.Why = "the repository's git settings run programs (a filter)"
		return c
	}
	changed, err := g.ask("status", "--porcelain", "--untracked-files=normal", "--ignore-submodules=all", "--", ".")
	if err != nil {
		c.Why = "git status failed: " + err.Error()
		return c
	}
	c.Dirty = fleet.TruthOf(changed != "")
	return c
}

// git asks about one directory.
type git struct {
	ctx  context.Context
	dir  string
	from string // the protocols by which it may fetch; "" is none
}

func (g git) ask(args ...string) (string, error) {
	return checkout.Ask(g.ctx, g.dir, g.from, args...)
}

// runsPrograms reports whether the repository's own settings, those of its
// work tree included, name programs that git status would run. Where that
// cannot be told, they do.
func (g git) runsPrograms() bool {
	found, err := g.ask("config", "--show-scope", "--includes", "--name-only", "--get-regexp", `^filter\..*\.(clean|process)$`)
	if exit, ok := errors.AsType[*exec.ExitError](err); err != nil && (!ok || exit.ExitCode() != 1) { // 1: there are none
		return true
	}
	for line := range strings.Lines(found) {
		switch scope, _, _ := strings.Cut(line, "\t"); scope {
		case "system", "global", "command": // the operator's own
		default:
			return strings.TrimSpace(line) != ""
		}
	}
	return false
}
