package session

import (
	"context"
	"fmt"
	"runtime"
	"slices"
	"strings"

	"assay/fleet"
	"assay/modules/compose"
	"assay/secrets/sops"
)

// Check returns everything that can be told about the repository without
// touching a host: the tree, every machine's composition, the layers, and the
// machines' keys, which are decrypted where one of the identities can. The
// problems are sorted by place, after those of files that could not be read,
// and each is there once, whichever machines have it.
func (s *Session) Check(ctx context.Context, identities []sops.Identity) ([]fleet.Problem, error) {
	problems := append(s.Repo.Problems(), s.Stack().Lacking()...)
	machines := names(s.Fleet().Machines)
	problems = append(problems, s.checkCompositions(ctx, machines, problems)...)
	problems = append(problems, s.checkKeys(ctx, machines, identities)...)
	if err := ctx.Err(); err != nil {
		return nil, err
	}
	fleet.SortProblems(problems)
	return causesFirst(slices.Compact(problems), s.Repo.Lost()), nil
}

// checkCompositions returns the problems of the machines' compositions, and the
// aspects that none of them uses.
func (s *Session) checkCompositions(ctx context.Context, machines []string, known []fleet.Problem) []fleet.Problem {
	compositions := make([]compose.Composition, len(machines))
	errs := make([]error, len(machines))
	each(ctx, runtime.NumCPU(), machines, func(i int, name string) {
		compositions[i], errs[i] = s.Repo.Compose(name)
	})
	if ctx.Err() != nil {
		return nil
	}
	problems := ofCompositions(machines, compositions, errs, known)
	problems = append(problems, compose.Lint(s.Fleet(), compositions)...)
	if tree, err := s.Repo.Tree(); err == nil && len(tree.Lost) == 0 {
		problems = append(problems, compose.Unused(tree, s.Fleet(), compositions)...)
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
