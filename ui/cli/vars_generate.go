package cli

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"

	"github.com/spf13/cobra"

	"assay/fleet"
	"assay/fleet/host"
	"assay/fleet/session"
	"assay/secrets"
	"assay/secrets/generate"
	"assay/ui/word"
)

// varStepJSON is one generator of `vars generate --json`.
type varStepJSON struct {
	Machine   string   `json:"machine"` // "" for one that machines share
	Generator string   `json:"generator"`
	Path      string   `json:"path"`
	Reason    string   `json:"reason"`
	Way       string   `json:"way"`
	Replaces  bool     `json:"replaces"`
	State     string   `json:"state"` // planned, done, blocked or not reached
	Blocked   string   `json:"blocked,omitempty"`
	Remedy    string   `json:"remedy,omitempty"`
	Prompts   []string `json:"prompts"`
	Commands  []string `json:"commands"` // of a script
	At        string   `json:"at,omitempty"`
	// Source is who declares it: "evaluated", or nothing where the files were
	// read.
	Source fleet.Source `json:"source,omitempty"`
}

func (a *app) varsGenerateCommand() *cobra.Command {
	var yes, commit, evaluate bool
	var regenerate, answers string
	cmd := &cobra.Command{
		Use:   "generate [MACHINE...]",
		Short: "Make the values that are missing or outdated",
		Long: `Shows which generators have to run and why, and after a yes runs them: those of
which a file is missing or whose validation has changed, and what depends on
them, on other machines too. Values that are there are not touched, unless
--regenerate names their generator. Nothing but files is written, each
generator's at once: what was interrupted is completed by the next call. A
generator that is a script of its own is said to be one, and the others go on.
With --evaluate Nix is asked what is declared.

All questions are asked before anything runs, each for its generator. Answers
that were kept are offered again, and stay where nobody can be asked. Without
a terminal --answers reads them from a file or, with -, from standard input:
lines GENERATOR/QUESTION=ANSWER, where GENERATOR is as this command lists it
without vars/, or one JSON object of such names to answers.

  assay vars generate --yes
  assay vars generate cinnabar
  assay vars generate cinnabar --regenerate openssh
  assay vars generate --yes --answers - < answers`,
		Args: words(0, -1),
		RunE: func(cmd *cobra.Command, args []string) error {
			s, err := a.filesOr(evaluate)(cmd.Context())
			if err != nil {
				return err
			}
			for _, name := range args {
				if s.Fleet().Machine(name) == nil {
					return noMachine(s.Fleet(), name)
				}
			}
			var plan session.VarsPlan
			flags := generateFlags{yes, commit, answers, nil}
			if evaluate {
				flags.told, err = a.declaredBy(cmd.Context(), s, func(ctx context.Context, by session.Declarer) (err error) {
					plan, err = s.PlanVarsBy(ctx, by, args, regenerate)
					return err
				})
			} else {
				plan, err = s.PlanVars(cmd.Context(), args, regenerate)
			}
			if err != nil {
				return err
			}
			return a.generateVars(cmd.Context(), s, plan, flags)
		},
	}
	cmd.Flags().BoolVar(&yes, "yes", false, "generate without asking; leave optional prompts empty")
	cmd.Flags().BoolVar(&commit, "commit", false, "commit exactly what was written, with git")
	cmd.Flags().StringVar(&answers, "answers", "", "read the answers to prompts from this `FILE`; - is standard input")
	addVarsEvaluate(cmd, &evaluate)
	cmd.Flags().StringVar(&regenerate, "regenerate", "", "make this `GENERATOR` anew, and what depends on it")
	return cmd
}

// generateFlags are the flags of `vars generate` beside what is planned.
type generateFlags struct {
	yes, commit bool
	answers     string                  // a file, - for standard input, "" to ask
	told        *session.VarsEvaluation // what Nix said of the generators; nil where it was not asked
}

