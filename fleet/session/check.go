package session

import (
	"context"
	"runtime"

	"assay/fleet"
	"assay/secrets"
	"assay/secrets/sops"
)

// Check returns everything that can be told about the repository without
// touching a host: the tree, every machine's composition, the layers, and the
// machines' keys, which are decrypted where one of the identities can. The
// problems are sorted by place.
func (s *Session) Check(ctx context.Context, identities []sops.Identity) ([]fleet.Problem, error) {
	problems := s.Repo.Problems()
	machines := names(s.Fleet().Machines)
	found := make([][]fleet.Problem, len(machines))
	each(ctx, runtime.NumCPU(), machines, func(i int, name string) {
		found[i] = s.compositionProblems(name)
	})
	if err := ctx.Err(); err != nil {
		return nil, err
	}
	for _, list := range found {
		problems = append(problems, list...)
	}
	for _, finding := range secrets.Check(s.Repo.Vars, machines, identities) {
		if finding.State != secrets.OK {
			problems = append(problems, keyProblem(finding))
		}
	}
	fleet.SortProblems(problems)
	return compact(problems), nil
}

func (s *Session) compositionProblems(machine string) []fleet.Problem {
	composition, err := s.Repo.Compose(machine)
	if err != nil && len(composition.Problems) == 0 {
		return []fleet.Problem{{Severity: fleet.Error, Text: err.Error()}}
	}
	return composition.Problems
}

// keyProblem words a finding about a machine's host key. A missing key is a
// warning: the machine cannot be reached yet, and nothing is broken.
func keyProblem(f secrets.Finding) fleet.Problem {
	severity := fleet.Error
	if f.State == secrets.Missing {
		severity = fleet.Warning
	}
	return fleet.Problem{
		At: fleet.Pos{File: "vars/" + f.Var}, Severity: severity,
		Text: f.Machine + ": SSH host key " + string(f.State) + ": " + f.Detail, Hint: f.Remedy,
	}
}

// compact leaves out repetitions: an aspect's fault shows in every machine
// that has it.
func compact(sorted []fleet.Problem) []fleet.Problem {
	out := sorted[:0]
	for _, p := range sorted {
		if len(out) == 0 || out[len(out)-1] != p {
			out = append(out, p)
		}
	}
	return out
}
