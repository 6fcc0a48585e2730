package cli

import (
	"context"
	"errors"
	"strings"

	"github.com/spf13/cobra"

	"assay/fleet"
	"assay/fleet/host"
	"assay/fleet/session"
	"assay/ui/word"
)

// varsEvaluatedJSON is "evaluated" in the answers of `vars --evaluate --json`:
// what Nix says of the generators that machines declare.
type varsEvaluatedJSON struct {
	Machines []string `json:"machines"`       // that Nix told of
	Without  []string `json:"without_option"` // those that have no clan.core.vars.generators
	Failed   []string `json:"failed"`         // that Nix could not evaluate
	Found    []string `json:"found"`          // generators that only Nix knows
}

func addVarsEvaluate(cmd *cobra.Command, evaluate *bool) {
	cmd.Flags().BoolVar(evaluate, "evaluate", false, "ask Nix which generators are declared")
}

// declaredBy calls ask with a Declarer that asks Nix, and returns what it was
// told. It can be interrupted.
func (a *app) declaredBy(ctx context.Context, s *session.Session, ask func(context.Context, session.Declarer) error) (*session.VarsEvaluation, error) {
	watch, stop := a.interruptible(ctx)
	defer stop()
	progress := a.waiting("asking Nix which generators are declared")
	nix, err := s.EvaluatedVars(progress.watch)
	if err == nil {
		err = ask(watch, nix)
	}
	progress.end()
	switch {
	case watch.Err() != nil:
		return nil, context.Cause(watch)
	case errors.Is(err, session.ErrNoDeclarer):
		return nil, withCode(exitUsage, err)
	case err != nil:
		return nil, err
	}
	told := nix.Evaluation()
	return &told, nil
}

// evaluatedAnswer adds what Nix says to an answer in JSON, where it was asked.
func evaluatedAnswer(answer map[string]any, told *session.VarsEvaluation) map[string]any {
	if told != nil {
		answer["evaluated"] = varsEvaluatedJSON{orEmpty(told.Machines), orEmpty(told.Without), orEmpty(told.Failed), orEmpty(told.Found)}
		answer["unknown"], answer["problems"] = orEmpty(told.Unknown), orEmpty(told.Problems)
	}
	return answer
}

// printVarsEvaluation says what Nix knows better than the files.
func (a *app) printVarsEvaluation(told *session.VarsEvaluation) {
	if told == nil {
		return
	}
	p := a.text()
	a.printProblems(told.Problems)
	for _, unknown := range told.Unknown {
		p.line("%s%s", p.paint(warn, "unknown"), p.fold(" Nix cannot tell "+host.Sanitize(unknown), len("unknown"), 4))
	}
	if len(told.Without) > 0 {
		text := " " + word.Count(len(told.Without), "machine") + " without the option clan.core.vars.generators, so that no generator can be declared there: " +
			strings.Join(told.Without, ", ")
		p.line("%s%s", p.paint(faint, "none"), p.fold(host.Sanitize(text), len("none"), 4))
	}
	if len(told.Found) > 0 {
		text := " only by Nix: " + strings.Join(told.Found, "; ")
		p.line("%s%s", p.paint(faint, "known"), p.fold(host.Sanitize(text), len("known"), 4))
	}
	p.line("Nix was asked for the generators of %s", word.Count(len(told.Machines)+len(told.Failed), "machine"))
}

// unlessFailed is the end of a command for which Nix could not evaluate some
// machine: it failed, if nothing else did.
func unlessFailed(told *session.VarsEvaluation) error {
	if told != nil && len(told.Failed) > 0 {
		return failed(exitFailed)
	}
	return nil
}

// evaluatedMark follows what Nix has declared.
func evaluatedMark(source fleet.Source) string {
	if source == fleet.SourceEvaluated {
		return " (evaluated)"
	}
	return ""
}
