package cli

import (
	"context"

	"github.com/spf13/cobra"

	"assay/fleet"
	"assay/fleet/host"
	"assay/fleet/session"
	"assay/secrets/sops"
	"assay/ui/word"
)

func (a *app) checkCommand() *cobra.Command {
	var evaluate bool
	cmd := &cobra.Command{
		Use:   "check",
		Short: "Check everything that can be told without touching a host",
		Long: `Checks fleet.toml, the module tree, every machine's composition, services, the
overlay's layers and the machines' keys. Of a flake that defines its machines
itself it checks the files, and with --evaluate also what Nix says of them and
whether that is the same. Exits with 1 when there is an error; warnings alone
exit with 0.`,
		Args: words(0, 0),
		RunE: func(cmd *cobra.Command, _ []string) error {
			s, err := a.filesOr(evaluate)(cmd.Context())
			if err == nil && !s.Adopted() {
				s, err = a.world(cmd.Context())
			}
			if err != nil {
				return err
			}
			problems, err := a.problems(cmd.Context(), s)
			if err != nil {
				return err
			}
			var told session.Refinement
			if evaluate && s.Adopted() {
				if told, err = a.refined(cmd.Context(), s); err != nil {
					return err
				}
				problems = append(problems, told.Problems...)
			}
			errors := 0
			for _, p := range problems {
				if p.Severity == fleet.Error {
					errors++
				}
			}
			if a.flags.json {
				answer := map[string]any{"problems": orEmpty(problems)}
				if evaluate {
					answer["unknown"] = orEmpty(told.Unknown)
				}
				if err := a.text().json(answer); err != nil {
					return err
				}
			} else {
				a.printProblems(problems)
				a.printRefinement(told)
				if !s.Adopted() || evaluate {
					a.hintTargets(s, namesOf(s.Fleet()))
				}
				a.text().line("%s: %s, %s, %s", s.Fleet().Name, word.Count(len(s.Fleet().Machines), "machine"), word.Count(errors, "error"), word.Count(len(problems)-errors, "warning"))
			}
			if errors > 0 {
				return failed(exitFailed)
			}
			return nil
		},
	}
	addEvaluate(cmd, &evaluate)
	return cmd
}

// addEvaluate adds the flag of commands that read files and may ask Nix too.
func addEvaluate(cmd *cobra.Command, evaluate *bool) {
	cmd.Flags().BoolVar(evaluate, "evaluate", false, "ask Nix too, of a flake that defines its machines itself")
}

// filesOr opens the fleet from its files, or with evaluate as Nix tells it.
func (a *app) filesOr(evaluate bool) func(context.Context) (*session.Session, error) {
	if evaluate {
		return a.world
	}
	return a.files
}

// refined asks Nix whether the files were read well.
func (a *app) refined(ctx context.Context, s *session.Session) (session.Refinement, error) {
	watch, stop := a.interruptible(ctx)
	defer stop()
	progress := a.waiting("comparing what was read with what Nix says")
	told, err := s.Refine(watch, progress.watch)
	progress.end()
	if watch.Err() != nil {
		return told, context.Cause(watch)
	}
	return told, err
}

// printRefinement says how far Nix confirms what was read.
func (a *app) printRefinement(told session.Refinement) {
	p := a.text()
	for _, unknown := range told.Unknown {
		p.line("%s%s", p.paint(faint, "unknown"), p.fold(" Nix cannot tell "+host.Sanitize(unknown), len("unknown"), 4))
	}
	if told.Aspects > 0 {
		p.line("Nix has %s of those that were read", word.Count(told.Aspects, "aspect"))
	}
	if told.Machines > 0 {
		p.line("Nix was asked for the modules of %s, and they were compared", word.Count(told.Machines, "machine"))
	}
}

// problems is everything that can be told without touching a host.
func (a *app) problems(ctx context.Context, s *session.Session) ([]fleet.Problem, error) {
	identities, noKeys := sops.FindIdentities(a.env.Getenv)
	problems, err := s.Check(ctx, identities)
	if err == nil && noKeys != nil {
		problems = append(problems, fleet.Problem{Severity: fleet.Warning, Text: "no secret was opened: " + noKeys.Error()})
	}
	if err == nil && !a.inDemo {
		problems = append(problems, nativeProblems(ctx, s.Repo)...)
	}
	return problems, err
}

func (a *app) printProblems(problems []fleet.Problem) {
	p := a.text()
	for _, problem := range problems {
		r := warn
		if problem.Severity == fleet.Error {
			r = bad
		}
		severity := string(problem.Severity)
		p.line("%s%s", p.paint(r, severity), p.fold(" "+sanitised(problem), len(severity), 4))
	}
}

// sanitised is the problem's text without its severity, which stands before
// it already.
func sanitised(problem fleet.Problem) string {
	problem.Severity = fleet.Error
	return host.Sanitize(problem.Error())
}
