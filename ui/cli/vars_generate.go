package cli

import (
	"context"
	"errors"
	"fmt"

	"github.com/spf13/cobra"

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
}

func (a *app) varsGenerateCommand() *cobra.Command {
	var yes, commit bool
	var regenerate string
	cmd := &cobra.Command{
		Use:   "generate [MACHINE...]",
		Short: "Make the values that are missing or outdated",
		Long: `Shows which generators have to run and why, and after a yes runs them: those of
which a file is missing or whose validation has changed, and what depends on
them. Values that are there are not touched, unless --regenerate names their
generator. Nothing but files is written, each generator's at once: what was
interrupted is completed by the next call. A generator that is a script of its
own is said to be one, and the others go on.

  assay vars generate --yes
  assay vars generate cinnabar
  assay vars generate cinnabar --regenerate openssh`,
		Args: words(0, -1),
		RunE: func(cmd *cobra.Command, args []string) error {
			s, err := a.files(cmd.Context())
			if err != nil {
				return err
			}
			for _, name := range args {
				if s.Fleet().Machine(name) == nil {
					return noMachine(s.Fleet(), name)
				}
			}
			plan, err := s.PlanVars(cmd.Context(), args, regenerate)
			if err != nil {
				return err
			}
			return a.generateVars(cmd.Context(), s, plan, yes, commit)
		},
	}
	cmd.Flags().BoolVar(&yes, "yes", false, "generate without asking; leave optional prompts empty")
	cmd.Flags().BoolVar(&commit, "commit", false, "commit exactly what was written, with git")
	cmd.Flags().StringVar(&regenerate, "regenerate", "", "make this `GENERATOR` anew, and what depends on it")
	return cmd
}

func (a *app) generateVars(ctx context.Context, s *session.Session, plan session.VarsPlan, yes, commit bool) error {
	runs, blocked := 0, 0
	for _, step := range plan.Steps {
		if step.Blocked == "" {
			runs++
		} else {
			blocked++
		}
	}
	if !a.flags.json {
		a.printVarsPlan(plan, runs, blocked)
	}
	done := map[string]bool{}
	var err error
	if runs > 0 {
		if !yes {
			if !a.env.Interactive || a.flags.json {
				return usagef("nobody can be asked whether to generate; hint: --yes")
			}
			if !a.agreed("generate " + word.Count(runs, "generator") + "?") {
				return withCode(exitDeclined, errors.New("nothing is generated"))
			}
		}
		done, err = a.runVarsPlan(ctx, s, plan, yes, commit)
	}
	if a.flags.json {
		if jsonErr := a.text().json(map[string]any{"steps": varStepsToJSON(plan, done), "elsewhere": orEmpty(plan.Elsewhere)}); jsonErr != nil {
			return errors.Join(err, jsonErr)
		}
	}
	if err == nil && blocked > 0 {
		return failed(exitFailed)
	}
	return err
}

// runVarsPlan asks what there is to ask, and then runs the plan.
func (a *app) runVarsPlan(ctx context.Context, s *session.Session, plan session.VarsPlan, yes, commit bool) (map[string]bool, error) {
	done := map[string]bool{}
	identities, err := a.ageIdentities()
	if err != nil {
		return done, err
	}
	watch, stop := a.interruptible(ctx)
	defer stop()
	answers, err := a.answerPrompts(watch, plan, yes)
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
	if commit && len(paths) > 0 {
		err = errors.Join(err, s.CommitVars(ctx, paths, fmt.Sprintf("vars: generate %s", word.Count(len(made), "generator"))))
	}
	return done, err
}

func wipe(answers secrets.Answers) {
	for _, of := range answers {
		for _, v := range of {
			v.Wipe()
		}
	}
}

// answerPrompts asks all questions of a plan before anything runs, each for
// its generator in its place.
func (a *app) answerPrompts(ctx context.Context, plan session.VarsPlan, yes bool) (secrets.Answers, error) {
	answers := secrets.Answers{}
	for _, step := range plan.Steps {
		if step.Blocked != "" {
			continue
		}
		answers[step.Place] = map[string]secrets.Secret{}
		for _, p := range step.Prompts {
			if yes && !p.Required {
				continue
			}
			if !a.env.Interactive {
				if !p.Required {
					continue
				}
				return answers, usagef("%s asks for %s, and this is no terminal; hint: assay vars set %s %s/%s < FILE", step.Place.Dir(), p.Name, step.Machines[0], step.Place.Name, p.Name)
			}
			what := step.Place.Dir() + ": " + p.Description
			answer, err := a.askPrompt(ctx, what, p.Type, p.Required)
			if err != nil {
				return answers, err
			}
			answers[step.Place][p.Name] = answer
		}
	}
	return answers, nil
}

func (a *app) printVarsPlan(plan session.VarsPlan, runs, blocked int) {
	p := a.text()
	if len(plan.Steps) == 0 {
		p.line("everything that is declared is there")
		return
	}
	for _, step := range plan.Steps {
		verb, r, text := "make", good, step.Place.Dir()+": "+step.Reason
		if step.Exists {
			verb, r = "replace", warn
		}
		if step.Blocked != "" {
			verb, r, text = "cannot", bad, step.Place.Dir()+": "+step.Blocked
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
	for _, dir := range plan.Elsewhere {
		p.line("%s%s", p.paint(warn, "later"), p.fold(" "+host.Sanitize(dir)+" depends on it too, and is of machines that were not asked for", len("later"), 4))
	}
	p.line("%s to run, %d that cannot", word.Count(runs, "generator"), blocked)
}

func varStepsToJSON(plan session.VarsPlan, done map[string]bool) []varStepJSON {
	out := []varStepJSON{}
	for _, s := range plan.Steps {
		j := varStepJSON{
			Machine: s.Place.Owner, Generator: s.Place.Name, Path: s.Place.Dir(), Reason: s.Reason, Way: string(s.Recipe.Way), Replaces: s.Exists,
			State: "not reached", Blocked: s.Blocked, Remedy: s.Remedy, Prompts: []string{}, Commands: orEmpty(s.Recipe.Commands),
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
