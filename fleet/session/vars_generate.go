package session

import (
	"context"
	"fmt"
	"slices"
	"strings"

	"assay/secrets"
	"assay/secrets/sops"
)

// VarsPlan is what generating would do.
type VarsPlan struct {
	secrets.GeneratePlan
	// Elsewhere are generators of machines that were not asked for, which
	// depend on something that is made anew: they do not run.
	Elsewhere []string
}

// PlanVars works out what has to be generated for the machines, of which none
// means all; regenerate names a generator to make anew, "" none. Only what
// those machines declare is read, and for a generator to make anew also what
// depends on it elsewhere.
func (s *Session) PlanVars(ctx context.Context, machines []string, regenerate string) (VarsPlan, error) {
	all := names(s.Fleet().Machines)
	if len(machines) == 0 {
		machines = all
	}
	declared, err := s.Declare(ctx, machines)
	if err != nil {
		return VarsPlan{}, err
	}
	plan, err := secrets.PlanGenerate(s.Repo.Vars, secrets.Wanted{Declarations: declared, Regenerate: regenerate})
	p := VarsPlan{GeneratePlan: plan}
	if err != nil || regenerate == "" || len(machines) == len(all) {
		return p, err
	}
	if declared, err = s.Declare(ctx, all); err != nil {
		return p, err
	}
	whole, err := secrets.PlanGenerate(s.Repo.Vars, secrets.Wanted{Declarations: declared, Regenerate: regenerate})
	if err != nil {
		return p, nil // another machine's trouble
	}
	for _, step := range whole.Steps {
		here := slices.ContainsFunc(p.Steps, func(own secrets.Step) bool { return own.Place == step.Place })
		if !here && strings.HasPrefix(step.Reason, "depends on ") {
			p.Elsewhere = append(p.Elsewhere, step.Place.Dir())
		}
	}
	return p, nil
}

// GenerateVars runs a plan.
func (s *Session) GenerateVars(ctx context.Context, p VarsPlan, answers secrets.Answers, identities []sops.Identity, told func(secrets.Made)) ([]secrets.Made, error) {
	return secrets.RunGenerate(ctx, s.Repo.Vars, p.GeneratePlan, answers, identities, told)
}

// FixVars writes the drifted secrets anew for whom their links name, one after
// the other, and returns those that are done, also on an error.
func (s *Session) FixVars(ctx context.Context, drifted []secrets.VarFinding, identities []sops.Identity) (done []secrets.VarFinding, err error) {
	for _, f := range drifted {
		if err := ctx.Err(); err != nil {
			return done, err
		}
		if err := secrets.FixVar(ctx, s.Repo.Vars, f, identities); err != nil {
			return done, fmt.Errorf("%s: %w", f.ID, err)
		}
		done = append(done, f)
	}
	return done, nil
}

// CommitVars makes a git commit of exactly these paths below the fleet's
// directory, whatever else has changed or is staged there.
func (s *Session) CommitVars(ctx context.Context, paths []string, message string) error {
	slices.Sort(paths)
	paths = slices.Compact(paths)
	if len(paths) == 0 {
		return nil
	}
	g := git{ctx: ctx, dir: s.Repo.Dir}
	if g.runsPrograms() {
		return fmt.Errorf("nothing is committed: the repository's git settings run programs; hint: git commit it yourself")
	}
	for _, args := range [][]string{{"add", "--"}, {"commit", "--quiet", "--no-verify", "--no-gpg-sign", "--only", "-m", message, "--"}} {
		args = append([]string{"-c", "core.hooksPath=/dev/null"}, args...)
		if _, err := g.ask(append(args, paths...)...); err != nil {
			return fmt.Errorf("git %s: %w; hint: what was written stays", args[2], err)
		}
	}
	return nil
}
