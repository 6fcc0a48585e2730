package cli

import (
	"context"
	"errors"

	"github.com/spf13/cobra"

	"assay/fleet/host"
	"assay/fleet/session"
	"assay/secrets"
	"assay/ui/word"
)

func (a *app) varsFixCommand() *cobra.Command {
	var yes, commit, evaluate bool
	cmd := &cobra.Command{
		Use:   "fix [MACHINE]",
		Short: "Encrypt drifted secrets for whom their links name",
		Long: `Shows the secrets that others can read than their links say, and after a yes
writes them anew, under fresh keys, for exactly whom their links name: all of
them, or none. Who could read an old one still knows what was in it: make it
anew where that matters. With --evaluate Nix is asked what is declared, and so
for which machines secrets are.`,
		Args: words(0, 1),
		RunE: func(cmd *cobra.Command, args []string) error {
			s, found, told, err := a.varFindings(cmd.Context(), args, evaluate)
			if err != nil {
				return err
			}
			var drifted []secrets.VarFinding
			for _, f := range found {
				if f.State == secrets.Drifted {
					drifted = append(drifted, f)
				}
			}
			return a.fixVars(cmd.Context(), s, drifted, fixFlags{yes, commit, told})
		},
	}
	addVarsEvaluate(cmd, &evaluate)
	cmd.Flags().BoolVar(&yes, "yes", false, "fix without asking")
	cmd.Flags().BoolVar(&commit, "commit", false, "commit exactly what was written, with git")
	return cmd
}

// fixFlags are the flags of `vars fix` beside what has drifted.
type fixFlags struct {
	yes, commit bool
	told        *session.VarsEvaluation // what Nix said of the generators; nil where it was not asked
}

func (a *app) fixVars(ctx context.Context, s *session.Session, drifted []secrets.VarFinding, flags fixFlags) error {
	p := a.text()
	if !a.flags.json {
		a.printVarsEvaluation(flags.told)
		for _, f := range drifted {
			p.line("%s%s", p.paint(warn, "fix"), p.fold(" "+host.Sanitize(f.ID.String()+": "+f.Detail), len("fix"), 4))
		}
		if len(drifted) == 0 {
			p.line("nothing has drifted")
			return unlessFailed(flags.told)
		}
	}
	var done []secrets.VarFinding
	if len(drifted) > 0 {
		if !flags.yes {
			if !a.env.Interactive || a.flags.json {
				return usagef("nobody can be asked whether to fix; hint: --yes")
			}
			if !a.agreed("encrypt " + word.Count(len(drifted), "secret") + " anew?") {
				return withCode(exitDeclined, errors.New("nothing is changed"))
			}
		}
		identities, err := a.ageIdentities()
		if err != nil {
			return err
		}
		if err = s.FixVars(ctx, drifted, identities); err != nil {
			return err
		}
		done = drifted
		if flags.commit {
			var paths []string
			for _, f := range done {
				paths = append(paths, f.ID.Dir())
			}
			err = s.CommitVars(ctx, paths, "vars: encrypt "+word.Count(len(done), "secret")+" for their readers")
		}
		if err != nil {
			return err
		}
	}
	if a.flags.json {
		return errors.Join(p.json(evaluatedAnswer(map[string]any{"fixed": varsToJSON(done)}, flags.told)), unlessFailed(flags.told))
	}
	p.line("%s fixed", word.Count(len(done), "secret"))
	return unlessFailed(flags.told)
}
