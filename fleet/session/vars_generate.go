package session

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"assay/secrets"
	"assay/secrets/sops"
)

// VarsPlan is what generating would do.
type VarsPlan struct {
	secrets.GeneratePlan
	// Elsewhere are the directories of generators that machines declare which
	// were not asked for, and which run because they depend on one that is
	// made anew.
	Elsewhere []string
}

// PlanVars works out what has to be generated for the machines, of which none
// means all; regenerate names a generator to make anew, "" none. Only what
// those machines declare is read, except where something that machines share
// is replaced: then what depends on it elsewhere is made anew too.
func (s *Session) PlanVars(ctx context.Context, machines []string, regenerate string) (VarsPlan, error) {
	return s.PlanVarsBy(ctx, s, machines, regenerate)
}

// PlanVarsBy is PlanVars of what a Declarer tells.
func (s *Session) PlanVarsBy(ctx context.Context, by Declarer, machines []string, regenerate string) (VarsPlan, error) {
	all := names(s.Fleet().Machines)
	if len(machines) == 0 {
		machines = all
	}
	declared, err := by.Declare(ctx, machines)
	if err != nil {
		return VarsPlan{}, err
	}
	wanted := secrets.Wanted{Declarations: declared, Regenerate: regenerate, Of: machines}
	plan, err := secrets.PlanGenerate(s.Repo.Vars, wanted)
	if err != nil || len(machines) == len(all) || !plan.ReplacesShared() {
		return VarsPlan{GeneratePlan: plan}, err
	}
	if wanted.Declarations, err = by.Declare(ctx, all); err != nil {
		return VarsPlan{}, err
	}
	whole, err := secrets.PlanGenerate(s.Repo.Vars, wanted)
	if err != nil {
		return VarsPlan{}, fmt.Errorf("what other machines make of it is not known: %w", err)
	}
	p := VarsPlan{GeneratePlan: whole}
	for _, step := range whole.Steps {
		if !slices.ContainsFunc(plan.Steps, func(own secrets.Step) bool { return own.Place == step.Place }) {
			p.Elsewhere = append(p.Elsewhere, step.Place.Dir())
		}
	}
	return p, nil
}

// KeptAnswer is the answer to a prompt of a step that was kept when it was made
// before, for the caller to wipe; false where none is.
func (s *Session) KeptAnswer(step secrets.Step, prompt string, identities []sops.Identity) (secrets.Secret, bool, error) {
	s.knowIdentities(identities)
	return secrets.KeptAnswer(s.Repo.Vars, step, prompt, identities)
}

// GenerateVars runs a plan.
func (s *Session) GenerateVars(ctx context.Context, p VarsPlan, answers secrets.Answers, identities []sops.Identity, told func(secrets.Made)) ([]secrets.Made, error) {
	if _, err := s.SettleSecrets(); err != nil {
		return nil, err
	}
	if err := s.keepOld(p.Steps); err != nil {
		return nil, err
	}
	s.knowIdentities(identities)
	s.knowAnswers(p.Steps, answers)
	return secrets.RunGenerate(ctx, s.Repo.Vars, p.GeneratePlan, answers, identities, told)
}

// FixVars writes the drifted secrets anew for whom their links name, all or
// none of them.
func (s *Session) FixVars(ctx context.Context, drifted []secrets.VarFinding, identities []sops.Identity) error {
	log, err := s.writing()
	if err != nil {
		return err
	}
	return secrets.FixVars(ctx, s.Repo.Vars, log, drifted, identities)
}

// CommitVars makes a git commit of exactly these paths below the fleet's
// directory, whatever else has changed or is staged there. What is gone and was
// never in git is left out.
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
	paths, err := g.committable(paths)
	if err != nil || len(paths) == 0 {
		return err
	}
	for _, args := range [][]string{{"add", "--"}, {"commit", "--quiet", "--no-verify", "--no-gpg-sign", "--only", "-m", message, "--"}} {
		args = append([]string{"--literal-pathspecs", "-c", "core.hooksPath=/dev/null"}, args...)
		if _, err := g.ask(append(args, paths...)...); err != nil {
			return fmt.Errorf("git %s: %w; hint: what was written stays", args[3], err)
		}
	}
	return nil
}

// committable are those of the paths that exist or that git knows.
func (g git) committable(paths []string) ([]string, error) {
	tracked, err := g.ask(append([]string{"--literal-pathspecs", "ls-files", "-z", "--"}, paths...)...)
	if err != nil {
		return nil, fmt.Errorf("git ls-files: %w; hint: what was written stays", err)
	}
	known := strings.Split(tracked, "\x00")
	return slices.DeleteFunc(paths, func(name string) bool {
		_, err := os.Lstat(filepath.Join(g.dir, name))
		return errors.Is(err, fs.ErrNotExist) && !slices.Contains(known, name)
	}), nil
}