func (a *app) generateVars(ctx context.Context, s *session.Session, plan session.VarsPlan, flags generateFlags) error {
	runs, blocked := 0, 0
	for _, step := range plan.Steps {
		if step.Blocked == "" {
			runs++
		} else {
			blocked++
		}
	}
	if !a.flags.json {
		a.printVarsEvaluation(flags.told)
		a.printVarsPlan(plan, runs, blocked)
	}
	done := map[string]bool{}
	var err error
	if runs > 0 {
		if !flags.yes {
			if flags.answers == "-" || !a.env.Interactive || a.flags.json {
				return usagef("nobody can be asked whether to generate; hint: --yes")
			}
			if !a.agreed("generate " + word.Count(runs, "generator") + "?") {
				return withCode(exitDeclined, errors.New("nothing is generated"))
			}
		}
		done, err = a.runVarsPlan(ctx, s, plan, flags)
	}
	if a.flags.json {
		if jsonErr := a.text().json(evaluatedAnswer(map[string]any{"steps": varStepsToJSON(plan, done), "elsewhere": orEmpty(plan.Elsewhere)}, flags.told)); jsonErr != nil {
			return errors.Join(err, jsonErr)
		}
	}
	if err == nil && blocked > 0 {
		return failed(exitFailed)
	}
	return cmp.Or(err, unlessFailed(flags.told))
}

// runVarsPlan asks what there is to ask, and then runs the plan.
func (a *app) runVarsPlan(ctx context.Context, s *session.Session, plan session.VarsPlan, flags generateFlags) (map[string]bool, error) {
	done := map[string]bool{}
	identities, err := a.ageIdentities()
	if err != nil {
		return done, err
	}
	watch, stop := a.interruptible(ctx)
	defer stop()
	answers, err := a.answerPrompts(watch, s, plan, identities, flags)
	if err != nil {
		return done, err
	}
	defer wipe(answers)
	var paths []string
	made, err := s.GenerateVars(watch, plan, answers, identities, func(m secrets.Made) {
		if !a.flags.json {
			a.text().clean("made %s", m.Place.Dir())
		}
	})
	for _, m := range made {
		done[m.Place.Dir()] = true
		paths = append(paths, m.Paths...)
	}
	if watch.Err() != nil && err != nil {
		err = context.Cause(watch)
	}
	if flags.commit && len(paths) > 0 {
		err = errors.Join(err, s.CommitVars(ctx, paths, fmt.Sprintf("vars: generate %s", word.Count(len(made), "generator"))))
	}
	return done, err
}

func (a *app) printVarsPlan(plan session.VarsPlan, runs, blocked int) {
	p := a.text()
	if len(plan.Steps) == 0 {
		p.line("everything that is declared is there")
		return
	}
	for _, step := range plan.Steps {
		place := step.Place.Dir() + evaluatedMark(step.Declared.Source)
		verb, r, text := "make", good, place+": "+step.Reason
		switch {
		case step.Completes != nil:
			verb, text = "complete", place+": "+step.Reason+", and is worked out from what is there"
		case step.Exists:
			verb, r = "replace", warn
		}
		if slices.Contains(plan.Elsewhere, step.Place.Dir()) {
			text += ", on " + strings.Join(step.Machines, ", ")
		}
		if step.Blocked != "" {
			verb, r, text = "cannot", bad, place+": "+step.Blocked
			if !step.Declared.At.IsZero() {
				text = step.Declared.At.String() + ": " + text
			}
			if step.Remedy != "" {
				text += "; hint: " + step.Remedy
			}
		}
		p.line("%s%s", p.paint(r, verb), p.fold(" "+host.Sanitize(text), len(verb), 4))
		for _, command := range step.Recipe.Commands {
			if step.Recipe.Way == generate.ByScript {
				p.line("%s", p.paint(faint, "    "+host.Sanitize(command)))
			}
		}
	}
	p.line("%s to run, %d that cannot", word.Count(runs, "generator"), blocked)
}

func varStepsToJSON(plan session.VarsPlan, done map[string]bool) []varStepJSON {
	out := []varStepJSON{}
	for _, s := range plan.Steps {
		j := varStepJSON{
			Machine: s.Place.Owner, Generator: s.Place.Name, Path: s.Place.Dir(), Reason: s.Reason, Way: string(s.Recipe.Way), Replaces: s.Exists,
			State: "not reached", Blocked: s.Blocked, Remedy: s.Remedy, Prompts: []string{}, Commands: orEmpty(s.Recipe.Commands),
			Source: s.Declared.Source,
		}
		switch {
		case s.Blocked != "":
			j.State = "blocked"
		case done[s.Place.Dir()]:
			j.State = "done"
		}
		for _, p := range s.Prompts {
			j.Prompts = append(j.Prompts, p.Name)
		}
		if !s.Declared.At.IsZero() {
			j.At = s.Declared.At.String()
		}
		out = append(out, j)
	}
	return out
}
