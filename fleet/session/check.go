package session

import (
	"context"
	"fmt"
	"runtime"
	"slices"
	"strings"
	"sync"

	"assay/fleet"
	"assay/fleet/repo"
	"assay/modules/compose"
	"assay/secrets/sops"
)

// Check returns everything that can be told about the repository without
// touching a host: the tree, every machine's composition, the layers, and the
// machines' keys, which are decrypted where one of the identities can. The
// problems are sorted by place, after those of files that could not be read,
// and each is there once, whichever machines have it.
func (s *Session) Check(ctx context.Context, identities []sops.Identity) ([]fleet.Problem, error) {
	machines := names(s.Fleet().Machines)
	var texts repo.Texts
	var keys []fleet.Problem
	var beside sync.WaitGroup // evaluation is one thing at a time; this is none
	beside.Go(func() { texts = s.Repo.Texts() })
	beside.Go(func() { keys = s.checkKeys(ctx, machines, identities) })
	lacking := s.Stack().Lacking()
	composed := s.composeAll(ctx, machines)
	beside.Wait()
	if err := ctx.Err(); err != nil {
		return nil, err
	}
	problems := append(s.Repo.ProblemsIn(texts), lacking...)
	problems = append(problems, s.checkCompositions(machines, composed, problems)...)
	problems = append(problems, keys...)
	fleet.SortProblems(problems)
	return causesFirst(slices.Compact(problems), s.Repo.Lost()), nil
}

// composed are the compositions of machines, in their order, with the errors
// that they have, and of the homes that the flake defines beside them.
type composed struct {
	machines []compose.Composition
	errs     []error
	homes    []compose.Composition
}

func (s *Session) composeAll(ctx context.Context, machines []string) composed {
	out := composed{machines: make([]compose.Composition, len(machines)), errs: make([]error, len(machines))}
	var beside sync.WaitGroup
	if tree, err := s.Repo.Tree(); err == nil && len(tree.Lost) == 0 {
		beside.Go(func() { out.homes = compose.Homes(tree) })
	}
	each(ctx, runtime.NumCPU(), machines, func(i int, name string) {
		out.machines[i], out.errs[i] = s.Repo.Compose(name)
	})
	beside.Wait()
	return out
}

// checkCompositions returns the problems of the machines' compositions, and the
// aspects that none of them uses.
func (s *Session) checkCompositions(machines []string, c composed, known []fleet.Problem) []fleet.Problem {
	problems := ofCompositions(machines, c.machines, c.errs, known)
	problems = append(problems, compose.Lint(s.Fleet(), c.machines)...)
	if tree, err := s.Repo.Tree(); err == nil && len(tree.Lost) == 0 {
		problems = append(problems, compose.Unused(tree, s.Fleet(), append(slices.Clip(c.machines), c.homes...))...)
	}
	return problems
}

// ofCompositions returns the problems of the machines' compositions, without
// those that are known already. A problem that several machines have is told
// once and names them.
func ofCompositions(machines []string, compositions []compose.Composition, errs []error, known []fleet.Problem) []fleet.Problem {
	var order []fleet.Problem
	having := map[fleet.Problem][]string{}
	for i, c := range compositions {
		found := c.Problems
		if errs[i] != nil && len(found) == 0 {
			found = []fleet.Problem{{Severity: fleet.Error, Text: errs[i].Error()}}
		}
		for _, p := range found {
			switch {
			case slices.Contains(known, p):
				continue
			case having[p] == nil:
				order = append(order, p)
			case slices.Contains(having[p], machines[i]):
				continue
			}
			having[p] = append(having[p], machines[i])
		}
	}
	out := make([]fleet.Problem, 0, len(order))
	for _, p := range order {
		who := having[p]
		p.Text = machineNames(who) + ": " + p.Text
		out = append(out, p)
	}
	return out
}

// machineNames names the machines of a problem, and no more than four.
func machineNames(who []string) string {
	const most = 4
	switch {
	case len(who) == 1:
		return "machine " + who[0]
	case len(who) > most:
		return fmt.Sprintf("machines %s and %d more", strings.Join(who[:most-1], ", "), len(who)-most+1)
	}
	return "machines " + strings.Join(who, ", ")
}

// causesFirst moves the problems that others may follow from to the front.
func causesFirst(problems, causes []fleet.Problem) []fleet.Problem {
	var first, rest []fleet.Problem
	for _, p := range problems {
		if slices.Contains(causes, p) {
			first = append(first, p)
		} else {
			rest = append(rest, p)
		}
	}
	return append(first, rest...)
}
